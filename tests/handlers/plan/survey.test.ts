import { EVENTS } from '../../../contracts/feeds';
import {
  markerKey,
  partitionDate,
  partitionOfPath,
  partitionPath,
  pieceKey,
  rawPartitionPrefix,
  type Partition,
} from '../../../contracts/lake';
import { gzipLines } from '../../../handlers/aws/objects';
import type { CuratedPartitions, RegisteredPartition } from '../../../handlers/aws/partitions';
import { listTypes, type DateRange } from '../../../handlers/plan/listing';
import { survey, type Surveyed } from '../../../handlers/plan/survey';
import { sourceSchema, type PlannedPartition } from '../../../workflows/documents';
import type { Run } from '../../../workflows/run';
import { fc } from '../../properties';
import { collected, policyWith, publishedWith, runWith } from '../../workflows/arbitraries';
import { MemoryLake } from '../memory-lake';

const NOW = Date.parse('2026-11-21T00:30:00.000Z');
const EPOCH = '1970-01-01';

interface Given {
  readonly raw: readonly (readonly [Partition, string])[];
  readonly pieces: readonly (readonly [Partition, string])[];
  /** Every so manieth object is in its partition's ledger, and every so manieth is marked as routed. */
  readonly ledgerEvery: number;
  readonly markedEvery: number;
}

const given: fc.Arbitrary<Given> = fc.record({
  raw: fc.array(fc.tuple(partition(), name()), { maxLength: 40 }),
  pieces: fc.array(fc.tuple(partition(), name()), { maxLength: 12 }),
  ledgerEvery: fc.integer({ min: 1, max: 4 }),
  markedEvery: fc.integer({ min: 2, max: 5 }),
});
function partition(): fc.Arbitrary<Partition> {
  return fc.record({
    event_type: fc.constantFrom('a', 'a-b', 'ab', 'b'),
    created_date: fc.constantFrom('2026-11-01', '2026-11-02', '2026-11-19', '2026-11-20'),
  });
}
function name(): fc.Arbitrary<string> {
  return fc.constantFrom('1', '1.gz', '1.gz.bak', '1.gz-2', '2.gz', '3.gz', '9');
}

/** A lake and, worked out the simple way, what is new in it by partition. */
const lakeOf = ({ raw, pieces, ledgerEvery, markedEvery }: Given) => {
  const lake = new MemoryLake(3);
  const keys = [
    ...new Set([
      ...raw.map(([where, file]) => `${rawPartitionPrefix(EVENTS, where)}${file}`),
      ...pieces.map(([where, file]) => pieceKey('events', where, file)),
    ]),
  ].sort();
  for (const key of keys) lake.put(key);
  const ledgers = new Map<string, { key: string; etag: string; lines: number }[]>();
  const fresh = new Map<string, string[]>();
  for (const [index, key] of keys.entries()) {
    const path = /event_type=[^/]+\/created_date=[^/]+/.exec(key)![0];
    const etag = lake.etagOf(key);
    const [inLedger, marked] = [index % ledgerEvery === 1, index % markedEvery === 1];
    if (inLedger) ledgers.set(path, [...(ledgers.get(path) ?? []), { key, etag, lines: 1 }]);
    if (marked) lake.put(markerKey('events', key, etag));
    if (!inLedger && !marked) fresh.set(path, [...(fresh.get(path) ?? []), key]);
  }
  const registered: RegisteredPartition[] = [];
  for (const [path, entries] of ledgers) {
    const published = publishedWith({ ledger: `ledger/events/${path}/r1.ndjson.gz` });
    // An object that was overwritten since, and one that has expired.
    const others = [
      { key: 'a', etag: 'x', lines: 1 },
      { key: 'z', etag: 'x', lines: 1 },
      { ...entries[0]!, etag: 'before' },
    ];
    lake.put(published.ledger, gzipLines([...entries, ...others].sort((left, right) => (left.key < right.key ? -1 : 1))));
    registered.push({ partition: partitionOfPath(path), location: published.location, published });
  }
  return { lake, registered, fresh };
};

const catalogOf = (registered: readonly RegisteredPartition[], asked: (string | undefined)[] = []): CuratedPartitions =>
  ({
    async *all(expression?: string) {
      asked.push(expression);
      const type = /^event_type = '([^']+)'/.exec(expression ?? '')?.[1];
      for (const each of registered) if (type === undefined || each.partition['event_type'] === type) yield each;
    },
  }) as unknown as CuratedPartitions;

interface Asked {
  readonly run?: Partial<Run>;
  readonly policy?: Record<string, unknown>;
  readonly from?: string;
  readonly to?: string;
  /** Instead of `from` and `to`. */
  readonly ranges?: readonly DateRange[];
}

const surveyed = async (lake: MemoryLake, registered: readonly RegisteredPartition[], asked: Asked = {}) => {
  const { objects } = lake;
  const misplaced: string[] = [];
  const expressions: (string | undefined)[] = [];
  const known = await listTypes(objects, EVENTS, (key) => misplaced.push(key));
  let remaining: Surveyed['remaining'] = known.types.map((type) => ({ type: type ?? null }));
  const partitions: PlannedPartition[] = [];
  let [rounds, listedObjects] = [0, 0];
  while (remaining.length > 0) {
    if (++rounds > 100) throw new Error('the rounds do not end');
    const found = await survey(
      {
        objects,
        catalog: catalogOf(registered, expressions),
        feed: EVENTS,
        run: runWith(asked.run),
        policy: policyWith({ dueAgeHours: 0, ...asked.policy }),
        nowMillis: NOW,
        folder: `plans/${rounds}/`,
        known,
        rangesOf: () => asked.ranges ?? [{ from: asked.from, to: asked.to }],
      },
      remaining,
    );
    partitions.push(...found.partitions);
    misplaced.push(...found.misplaced);
    listedObjects += found.listedObjects;
    remaining = found.remaining;
  }
  const sources = new Map<string, string[]>();
  for (const { partition: path, sourcesKey } of partitions)
    if (sourcesKey !== undefined)
      sources.set(path, (await collected(objects.readLines(sourcesKey, sourceSchema))).map(({ key }) => key).sort());
  return { partitions, sources, misplaced, rounds, listedObjects, expressions };
};

const byPath = (partitions: readonly PlannedPartition[]): readonly string[] =>
  partitions.map((planned) => planned.partition).sort();

describe('a survey', () => {
  it('finds exactly what neither ledger nor marker knows, in one round or in many', async () => {
    await fc.assert(
      fc.asyncProperty(given, fc.integer({ min: 1, max: 20_000 }), async (situation, planEntries) => {
        const { lake, registered, fresh } = lakeOf(situation);
        const once = await surveyed(lake, registered);
        expect(once.rounds).toBeLessThanOrEqual(1);
        expect(once.sources).toEqual(fresh);
        expect(byPath(once.partitions)).toEqual([...fresh.keys()].sort());
        for (const { partition: path, newObjects } of once.partitions) expect(newObjects).toBe(fresh.get(path)!.length);
        const often = await surveyed(lake, registered, { policy: { planEntries } });
        expect(often.sources).toEqual(fresh);
        expect(byPath(often.partitions)).toEqual(byPath(once.partitions));
        expect(often.listedObjects).toBe(once.listedObjects);
      }),
      { numRuns: 60 },
    );
  });

  it('asks listing and catalog for the dates that it is about', async () => {
    const lake = new MemoryLake();
    for (const date of ['2026-11-01', '2026-11-19', '2026-11-20'])
      lake.put(`${rawPartitionPrefix(EVENTS, { event_type: 'a', created_date: date })}x.gz`);
    const found = await surveyed(lake, [], { from: '2026-11-19', to: '2026-11-19' });
    expect(byPath(found.partitions)).toEqual(['event_type=a/created_date=2026-11-19']);
    expect(found.listedObjects).toBe(1);
    expect(found.expressions).toEqual(["event_type = 'a' AND created_date >= '2026-11-19'"]);
    // Four folders, and one date of the one type: neither pieces nor markers have it.
    expect(lake.calls.filter((call) => call.startsWith('ListObjectsV2'))).toHaveLength(5);
  });

  it('lists nothing between the dates that a run carried over and the open ones, in one round or in many', async () => {
    const dates = Array.from({ length: 20 }, (_, day) => `2026-11-${String(day + 1).padStart(2, '0')}`);
    const on = (date: string) => ({ from: date, to: date });
    for (const planEntries of [1, 1e6]) {
      const lake = new MemoryLake(3);
      for (const date of dates)
        for (const file of ['1.gz', '2.gz'])
          lake.put(`${rawPartitionPrefix(EVENTS, { event_type: 'a', created_date: date })}${file}`);
      const found = await surveyed(lake, [], {
        policy: { planEntries },
        ranges: [on('2026-11-02'), on('2026-11-04'), { from: '2026-11-19' }],
      });
      expect(byPath(found.partitions).map((path) => path.slice(-2))).toEqual(['02', '04', '19', '20']);
      expect(found.listedObjects).toBe(8);
      const listed = lake.calls.filter((call) => call.startsWith('ListObjectsV2 raw/events/event_type=a/'));
      // A page for each carried date and two for the open ones; a round that goes on asks for what is left of its range.
      if (planEntries > 1) expect(listed).toHaveLength(4);
      else expect(listed.length).toBeLessThan(10);
    }
  });

  it('names what lies beside types, dates and objects', async () => {
    const lake = new MemoryLake();
    const strays = ['raw/events/stray.txt', 'raw/events/other=1/x.gz', 'raw/events/event_type=a/stray'];
    for (const key of [...strays, 'raw/events/event_type=a/created_date=2026-11-20/x.gz']) lake.put(key);
    const { misplaced, partitions } = await surveyed(lake, []);
    expect(misplaced.sort()).toEqual(['raw/events/event_type=a/stray', 'raw/events/other=1/', 'raw/events/stray.txt']);
    expect(partitions).toHaveLength(1);
  });

  it('leaves a partition out whose ledger is gone or damaged, and goes on', async () => {
    const all = ['2026-11-01', '2026-11-02', '2026-11-19'].map((date) => ({ event_type: 'a', created_date: date }));
    const lake = new MemoryLake();
    for (const where of all) lake.put(`${rawPartitionPrefix(EVENTS, where)}x.gz`);
    const registered = all.map((where): RegisteredPartition => {
      const published = publishedWith({ ledger: `ledger/${partitionDate(where)}` });
      return { partition: where, location: published.location, published };
    });
    lake.put('ledger/2026-11-02', 'no gzip');
    lake.put('ledger/2026-11-19', gzipLines([]));
    const { partitions, sources } = await surveyed(lake, registered);
    expect(partitions.map(({ due, reason }) => `${due} ${reason.slice(0, 40)}`)).toEqual([
      'false its ledger ledger/2026-11-01 is missing,',
      'false its ledger ledger/2026-11-02 is damaged,',
      expect.stringMatching(/^true /),
    ]);
    expect([...sources.keys()]).toEqual([partitionPath(all[2]!)]);
  });

  it('fails where a ledger cannot be read just now', async () => {
    const where = { event_type: 'a', created_date: '2026-11-20' };
    const lake = new MemoryLake();
    lake.put(`${rawPartitionPrefix(EVENTS, where)}x.gz`);
    const published = publishedWith({ ledger: 'ledger/x' });
    Object.defineProperty(lake.stored, 'get', {
      value: (key: string) => {
        if (key === 'ledger/x') throw new Error('SlowDown');
        return Map.prototype.get.call(lake.stored, key) as unknown;
      },
    });
    await expect(surveyed(lake, [{ partition: where, location: '', published }])).rejects.toThrow('SlowDown');
  });

  it('takes of a partition what one run gathers, and refuses to rebuild one that is more', async () => {
    const where = { event_type: 'a', created_date: '2026-11-20' };
    const lake = new MemoryLake();
    for (let number = 0; number < 150; number++) lake.put(`${rawPartitionPrefix(EVENTS, where)}${number}.gz`);
    const policy = { gatherObjects: 1 };
    const { partitions, sources } = await surveyed(lake, [], { policy });
    expect(partitions).toMatchObject([{ due: true, newObjects: 60, left: { objects: 90 } }]);
    expect(sources.get(partitionPath(where))).toHaveLength(60);
    const rebuilt = await surveyed(lake, [], { policy, run: { rebuild: true } });
    expect(rebuilt.partitions).toMatchObject([
      { due: false, reason: expect.stringMatching(/^cannot be rebuilt: it has 150 objects/) as string },
    ]);
  });

  it('names of a rebuild what no object is left of, round by round', async () => {
    const dates = ['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04'];
    const lake = new MemoryLake();
    for (const date of ['2026-11-02', '2026-11-04'])
      lake.put(`${rawPartitionPrefix(EVENTS, { event_type: 'a', created_date: date })}x.gz`);
    const registered = [...dates, EPOCH].map((date): RegisteredPartition => ({
      partition: { event_type: 'a', created_date: date },
      location: '',
      published: publishedWith(),
    }));
    for (const planEntries of [1, 1e6]) {
      const { partitions } = await surveyed(lake, registered, {
        policy: { planEntries },
        run: { rebuild: true, from: '2026-11-01' },
      });
      expect(partitions.map((planned) => `${planned.partition.slice(-2)} ${planned.due}`).sort()).toEqual([
        '01 false',
        '02 true',
        '03 false',
        '04 true',
      ]);
    }
  });
});
