import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { S3Client } from '@aws-sdk/client-s3';
import { judgeRecord } from '../contracts/event';
import { EVENTS } from '../contracts/feeds';
import { LakeObjects } from '../handlers/aws/objects';
import { blocksOf, Budget } from '../handlers/aws/sources';
import { ObjectJudge } from '../workflows/routing';

/**
 * Gathers one object of so many bytes, inflated, in a process of its own: read as it comes, checked, judged and uploaded again, by the deployed
 * functions over an S3 that makes the object up. Prints what it took as JSON.
 */
const MEMBER_LINES = 2_000;
const PAYLOAD = 'x'.repeat(120);

const line = (number: number): string => {
  const created = Date.UTC(2026, 10, 20) + number;
  const uuid = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  const record = JSON.stringify({
    event_uuid: uuid,
    event_name: 'push:sub',
    created_at: created,
    amount: number * 7,
    text: PAYLOAD,
  });
  const judged = judgeRecord(record, created + 1_000, { onTimeDaysBefore: 1, eventTypes: [] });
  if (!judged.ok) throw new Error(judged.reason);
  return `${judged.line}\n`;
};

const main = async (): Promise<void> => {
  const bytes = Number(process.argv[2]);
  const text = Array.from({ length: MEMBER_LINES }, (_, number) => line(number)).join('');
  const member = gzipSync(text);
  const members = Math.ceil(bytes / text.length);
  async function* body(): AsyncGenerator<Buffer> {
    for (let count = 0; count < members; count++) yield member;
  }
  let uploaded = 0;
  const send = async ({
    constructor: { name },
    input,
  }: {
    constructor: { name: string };
    input: { Body?: Buffer };
  }): Promise<object> => {
    if (name === 'GetObjectCommand') return { Body: Readable.from(body()) };
    uploaded += input.Body?.length ?? 0;
    return { UploadId: 'upload', ETag: '"part"' };
  };
  const objects = new LakeObjects('lake', { send } as unknown as S3Client);
  const started = performance.now();
  const judge = new ObjectJudge(EVENTS, { event_type: 'push', created_date: '2026-11-20' });
  const upload = objects.upload('gathered.gz');
  const source = { key: 'large.gz', etag: 'e', bytes: member.length * members };
  for await (const block of blocksOf(objects, source, new Budget(), (compressed) => upload.write(compressed))) judge.take(block);
  await upload.complete();
  if (!judge.own || judge.judged.lines !== members * MEMBER_LINES || uploaded !== source.bytes)
    throw new Error(`gathered ${judge.judged.lines} lines and ${uploaded} bytes`);
  const { user, system } = process.cpuUsage();
  process.stdout.write(
    `${JSON.stringify({
      bytes: members * text.length,
      compressedBytes: source.bytes,
      seconds: (performance.now() - started) / 1_000,
      cpuSeconds: (user + system) / 1e6,
      peakMebibytes: process.resourceUsage().maxRSS / 1_024,
    })}\n`,
  );
};

main().catch((thrown: unknown) => {
  process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  process.exit(1);
});
