import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { judgeLine } from '../contracts/event';
import { feedNamed } from '../contracts/feeds';
import { partitionPath, rawPrefix } from '../contracts/lake';
import { startHost } from '../local/host';
import type { Host } from '../local/host-types';
import type { Transition } from '../local/stand-ins/state-machine/integrations';
import { benchLines } from './judge';
import type { Benchmark } from './measurement';
import { CHECKOUT } from './pipeline';

const EVENTS = 100_000;
const ROUNDS = 3;
/** Raw objects per partition: what a day of small buffers leaves. */
const OBJECTS = 20;
const DAY = '2026-01-01';
const FEED = feedNamed('events');
/** The states that are there for safety alone: the query that counts the output, and its comparison with what was gathered. */
const SAFETY = ['Count', 'Verify'];

/** What it costs to count a batch's output before anybody may see it: whole runs, and the same runs without those two states. */
export const verifyBenchmark: Benchmark = {
  name: 'verify',
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lithify-bench-verify-'));
    let watch: (transition: Transition) => void = () => undefined;
    const host = await startHost({
      stack: 'dev',
      projectDirectory: CHECKOUT,
      dataDirectory: join(folder, 'host'),
      port: 0,
      clock: 'manual',
      startMillis: Date.UTC(2026, 0, 2, 2),
      onTransition: (transition) => watch(transition),
    });
    const s3 = new S3Client({
      endpoint: host.endpoint,
      region: host.region,
      credentials: { accessKeyId: 'bench', secretAccessKey: 'local' },
    });
    try {
      const lines = linesByPartition();
      const whole: number[] = [];
      const without: number[] = [];
      for (let round = -1; round < ROUNDS; round++) {
        await putRaw(s3, host, lines, round + 1);
        let safety = 0;
        const entered = new Map<string, number>();
        watch = ({ state, phase, executionArn }) => {
          if (!SAFETY.includes(state)) return;
          if (phase === 'entered') entered.set(`${executionArn} ${state}`, performance.now());
          else safety += performance.now() - (entered.get(`${executionArn} ${state}`) ?? Number.NaN);
        };
        const started = performance.now();
        await compacted(host);
        const took = performance.now() - started;
        // The first also starts the functions' processes.
        if (round < 0) continue;
        whole.push(took / 1_000);
        without.push((took - safety) / 1_000);
      }
      return [
        {
          name: 'verify',
          what: `a run over ${EVENTS} events of ${lines.size} partitions in ${lines.size * OBJECTS} raw objects, rewritten each time`,
          unit: 's',
          rounds: whole,
          reference: { what: `the same run without the time of ${SAFETY.join(' and ')}`, rounds: without },
        },
      ];
    } finally {
      s3.destroy();
      await host.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const linesByPartition = (): ReadonlyMap<string, readonly string[]> => {
  const lines = new Map<string, string[]>();
  for (const line of benchLines(EVENTS, 0.05)) {
    const verdict = judgeLine(line);
    if (!verdict.ok || verdict.partition['created_date'] !== DAY) continue;
    const path = partitionPath(verdict.partition);
    const known = lines.get(path);
    if (known === undefined) lines.set(path, [line]);
    else known.push(line);
  }
  return lines;
};

/** Under new keys each time: to the ledger they are new objects, to the table copies of what it has. */
const putRaw = async (s3: S3Client, host: Host, lines: ReadonlyMap<string, readonly string[]>, round: number): Promise<void> => {
  const bucket = String(host.outputs['bucket']);
  for (const [path, all] of lines) {
    const share = Math.ceil(all.length / OBJECTS);
    for (let from = 0; from < all.length; from += share) {
      const body = gzipSync(
        all
          .slice(from, from + share)
          .map((line) => `${line}\n`)
          .join(''),
        { level: 1 },
      );
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${rawPrefix(FEED)}${path}/${round}-${from}.gz`, Body: body }));
    }
  }
};

const compacted = async (host: Host): Promise<void> => {
  const { executionArn } = (await host.call('states', 'StartExecution', {
    stateMachineArn: String(host.outputs['stateMachineArn']),
    input: '{"force":true,"full":true}',
  })) as { executionArn: string };
  await host.advance(1_000);
  const { status } = (await host.call('states', 'DescribeExecution', { executionArn })) as { status: string };
  if (status !== 'SUCCEEDED') throw new Error(`the run ended as ${status}`);
};
