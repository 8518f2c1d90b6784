import { gzipSync } from 'node:zlib';
import type { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { EVENTS } from '../../../contracts/feeds';
import { accountsKey } from '../../../contracts/lake';
import { accountFor, overdue, type AcknowledgedRequest } from '../../../handlers/report/acknowledged';
import { reportOf } from '../../../handlers/report/core';
import { accountsSchema, type Accounts } from '../../../workflows/acknowledged';
import type { Plan } from '../../../workflows/documents';
import type { Run } from '../../../workflows/run';
import { plannedWith, publishedWith, runWith } from '../../workflows/arbitraries';
import { MemoryLake } from '../memory-lake';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-11-21T10:00:30Z');
const KEY = accountsKey('events');

const plan: Plan = {
  run: 'r',
  at: new Date(NOW).toISOString(),
  full: false,
  lastFullAt: new Date(NOW).toISOString(),
  listedObjects: 0,
  misplaced: [],
  alone: [],
  estimatedBytes: 0,
  estimatedDollars: 0,
  batchesKey: 'k',
  batches: [],
  partitions: [],
  carry: [],
};

/** CloudWatch, of records by the instant at which they arrived. */
const cloudWatch = (arrived: readonly (readonly [millis: number, records: number])[]): AcknowledgedRequest['cloudWatch'] => ({
  send: ({ input }: GetMetricDataCommand) => {
    const period = input.MetricDataQueries![0]!.MetricStat!.Period! * 1_000;
    const points = arrived.filter(([millis]) => millis >= input.StartTime!.getTime() && millis < input.EndTime!.getTime());
    return Promise.resolve({
      MetricDataResults: [
        {
          Id: 'm0',
          Timestamps: points.map(([millis]) => new Date(Math.floor(millis / period) * period)),
          Values: points.map(([, records]) => records),
        },
      ],
    });
  },
});

interface Night {
  readonly arrived: readonly (readonly [millis: number, records: number])[];
  readonly compacted: number;
  readonly run?: Partial<Run>;
  /** Undefined: the run failed before it had one. */
  readonly plan?: Plan | undefined;
  readonly nowMillis?: number;
  /** Raw objects that the run could not read, by key. */
  readonly unreadable?: readonly string[];
  readonly mostCounted?: Parameters<typeof accountFor>[1];
}

/** What the report step of a run makes of a lake. */
const judgedBy = async (lake: MemoryLake, night: Night) => {
  const planned = 'plan' in night ? night.plan : plan;
  const now = new Date(night.nowMillis ?? NOW).toISOString();
  const request: AcknowledgedRequest = {
    objects: lake.objects,
    catalog: {
      async *all() {
        await Promise.resolve();
        yield {
          partition: { event_type: 'push', created_date: '2026-11-20' },
          location: 's3://lake/x/',
          published: publishedWith({ copies: night.compacted }),
        };
      },
    },
    cloudWatch: cloudWatch(night.arrived),
    feed: EVENTS,
    sources: [{ kind: 'stream', name: 's' }],
    report: {
      ...reportOf(runWith(night.run), now, undefined, planned, [], [], []),
      unreadable: (night.unreadable ?? []).map((key) => ({ key, etag: 'e', reason: 'cut' })),
    },
    plan: planned,
    now,
  };
  return accountFor(request, night.mostCounted);
};

const accountIn = (lake: MemoryLake): Accounts | undefined => {
  const stored = lake.stored.get(KEY);
  return stored === undefined ? undefined : accountsSchema.parse(JSON.parse(stored.body.toString()));
};

describe('an account that begins in a lake that was there long before', () => {
  const old = [
    [NOW - 9 * DAY, 100],
    [NOW - 2 * DAY, 10],
  ] as const;

  it.each<[string, Partial<Night>]>([
    ['looked at a part of the table', { run: { eventType: 'payment' } }],
    ['failed before it knew what waits', { plan: undefined }],
  ])(
    'leaves open what is unexplained after a run that %s, since what merely waits would be excused for good',
    async (_what, night) => {
      const [lake, another] = [new MemoryLake(), new MemoryLake()];
      await judgedBy(another, { arrived: old, compacted: 10, ...night });
      const first = await judgedBy(lake, { arrived: old, compacted: 10, ...night });
      expect(first).toMatchObject({ missing: 100, ok: true, notJudged: expect.any(String) as string });
      expect(accountIn(lake)).toMatchObject({ acknowledged: 110, unexplained: null });

      // The next run judges, and what cannot be explained then is of before.
      const explained = await judgedBy(another, { arrived: old, compacted: 107 });
      expect(explained).toMatchObject({ missing: 3, ok: false, notJudged: null });
      expect(accountIn(another)).toMatchObject({ unexplained: 3 });

      // All of it is compacted by the next run: nothing is missing, and nothing came twice.
      expect(await judgedBy(lake, { arrived: old, compacted: 110 })).toMatchObject({ missing: 0, redelivered: 0, ok: true });
      expect(accountIn(lake)).toMatchObject({ acknowledged: 110, unexplained: 0 });
      // And a record that is lost from then on is missed.
      const lost = { arrived: [...old, [NOW + 4 * HOUR, 1]] as const, compacted: 110, nowMillis: NOW + DAY };
      expect(await judgedBy(lake, lost)).toMatchObject({ missing: 1, ok: false, notJudged: null });
    },
  );

  it('sets apart what nobody can explain, once a run can judge, and misses nothing for that afterwards', async () => {
    const lake = new MemoryLake();
    expect(await judgedBy(lake, { arrived: old, compacted: 107 })).toMatchObject({ missing: 3, ok: false, notJudged: null });
    expect(accountIn(lake)).toMatchObject({ acknowledged: 110, unexplained: 3 });
    expect(await judgedBy(lake, { arrived: old, compacted: 107 })).toMatchObject({ missing: 0, redelivered: 0, ok: true });
    expect(await judgedBy(lake, { arrived: old, compacted: 106 })).toMatchObject({ missing: 1, ok: false });
  });
});

describe('an account that begins with its lake', () => {
  it('sets nothing apart: what is missing then stays missing', async () => {
    const lake = new MemoryLake();
    const young = [[NOW - 2 * DAY, 10]] as const;
    expect(await judgedBy(lake, { arrived: young, compacted: 4, run: { eventType: 'payment' } })).toMatchObject({ ok: true });
    expect(accountIn(lake)).toMatchObject({ acknowledged: 10, unexplained: 0 });
    expect(await judgedBy(lake, { arrived: young, compacted: 9 })).toMatchObject({ missing: 1, ok: false, notJudged: null });
  });
});

describe('an object that waits for its partition to be due', () => {
  it('explains what is missing over any number of runs, and no more than arrived since it could', async () => {
    const lake = new MemoryLake();
    const arrived = [
      [NOW - 2 * DAY, 90],
      [NOW - HOUR, 10],
    ] as const;
    const waits: Plan = {
      ...plan,
      partitions: [plannedWith({ due: false, newObjects: 1, oldestNew: new Date(NOW - HOUR / 2).toISOString() })],
    };
    // Nothing arrives over a weekend: what waits arrived long before the account was last brought up to date.
    for (const days of [0, 1, 2, 3]) {
      const night = { arrived, plan: waits, nowMillis: NOW + days * DAY };
      expect(await judgedBy(lake, { ...night, compacted: 90 })).toMatchObject({ inFlight: 10, missing: 0, ok: true });
      expect(await judgedBy(lake, { ...night, compacted: 89 })).toMatchObject({ missing: 1, ok: false, notJudged: null });
    }
  });
});

describe('a flood of error objects', () => {
  it('is counted over several nights, each of which inflates so much and no more, and is judged once all of it is counted', async () => {
    const lake = new MemoryLake();
    const objects = 100;
    const body = gzipSync('{"errorCode":"x"}\n'.repeat(3));
    for (let index = 0; index < objects; index++) lake.put(`errors/events/processing-failed/${index}.gz`, body);
    const night = {
      arrived: [[NOW - 2 * DAY, 3 * objects + 1]] as const,
      compacted: 0,
      mostCounted: { objects: 1_000, inflatedBytes: 1, bytesOfOne: 1_000 },
    };
    const [nights, left] = [[] as number[], (): number => objects - Object.keys(accountIn(lake)?.errors ?? {}).length];
    while (left() > 0 && nights.length < objects) {
      const before = left();
      const judged = await judgedBy(lake, night);
      nights.push(before - left());
      if (left() > 0) expect(judged).toMatchObject({ ok: true, notJudged: `${left()} error objects are not counted yet` });
      else expect(judged).toMatchObject({ errors: 3 * objects, missing: 1, ok: false, notJudged: null });
    }
    // Some are under way by the time that the first one is counted.
    expect(Math.min(...nights)).toBeGreaterThan(0);
    expect(Math.max(...nights)).toBeLessThan(objects / 2);
    expect(left()).toBe(0);
  });
});

describe('error objects of many bytes', () => {
  const linesOf = (lines: number): Buffer => gzipSync('{"errorCode":"x"}\n'.repeat(lines));
  const keyOf = (index: number): string => `errors/events/processing-failed/${index}.gz`;

  it('are left for the next run once the budget is gone, all but the first; every run counts one', async () => {
    const lake = new MemoryLake();
    for (let index = 0; index < 4; index++) lake.put(keyOf(index), linesOf(100_000));
    const night = {
      arrived: [[NOW - 2 * DAY, 400_000]] as const,
      compacted: 0,
      mostCounted: { objects: 9, inflatedBytes: 2_000_000, bytesOfOne: 1e9 },
    };
    const counted: number[] = [];
    while (counted.length < 9 && counted.at(-1) !== 4) {
      await judgedBy(lake, night);
      const { errors = {} } = accountIn(lake) ?? {};
      expect(Object.values(errors).every((lines) => lines === 100_000)).toBe(true);
      counted.push(Object.keys(errors).length);
    }
    // Each is 1.8 MB: the budget lasts for the first, and not for four at a time.
    expect(counted[0]).toBeGreaterThan(0);
    expect(counted[0]).toBeLessThan(4);
    expect(counted.at(-1)).toBe(4);
  });

  it('count as unreadable where one alone has more than a run can count, and keep no run from counting the rest', async () => {
    const lake = new MemoryLake();
    lake.put(keyOf(1), linesOf(100_000));
    lake.put(keyOf(2), linesOf(3));
    const mostCounted = { objects: 9, inflatedBytes: 1e9, bytesOfOne: 1_000_000 };
    await judgedBy(lake, { arrived: [[NOW - 2 * DAY, 3]], compacted: 0, mostCounted });
    expect(accountIn(lake)).toMatchObject({ unreadable: 1, errors: { [keyOf(1)]: 0, [keyOf(2)]: 3 } });
  });
});

describe('an account that a run could not bring up to date', () => {
  const overdueAt = (lake: MemoryLake, millis: number) =>
    overdue(lake.objects, EVENTS, 'PassingTrouble: busy', new Date(millis).toISOString());

  it('fails no run for three days, and every run from then on', async () => {
    const lake = new MemoryLake();
    await judgedBy(lake, { arrived: [[NOW - DAY, 1]], compacted: 1 });
    const until = Date.parse(accountIn(lake)!.until);
    expect(await overdueAt(lake, until + 3 * DAY)).toBeUndefined();
    expect(await overdueAt(lake, until + 3 * DAY + 1)).toBe(
      `AccountOverdue: what was acknowledged has not been counted since ${new Date(until).toISOString()}: PassingTrouble: busy`,
    );
  });

  it('fails the run that should have begun it', async () => {
    expect(await overdueAt(new MemoryLake(), NOW)).toContain('has never been counted: PassingTrouble: busy');
  });
});

describe('an object that nobody can read', () => {
  const BROKEN = 'errors/events/processing-failed/1.gz';
  const RAW = 'raw/events/event_type=push/created_date=2026-11-20/1.gz';
  const cut = gzipSync('{}\n{}\n').subarray(0, 12);
  // Of the object's own time, and of long before; all of that is compacted.
  const written = new Date(NOW - 5 * HOUR);
  const arrived = [
    [NOW - 3 * DAY, 100],
    [NOW - 6 * HOUR, 4],
  ] as const;

  it('under errors/ excuses no more records than arrived in its time, ever after, gone or not', async () => {
    const lake = new MemoryLake();
    lake.put(BROKEN, cut, written);
    expect(await judgedBy(lake, { arrived, compacted: 100 })).toMatchObject({
      missing: 0,
      ok: true,
      notJudged: null,
      unreadable: { objects: 1, records: 4, held: 4 },
    });
    expect(await judgedBy(lake, { arrived, compacted: 99 })).toMatchObject({ missing: 1, ok: false, notJudged: null });

    lake.stored.delete(BROKEN);
    const later = { arrived, nowMillis: NOW + 40 * DAY };
    expect(await judgedBy(lake, { ...later, compacted: 100 })).toMatchObject({ missing: 0, ok: true, unreadable: { held: 4 } });
    expect(await judgedBy(lake, { ...later, compacted: 99 })).toMatchObject({ missing: 1, ok: false, notJudged: null });
  });

  it('in raw excuses no more than that either, as long as it is there, however old it is', async () => {
    const lake = new MemoryLake();
    lake.put(RAW, cut, written);
    const nights = [NOW, NOW + 5 * DAY];
    for (const nowMillis of nights) {
      const night = { arrived, nowMillis, unreadable: [RAW] };
      expect(await judgedBy(lake, { ...night, compacted: 101 })).toMatchObject({ missing: 0, ok: true, unreadable: { held: 3 } });
      expect(await judgedBy(lake, { ...night, compacted: 99 })).toMatchObject({ missing: 1, ok: false, notJudged: null });
    }
    // Once it can be read its time excuses nothing.
    expect(await judgedBy(lake, { arrived, compacted: 103 })).toMatchObject({ missing: 1, ok: false });
  });

  it('excuses without bound where it is a piece, of which nobody knows when its records arrived', async () => {
    const unreadable = ['late/events/event_type=push/created_date=2026-01-01/h.gz'];
    expect(await judgedBy(new MemoryLake(), { arrived, compacted: 1, unreadable })).toMatchObject({
      ok: true,
      notJudged: expect.stringContaining('pieces of late objects are unreadable') as string,
    });
  });

  it('is bounded in an account of before as well, as long as it is there', async () => {
    const lake = new MemoryLake();
    lake.put(BROKEN, cut, written);
    await judgedBy(lake, { arrived, compacted: 100 });
    const { unreadableHours: _none, ...older } = accountIn(lake)!;
    lake.put(KEY, JSON.stringify(older));
    expect(await judgedBy(lake, { arrived, compacted: 100 })).toMatchObject({ missing: 0, ok: true, unreadable: { held: 4 } });
    expect(accountIn(lake)).toMatchObject({ unreadable: 1, errors: { [BROKEN]: 0 } });
    expect(await judgedBy(lake, { arrived, compacted: 99 })).toMatchObject({ missing: 1, ok: false });
  });
});
