import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { statusCommand } from '../../cli/commands/status';
import type { Status } from '../../cli/status/collect';
import { countsSchema, pointSchema } from '../../contracts/telemetry';
import type { Graph } from '../../local/graph';
import { documentOf } from './command';
import { Lake, START } from './lake';

const POINTS = 120;
const MINUTE = 60_000;

/** The schedule of the producer is off in the stack; here it is on, for a known number of points without pauses. Other feeds sleep at night. */
const producing = (graph: Graph): Graph => ({
  ...graph,
  resources: graph.resources.map((resource) => {
    const { inputs, type, name } = resource;
    const isSchedule = type === 'aws:scheduler/schedule:Schedule';
    if (isSchedule && name.startsWith('compaction') && name !== 'compaction-telemetry')
      return { ...resource, inputs: { ...inputs, state: 'DISABLED' } };
    if (name !== 'producer-telemetry') return resource;
    if (isSchedule) {
      const target = { ...(inputs['target'] as object), input: JSON.stringify({ seed: 'flow', points: POINTS }) };
      return { ...resource, inputs: { ...inputs, state: 'ENABLED', scheduleExpression: 'rate(1 day)', target } };
    }
    if (type !== 'aws:lambda/function:Function') return resource;
    const { variables } = inputs['environment'] as { readonly variables: Readonly<Record<string, string>> };
    return {
      ...resource,
      inputs: { ...inputs, environment: { variables: { ...variables, PAUSE_SECONDS: '0', POINTS_PER_SEND: '50' } } },
    };
  }),
});

describe('telemetry, from the producer to the status and to SQL', () => {
  let lake: Lake;
  beforeAll(async () => {
    lake = await Lake.open(undefined, undefined, undefined, producing);
    // The schedule starts the producer at once; a record that is no position comes in between.
    await lake.host.advance(1_000);
    await lake.putOn('telemetry', 'no position', JSON.stringify({ id: 'mine', latitude: 51.5, longitude: -0.1 }));
    await lake.host.advance(2 * MINUTE);
  });
  afterAll(() => lake.remove());

  it('logs each batch as one line, its count as a text', () => {
    const { consumerFunctionName } = lake.feed('telemetry') as unknown as { readonly consumerFunctionName: string };
    const log = readFileSync(join(lake.dataDir, 'logs', 'aws', 'lambda', `${consumerFunctionName}.log`), 'utf8');
    const lines = log
      .split('\n')
      .filter((line) => line.startsWith('{"count"'))
      .map((line) => JSON.parse(line) as { readonly count: unknown; readonly data: readonly unknown[] });
    expect(lines.length).toBeGreaterThan(0);
    for (const { count, data } of lines) expect(count).toBe(String(data.length));
    const points = lines.flatMap(({ data }) => data);
    expect(points).toHaveLength(POINTS + 1);
    for (const point of points) expect(pointSchema.safeParse(point).success).toBe(true);
  });

  it('counts the points of each minute by cell, in one object per minute and shard', async () => {
    const keys = await lake.keys('counts/telemetry/');
    expect(keys.length).toBeGreaterThan(0);
    const counts = keys.map((key) => countsSchema.parse(JSON.parse(readFileSync(lake.fileOf(key), 'utf8'))));
    expect(new Set(counts.map(({ windowStart }) => windowStart))).toEqual(
      new Set([new Date(START).toISOString().replace('.000', '')]),
    );
    const total = counts.flatMap(({ cells }) => Object.values(cells)).reduce((sum, points) => sum + points, 0);
    expect(total).toBe(POINTS + 1);
    expect(counts.some(({ cells }) => '50,-10' in cells)).toBe(true);
  });

  it('describes the record that is no position, whole, where Lambda describes what it gave up on', async () => {
    const keys = await lake.keys('aws/lambda/');
    expect(keys).toHaveLength(1);
    const document = JSON.parse(readFileSync(lake.fileOf(keys[0]!), 'utf8')) as {
      readonly requestContext: object;
      readonly KinesisBatchInfo: object;
      readonly payload: string;
    };
    expect(document).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted' },
      KinesisBatchInfo: { batchSize: 1 },
    });
    const { Records } = JSON.parse(document.payload) as {
      readonly Records: readonly { readonly kinesis: { readonly data: string } }[];
    };
    expect(Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString())).toEqual(['no position']);
  });

  it('shows the counts in the status of the feed', async () => {
    const { exitCode, document } = await documentOf<Status>(lake, statusCommand, '--feed', 'telemetry');
    expect(exitCode).toBe(0);
    expect(document.counts).toMatchObject({ failedBatches: 1, minutes: [{ minute: '2026-11-02T00:00Z', points: POINTS + 1 }] });
  });

  it('answers by SQL after the night, each point once', async () => {
    await lake.night();
    expect(await lake.rows('SELECT count(*), count(DISTINCT id), sum(copies) FROM telemetry')).toEqual([
      [String(POINTS + 1), String(POINTS + 1), String(POINTS + 1)],
    ]);
    expect(await lake.rows("SELECT latitude, longitude FROM telemetry WHERE id = 'mine'")).toEqual([['51.5', '-0.1']]);
  });
});
