import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { judgeLine } from '../contracts/event';
import { feedNamed } from '../contracts/feeds';
import { partitionPath, rawPrefix, runsPrefix } from '../contracts/lake';
import { capture } from '../local/capture';
import type { Graph } from '../local/graph';
import { startHost } from '../local/host';
import type { Host } from '../local/host-types';
import type { Answer, Interceptor } from '../local/interceptor';
import { verificationSchema, type Verification } from '../workflows/documents';
import { benchLines } from './judge';
import { byTurns, type Benchmark } from './measurement';
import { CHECKOUT } from './pipeline';

const EVENTS = 100_000;
const ROUNDS = 3;
/** Raw objects per partition: what a day of small buffers leaves. */
const OBJECTS = 20;
const DAY = '2026-01-01';
const FEED = feedNamed('events');
/** The states that are there for safety alone: the query that counts the output, and its comparison with what was gathered. */
const SAFETY = ['Count', 'Verify'];
const MACHINE = 'aws:sfn/stateMachine:StateMachine';
const MIB = 1024 * 1024;

/** What it costs to count a batch's output before anybody may see it: whole runs, and runs of the same machine without those two states. */
export const verifyBenchmark: Benchmark = {
  name: 'verify',
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lithify-bench-verify-'));
    const closing: (() => Promise<void>)[] = [];
    const open = async (name: string, graph: Graph, intercept?: Interceptor): Promise<Lake> => {
      const lake = await openLake(join(folder, name), graph, intercept);
      closing.push(lake.close);
      return lake;
    };
    try {
      const graph = await capture({ stack: 'dev', projectDir: CHECKOUT });
      const whole = await open('whole', graph);
      let counted: readonly Verification[] = [];
      const bare = await open('bare', withoutSafety(graph), (call, proceed) =>
        call.operation === 'GetObject' && isVerification(String(call.input['Key'])) ? answered(counted) : proceed(),
      );
      const lines = linesByPartition();
      const scanned: (readonly number[])[] = [];
      let round = 0;
      const { measured, reference } = await byTurns(
        ROUNDS,
        () => secondsOf(bare, lines, round++),
        async () => {
          const seconds = await secondsOf(whole, lines, round);
          counted = await verificationsOf(whole);
          scanned.push(counted.flatMap(({ bytesScanned }) => bytesScanned));
          return seconds;
        },
      );
      const bytesOf = (position: number): readonly number[] =>
        scanned
          .slice(1)
          .map((bytes) => bytes.filter((_, index) => index % 2 === position).reduce((sum, one) => sum + one, 0) / MIB);
      const creating = bytesOf(0);
      return [
        {
          name: 'verify',
          what: `a run over ${EVENTS} events of ${lines.size} partitions in ${lines.size * OBJECTS} raw objects, rewritten each time`,
          unit: 's',
          rounds: reference,
          reference: { what: `a run that publishes what it has not counted, without ${SAFETY.join(' and ')}`, rounds: measured },
        },
        {
          name: 'verify-bytes',
          what: 'what the queries of such a run scan',
          unit: 'MiB',
          rounds: bytesOf(1).map((bytes, index) => bytes + creating[index]!),
          reference: { what: 'what those scan that create', rounds: creating },
        },
      ];
    } finally {
      for (const close of closing) await close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** The same program, with a machine that goes from what comes before the counting to what comes after it. */
const withoutSafety = (graph: Graph): Graph => ({
  ...graph,
  resources: graph.resources.map((resource) => {
    const definition = resource.inputs['definition'];
    if (resource.type !== MACHINE || typeof definition !== 'string' || !definition.includes('Rewrite batches')) return resource;
    const machine = JSON.parse(definition) as {
      States: Record<string, { ItemProcessor?: { States: Record<string, { Next?: string }> } }>;
    };
    const states = machine.States['Rewrite batches']?.ItemProcessor?.States ?? {};
    const [first = '', last = ''] = SAFETY;
    const before = Object.values(states).find(({ Next }) => Next === first);
    const after = states[last]?.Next;
    if (before === undefined || after === undefined) throw new Error(`the machine does not pass ${SAFETY.join(' and ')}`);
    before.Next = after;
    for (const name of SAFETY) delete states[name];
    return { ...resource, inputs: { ...resource.inputs, definition: JSON.stringify(machine) } };
  }),
});

const isVerification = (key: string): boolean => key.endsWith('/verification.json');

/** What publishing wants to know of an output that nothing counted: the counts of the whole run over the same records. */
const answered = (counted: readonly Verification[]): Promise<Answer> =>
  Promise.resolve({
    kind: 'http',
    status: 200,
    headers: { 'content-type': 'application/json', etag: '"0"' },
    body: JSON.stringify({ bytesScanned: [], partitions: counted.flatMap(({ partitions }) => partitions) }),
  });

interface Lake {
  readonly host: Host;
  readonly s3: S3Client;
  readonly close: () => Promise<void>;
}

const openLake = async (dataDirectory: string, graph: Graph, intercept?: Interceptor): Promise<Lake> => {
  const host = await startHost({
    stack: 'dev',
    projectDirectory: CHECKOUT,
    dataDirectory,
    port: 0,
    clock: 'manual',
    startMillis: Date.UTC(2026, 0, 2, 2),
    graph,
    ...(intercept === undefined ? {} : { intercept }),
  });
  const s3 = new S3Client({
    endpoint: host.endpoint,
    region: host.region,
    credentials: { accessKeyId: 'bench', secretAccessKey: 'local' },
  });
  const close = async (): Promise<void> => {
    s3.destroy();
    await host.close();
  };
  return { host, s3, close };
};

const secondsOf = async (lake: Lake, lines: ReadonlyMap<string, readonly string[]>, round: number): Promise<number> => {
  await putRaw(lake, lines, round);
  const started = performance.now();
  await compacted(lake.host);
  return (performance.now() - started) / 1_000;
};

/** Of the newest run. */
const verificationsOf = async ({ host, s3 }: Lake): Promise<readonly Verification[]> => {
  const bucket = String(host.outputs['bucket']);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: runsPrefix(FEED.name) }));
  const keys = Contents.map(({ Key = '' }) => Key);
  const runOf = (key: string): string => key.slice(runsPrefix(FEED.name).length).split('/')[0] ?? '';
  const newest = keys.map(runOf).sort().at(-1);
  return Promise.all(
    keys
      .filter((key) => isVerification(key) && runOf(key) === newest)
      .map(async (Key) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
        return verificationSchema.parse(JSON.parse((await Body?.transformToString()) ?? ''));
      }),
  );
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
const putRaw = async ({ s3, host }: Lake, lines: ReadonlyMap<string, readonly string[]>, round: number): Promise<void> => {
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
