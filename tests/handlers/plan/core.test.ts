import { partitionPath } from '../../../contracts/lake';
import { aloneNow, emptyNews, estimate, plannedPartition, withNext } from '../../../handlers/plan/core';
import { formBatches } from '../../../workflows/planning';
import { plannedWith, policyWith, publishedWith, runWith } from '../../workflows/arbitraries';

describe("a plan's line", () => {
  const NOW = Date.parse('2026-11-21T00:30:00.000Z');
  const fresh = [
    { bytes: 5, lastModified: '2026-11-20T10:00:00.000Z' },
    { bytes: 7, lastModified: '2026-11-20T09:00:00.000Z' },
  ];
  const partition = { event_type: 'push', created_date: '2026-11-20' };
  const NEWS = fresh.reduce(withNext, emptyNews);
  const policy = policyWith({ targetFileBytes: 1024 * 1024 });

  it('tells what is new and since when', () => {
    expect(NEWS).toEqual({ objects: 2, bytes: 12, oldestMillis: Date.parse('2026-11-20T09:00:00.000Z') });
    expect(plannedPartition(partition, NEWS, NEWS, undefined, runWith(), policy, NOW)).toMatchObject({
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
    expect(plannedPartition(partition, NEWS, NEWS, published, runWith(), policy, NOW).bucketCount).toBe(4);
    expect(plannedPartition(partition, NEWS, NEWS, published, runWith({ rebuild: true }), policy, NOW).bucketCount).toBe(1);
  });

  it('adds up what the batches will scan and cost', () => {
    const planned = plannedPartition(partition, NEWS, NEWS, undefined, runWith(), policy, NOW);
    const { estimatedBytes, estimatedDollars } = estimate(formBatches([planned], policy));
    expect(estimatedBytes).toBe(12);
    expect(estimatedDollars).toBeGreaterThan(0);
    expect(estimate([])).toEqual({ estimatedBytes: 0, estimatedDollars: 0 });
  });
});

describe('a partition that is more than one run gathers', () => {
  it('is decided by all that is new, sized by what is taken, and says what is left', () => {
    const NOW = Date.parse('2026-11-21T00:30:00.000Z');
    const old = Date.parse('2026-11-20T09:00:00.000Z');
    const all = { objects: 9, bytes: 900, oldestMillis: old };
    const taken = { objects: 4, bytes: 300, oldestMillis: old };
    const partition = { event_type: 'push', created_date: '2026-11-20' };
    expect(plannedPartition(partition, all, taken, undefined, runWith(), policyWith({ dueObjects: 9 }), NOW)).toMatchObject({
      due: true,
      reason: '9 new objects (threshold 9); 5 of them are left to the next run',
      newObjects: 4,
      newBytes: 300,
      left: { objects: 5, bytes: 600 },
    });
  });
});

describe('partitions that are planned alone', () => {
  const at = (date: string, run?: string) =>
    plannedWith({
      partition: `event_type=a/created_date=${date}`,
      ...(run === undefined ? {} : { published: publishedWith({ run }) }),
    });
  const [one, two] = [at('2026-11-01'), at('2026-11-02', 'r1')];
  const all = (): boolean => true;

  it('are those of a batch that failed, as long as nobody has published them since', () => {
    const failed = [one, two];
    expect(aloneNow([], failed, [one, two], all)).toEqual([
      { partition: one.partition },
      { partition: two.partition, publishedBy: 'r1' },
    ]);
    // A second attempt of the same run, or a later run, published it; the other has nothing new any more.
    expect(aloneNow([], failed, [at('2026-11-02', 'r2')], all)).toEqual([]);
  });

  it('stay so over runs that fail at nothing, that change nothing, or that do not look at them', () => {
    const before = aloneNow([], [one, two], [one, two], all);
    expect(aloneNow(before, [], [one, two], all)).toEqual(before);
    expect(aloneNow(before, [], [], (path) => path === one.partition)).toEqual(before.slice(1));
  });
});
