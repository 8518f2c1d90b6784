import { EVENTS } from '../../contracts/feeds';
import { latePartition, partitionOfPath, partitionPath } from '../../contracts/lake';
import type { PlannedPartition } from '../../workflows/documents';
import { MAX_WRITERS } from '../../contracts/policy';
import {
  batchLimits,
  bucketCountFor,
  carryOver,
  decide,
  estimateBatch,
  formBatches,
  gatherTasks,
  inRange,
  MAX_TASKS,
  oldestOpenDate,
  partitionTakes,
  queryDollars,
} from '../../workflows/planning';
import { fc } from '../properties';
import {
  collected,
  dates,
  eventTypes,
  partitions,
  pathOf,
  plannedWith,
  policyWith,
  publishedWith,
  runWith,
  streamed,
} from './arbitraries';

const MIB = 1024 * 1024;
const NOW = Date.parse('2026-11-21T00:30:00.000Z');
const CLOSED = { event_type: 'push', created_date: '2026-11-20' };
const TODAY = { event_type: 'push', created_date: '2026-11-21' };
const hoursAgo = (hours: number): number => NOW - hours * 3_600_000;

describe('deciding whether a partition is due', () => {
  const policy = policyWith({ dueObjects: 10, dueBytes: 10 * MIB, dueAgeHours: 24 });
  const little = { objects: 9, bytes: 10 * MIB - 1, oldestMillis: hoursAgo(23.9) };
  const held = publishedWith({ held: 'run r2' });

  it.each([
    ['waits below every threshold', CLOSED, little, undefined, {}, false, /^waits: 9 new objects/],
    ['is due by count', CLOSED, { ...little, objects: 10 }, undefined, {}, true, /10 new objects \(threshold 10\)/],
    ['is due by bytes', CLOSED, { ...little, bytes: 10 * MIB }, undefined, {}, true, /new bytes/],
    ['is due by age', CLOSED, { ...little, oldestMillis: hoursAgo(24) }, undefined, {}, true, /24\.0 h old/],
    ['waits while its day is open', TODAY, { ...little, objects: 99 }, undefined, {}, false, /still open/],
    [
      'waits while its day has not begun',
      { ...TODAY, created_date: '2026-11-22' },
      { ...little, objects: 99 },
      undefined,
      {},
      false,
      /still open/,
    ],
    [
      'does not wait for a day that a mistake made up, as its records would expire first',
      { ...TODAY, created_date: '2206-11-21' },
      { ...little, objects: 10 },
      undefined,
      {},
      true,
      /10 new objects/,
    ],
    [
      'is due by age too where its day was made up',
      { ...TODAY, created_date: '2026-11-23' },
      { ...little, oldestMillis: hoursAgo(24) },
      undefined,
      {},
      true,
      /24\.0 h old/,
    ],
    ['is skipped while held', CLOSED, { ...little, objects: 99 }, held, {}, false, /held after a rollback of run r2/],
    ['is due when forced, open or not', TODAY, little, undefined, { force: true }, true, /forced/],
    ['is due when forced, held or not', CLOSED, little, held, { force: true }, true, /forced/],
    [
      'has nothing to force without news',
      CLOSED,
      { objects: 0, bytes: 0, oldestMillis: undefined },
      undefined,
      { force: true },
      false,
      /nothing new/,
    ],
    ['is due for a rebuild', CLOSED, little, publishedWith(), { rebuild: true }, true, /rebuild/],
    ['is not rebuilt while held', CLOSED, little, held, { rebuild: true }, false, /held/],
    ['is rebuilt while held when forced', CLOSED, little, held, { rebuild: true, force: true }, true, /forced/],
    [
      'cannot be rebuilt from nothing',
      CLOSED,
      { objects: 0, bytes: 0, oldestMillis: undefined },
      publishedWith(),
      { rebuild: true },
      false,
      /no raw/,
    ],
  ] as const)('%s', (_, partition, news, published, changed, due, reason) => {
    const decision = decide(partition, news, published, runWith(changed), policy, NOW);
    expect(decision.due).toBe(due);
    expect(decision.reason).toMatch(reason);
  });

  it('takes the open day too where the policy says so', () => {
    const decision = decide(TODAY, { ...little, objects: 10 }, undefined, runWith(), policyWith({ includeOpenDay: true }), NOW);
    expect(decision.due).toBe(true);
  });
});

describe('the range of a run', () => {
  it('holds what type, from and to all allow, both dates included', () => {
    const run = runWith({ eventType: 'push', from: '2026-11-19', to: '2026-11-20' });
    expect(inRange(run, CLOSED)).toBe(true);
    expect(inRange(run, { ...CLOSED, created_date: '2026-11-19' })).toBe(true);
    expect(inRange(run, { ...CLOSED, created_date: '2026-11-18' })).toBe(false);
    expect(inRange(run, TODAY)).toBe(false);
    expect(inRange(run, { ...CLOSED, event_type: 'fork' })).toBe(false);
    expect(inRange(runWith(), TODAY)).toBe(true);
  });
});

describe('the oldest open day', () => {
  it('lets everything arrive that the stream may still hold', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8_760 }),
        fc.nat({ max: 365 * 24 }),
        fc.nat({ max: 24 * 3_600_000 - 1 }),
        (hours, day, time) => {
          const created = Date.UTC(2026, 0, 1) + day * 3_600_000;
          // On time is the day of arrival or the day before, so the last on-time arrival is just before the end of the next day.
          const lastArrival = Math.floor(created / 86_400_000) * 86_400_000 + 2 * 86_400_000 - 1;
          const now = lastArrival + hours * 3_600_000 - time;
          expect(oldestOpenDate(now, policyWith({ receivingHours: hours })) <= new Date(created).toISOString().slice(0, 10)).toBe(
            true,
          );
        },
      ),
    );
  });
});

describe('the bucket count', () => {
  it('aims at the target size within what one CTAS may open', () => {
    const policy = policyWith({ targetFileBytes: 100 * MIB });
    expect(bucketCountFor(0, policy)).toBe(1);
    expect(bucketCountFor(100 * MIB, policy)).toBe(1);
    expect(bucketCountFor(100 * MIB + 1, policy)).toBe(2);
    expect(bucketCountFor(1e15, policy)).toBe(MAX_WRITERS);
  });
});

describe('batches', () => {
  const due = fc.uniqueArray(
    fc
      .record({
        partition: partitions,
        newBytes: fc.nat({ max: 40 * MIB }),
        bytes: fc.nat({ max: 40 * MIB }),
        bucketCount: fc.integer({ min: 1, max: 60 }),
        due: fc.boolean(),
      })
      .map(({ partition, newBytes, bytes, bucketCount, due: isDue }) =>
        plannedWith({
          partition: partitionPath(partition),
          newBytes,
          bucketCount,
          due: isDue,
          published: publishedWith({ bytes }),
        }),
      ),
    { selector: ({ partition }) => partition, maxLength: 150 },
  );
  const policy = policyWith({ batchBytes: 64 * MIB });

  it('hold every due partition once, one bucket count each, within writers and bytes', () => {
    fc.assert(
      fc.property(due, fc.nat({ max: 3 }), (planned, every) => {
        const alone = new Set(
          planned.filter((_, index) => every > 0 && index % (every * 5) === 0).map(({ partition }) => partition),
        );
        const batches = formBatches(planned, policy, alone);
        const batched = batches.flatMap((batch) => batch.partitions);
        expect(batched.map(({ partition }) => partition).sort()).toEqual(
          planned
            .filter((partition) => partition.due)
            .map(({ partition }) => partition)
            .sort(),
        );
        for (const batch of batches) {
          expect(new Set(batch.partitions.map(({ bucketCount }) => bucketCount))).toEqual(new Set([batch.bucketCount]));
          expect(batch.partitions.length * batch.bucketCount).toBeLessThanOrEqual(MAX_WRITERS);
          expect(batch.bytes).toBe(
            batch.partitions.reduce((sum, { newBytes, published }) => sum + newBytes + published!.bytes, 0),
          );
          if (batch.partitions.length > 1) {
            expect(batch.bytes).toBeLessThanOrEqual(policy.batchBytes);
            expect(batch.partitions.filter((partition) => alone.has(partition.partition))).toEqual([]);
          }
        }
        expect(new Set(batches.map(({ batch }) => batch)).size).toBe(batches.length);
      }),
    );
  });

  it('never gather more than an attempt may, and count no current rows into a rebuild', () => {
    const narrow = policyWith({ batchBytes: 900 * MIB, gatherBytes: MIB, gatherObjects: 3 });
    const limits = batchLimits(narrow);
    expect(limits).toEqual({ bytes: 60 * MIB, objects: 180 });
    const hundred = (changed: Partial<PlannedPartition>): readonly PlannedPartition[] =>
      Array.from({ length: 100 }, (_, index) =>
        plannedWith({ partition: `event_type=t${index}/created_date=2026-11-20`, ...changed }),
      );
    const sizes = (planned: readonly PlannedPartition[], rebuild = false): ReadonlySet<number> =>
      new Set(
        formBatches(planned, narrow, new Set(), rebuild)
          .slice(0, -1)
          .map((batch) => batch.partitions.length),
      );
    expect(sizes(hundred({ newBytes: 8 * MIB }))).toEqual(new Set([7]));
    expect(sizes(hundred({ newObjects: 50 }))).toEqual(new Set([3]));
    const published = publishedWith({ bytes: 300 * MIB });
    expect(sizes(hundred({ newBytes: 1, published }))).toEqual(new Set([2]));
    expect(formBatches(hundred({ newBytes: 1, published }), narrow, new Set(), true).map(({ bytes }) => bytes)).toEqual([100]);
  });

  it('are few: small partitions share one up to the limit of writers', () => {
    const small = Array.from({ length: 250 }, (_, index) => plannedWith({ partition: pathOf(`t${index}`) }));
    expect(formBatches(small, policy).map((batch) => batch.partitions.length)).toEqual([100, 100, 50]);
  });

  it('leave a partition above the byte budget, or one that failed before, alone', () => {
    const planned = [
      plannedWith({ partition: pathOf('a') }),
      plannedWith({ partition: pathOf('huge'), newBytes: 65 * MIB }),
      plannedWith({ partition: pathOf('b') }),
      plannedWith({ partition: pathOf('failed') }),
    ];
    const batches = formBatches(planned, policy, new Set([planned[3]!.partition]));
    expect(batches.map((batch) => batch.partitions.map(({ partition }) => partitionOfPath(partition)['event_type']))).toEqual([
      ['a', 'b'],
      ['huge'],
      ['failed'],
    ]);
  });

  it('cost at least the smallest bill of each of their queries', () => {
    expect(queryDollars(0)).toBeCloseTo((10 * MIB * 5) / 2 ** 40, 12);
    expect(queryDollars(2 ** 40)).toBe(5);
    const [batch] = formBatches([plannedWith({ newBytes: 2 ** 36 })], policyWith({ batchBytes: 2 ** 37 }));
    expect(estimateBatch(batch!)).toMatchObject({ bytes: 2 ** 36 });
    expect(estimateBatch(batch!).dollars).toBeGreaterThan(queryDollars(2 ** 36));
  });
});

describe('what the next run lists whatever its day', () => {
  const paths = fc.array(
    fc
      .tuple(eventTypes, dates)
      .map(([eventType, createdDate]) => partitionPath({ event_type: eventType, created_date: createdDate })),
  );

  it('is all of it, once and sorted, until a full listing starts over', () => {
    fc.assert(
      fc.property(paths, fc.boolean(), paths, paths, (previous, full, withNews, routed) => {
        const carried = carryOver(previous, full, withNews, [...routed, partitionPath(latePartition(EVENTS))]);
        expect(carried).toEqual([...new Set([...(full ? [] : previous), ...withNews, ...routed])].sort());
      }),
    );
  });
});

describe('gather tasks', () => {
  const sources = fc.array(fc.record({ bytes: fc.nat({ max: 3 * MIB }) }), { maxLength: 60 });

  it('hold every source once and in order, within bytes and objects', async () => {
    await fc.assert(
      fc.asyncProperty(sources, fc.integer({ min: 1, max: 8 }), async (listed, gatherObjects) => {
        const tasks = await collected(gatherTasks(streamed(listed), policyWith({ gatherBytes: 4 * MIB, gatherObjects })));
        expect(tasks.flat()).toEqual(listed);
        for (const task of tasks) {
          expect(task.length).toBeGreaterThan(0);
          expect(task.length).toBeLessThanOrEqual(gatherObjects);
          if (task.length > 1) expect(task.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(4 * MIB);
        }
      }),
    );
  });

  it('are none where nothing is to be gathered', async () => {
    expect(await collected(gatherTasks(streamed([]), policyWith()))).toEqual([]);
  });

  it('of what a run takes of a partition, or a batch holds, are never more than a history has room for', async () => {
    const policy = policyWith({ gatherBytes: 2 * MIB, gatherObjects: 2 });
    const limits = batchLimits(policy);
    // The worst there is: a large and a small object by turns, so that no two fit one task.
    const worst = Array.from({ length: 5_000 }, (_, index) => ({ bytes: index % 2 === 0 ? 1 : 2 * MIB }));
    const random = fc.array(fc.record({ bytes: fc.oneof(fc.nat({ max: 10 }), fc.nat({ max: 3 * MIB })) }), {
      minLength: 400,
      maxLength: 900,
    });
    const check = async (listed: readonly { readonly bytes: number }[]): Promise<void> => {
      let [objects, bytes] = [0, 0];
      const taken = listed.filter((source) => {
        if (!partitionTakes({ objects, bytes }, source, policy)) return false;
        [objects, bytes] = [objects + 1, bytes + source.bytes];
        return true;
      });
      expect(objects).toBeLessThanOrEqual(limits.objects);
      expect((await collected(gatherTasks(streamed(taken), policy))).length).toBeLessThanOrEqual(MAX_TASKS);
    };
    await check(worst);
    await fc.assert(fc.asyncProperty(random, check), { numRuns: 20 });
  });
});
