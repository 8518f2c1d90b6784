import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { passed } from '../../cli/demo/result';
import { runDemo, type DemoOptions } from '../../cli/demo/run';
import { openHost } from './lake';

const QUIET = { progress: () => undefined, chapter: () => undefined };
const DAY: DemoOptions = {
  stack: 'dev',
  corpus: 'synthetic',
  events: 1_500,
  hours: 6,
  types: 12,
  duplicates: 0.1,
  late: 0.03,
  malformed: 0.01,
  seed: 7,
};

const demo = async (options: DemoOptions) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lithify-demo-'));
  const host = await openHost(dataDir);
  try {
    return await runDemo(options, host, dataDir, QUIET);
  } finally {
    await host.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
};

describe('the demo', () => {
  test('a synthetic day adds up: nothing lost, nothing doubled, nothing misfiled, a second night without a query', async () => {
    const result = await demo(DAY);
    expect(result.checks).toEqual({ lost: 0, duplicatesLeft: 0, unexpected: 0, misfiled: 0 });
    expect(result.produced).toEqual({ records: 1_665, uniqueEvents: 1_500, duplicates: 150, late: 45, malformed: 15 });
    expect(result.raw.rows + result.errors.records).toBe(result.produced.records);
    expect(result.errors.records).toBe(15);
    expect(result.curated.rows).toBe(1_500);
    expect(result.curated.objects).toBe(result.curated.partitions);
    expect(result.secondRun).toEqual({ status: 'SUCCEEDED', queriesStarted: 0 });
    expect(result.queries).toHaveLength(3);
    for (const { before, after } of result.queries) expect(after.bytesScanned).toBeLessThan(before.bytesScanned);
    expect(passed(result)).toBe(true);
  });

  test('a day of real webhook payloads adds up as well', async () => {
    const result = await demo({ ...DAY, corpus: 'github', events: 600, types: 100 });
    expect(result.checks).toEqual({ lost: 0, duplicatesLeft: 0, unexpected: 0, misfiled: 0 });
    expect(passed(result)).toBe(true);
  });

  test('a stretch over midnight is compacted by two nights', async () => {
    const result = await demo({ ...DAY, events: 400, hours: 30, seed: 3 });
    expect(result.checks).toEqual({ lost: 0, duplicatesLeft: 0, unexpected: 0, misfiled: 0 });
    expect(result.curated.rows).toBe(400);
  });

  test('an empty stream ends well', async () => {
    const result = await demo({ ...DAY, events: 0, hours: 1 });
    expect(passed(result)).toBe(true);
    expect(result.curated).toEqual({ objects: 0, bytes: 0, rows: 0, partitions: 0 });
  });
});
