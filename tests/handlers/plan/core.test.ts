import { EVENTS } from '../../../contracts/feeds';
import fc from 'fast-check';
import { byPartition, estimate, joinGroups, newsOf, plannedPartition } from '../../../handlers/plan/core';
import { compareKeys, partitionPath, rawPartitionPrefix, rawPrefix } from '../../../contracts/lake';
import { formBatches } from '../../../workflows/planning';
import { collected, partitions, policyWith, publishedWith, runWith, streamed } from '../../workflows/arbitraries';

const RAW = rawPrefix(EVENTS);
const listings = fc
  .array(
    fc.record({
      partition: partitions,
      names: fc.uniqueArray(fc.stringMatching(/^[a-z0-9.-]{1,6}$/), { minLength: 1, maxLength: 4 }),
    }),
    { maxLength: 8 },
  )
  .map((folders) =>
    folders.flatMap(({ partition, names }) => names.map((name) => `${rawPartitionPrefix(EVENTS, partition)}${name}`)),
  )
  .map((keys) => [...new Set(keys)].sort(compareKeys).map((key) => ({ key })));

const misplacedIn = async (keys: readonly string[]): Promise<readonly string[]> => {
  const misplaced: string[] = [];
  await collected(byPartition(EVENTS, RAW, streamed(keys.map((key) => ({ key }))), (key) => misplaced.push(key)));
  return misplaced;
};

describe('grouping a listing by partition', () => {
  it('keeps every key once and in order, each partition in one group', async () => {
    await fc.assert(
      fc.asyncProperty(listings, async (listed) => {
        const groups = await collected(byPartition(EVENTS, RAW, streamed(listed), () => undefined));
        expect(groups.flatMap(({ items }) => items)).toEqual(listed);
        expect(new Set(groups.map(({ path }) => path)).size).toBe(groups.length);
        for (const { path, items } of groups) expect(items.every(({ key }) => key.startsWith(`${RAW}${path}/`))).toBe(true);
      }),
    );
  });

  it('tells which keys are laid out like no partition', async () => {
    expect(await misplacedIn([`${RAW}event_type=push/created_date=2026-11-20/x`, `${RAW}event_type=push/stray`])).toEqual([
      `${RAW}event_type=push/stray`,
    ]);
  });
});

describe('joining listings', () => {
  it('brings together what several know of a partition, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(listings, { minLength: 1, maxLength: 4 }), async (several) => {
        const groups = several.map((listed) => byPartition(EVENTS, RAW, streamed(listed), () => undefined));
        const joined = await collected(joinGroups(...groups));
        for (const [index, listed] of several.entries())
          expect(joined.flatMap(({ items }) => items[index] ?? [])).toEqual(listed);
        const paths = joined.map(({ partition }) => `${partitionPath(partition)}/`);
        expect(paths).toEqual([...new Set(paths)].sort());
      }),
    );
  });
});

describe("a plan's line", () => {
  const NOW = Date.parse('2026-11-21T00:30:00.000Z');
  const fresh = [
    { bytes: 5, lastModified: '2026-11-20T10:00:00.000Z' },
    { bytes: 7, lastModified: '2026-11-20T09:00:00.000Z' },
  ];
  const partition = { event_type: 'push', created_date: '2026-11-20' };
  const policy = policyWith({ targetFileBytes: 1024 * 1024 });

  it('tells what is new and since when', () => {
    expect(newsOf(fresh)).toEqual({ objects: 2, bytes: 12, oldestMillis: Date.parse('2026-11-20T09:00:00.000Z') });
    expect(newsOf([])).toEqual({ objects: 0, bytes: 0, oldestMillis: undefined });
    expect(plannedPartition(partition, newsOf(fresh), undefined, runWith(), policy, NOW)).toMatchObject({
      partition: partitionPath(partition),
      due: true,
      newObjects: 2,
      newBytes: 12,
      oldestNew: '2026-11-20T09:00:00.000Z',
      bucketCount: 1,
    });
  });

  it('counts current rows into the files that it aims at, but for a rebuild', () => {
    const published = publishedWith({ bytes: 3 * 1024 * 1024 });
    expect(plannedPartition(partition, newsOf(fresh), published, runWith(), policy, NOW).bucketCount).toBe(4);
    expect(plannedPartition(partition, newsOf(fresh), published, runWith({ rebuild: true }), policy, NOW).bucketCount).toBe(1);
  });

  it('adds up what the batches will scan and cost', () => {
    const planned = plannedPartition(partition, newsOf(fresh), undefined, runWith(), policy, NOW);
    const { estimatedBytes, estimatedDollars } = estimate(formBatches([planned], policy));
    expect(estimatedBytes).toBe(12);
    expect(estimatedDollars).toBeGreaterThan(0);
    expect(estimate([])).toEqual({ estimatedBytes: 0, estimatedDollars: 0 });
  });
});
