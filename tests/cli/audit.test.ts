import { gzipSync } from 'node:zlib';
import { curatedDifferences, projectedDays, rawDifferences, routedDifferences } from '../../cli/audit/accounts';
import type { Audit } from '../../cli/audit/findings';
import { auditLines } from '../../cli/audit/lines';
import { sourceAccounts } from '../../cli/audit/sources';
import { lakeCensus, pendingOf } from '../../cli/lake-census';
import { EVENTS } from '../../contracts/feeds';
import {
  latePartition,
  markerKey,
  markerPrefix,
  partitionPath,
  pieceKey,
  rawPartitionPrefix,
  type Partition,
} from '../../contracts/lake';
import { collect } from '../../handlers/aws/concurrently';
import { gzipLines } from '../../handlers/aws/objects';
import type { RegisteredPartition } from '../../handlers/aws/partitions';
import type { Published } from '../../workflows/documents';
import { lineCount } from '../../workflows/lines';
import { sourceHash } from '../../workflows/routing';
import { fakeBucket } from './fake-bucket';

const CART: Partition = { event_type: 'cart', created_date: '2026-11-20' };
const ORDER: Partition = { event_type: 'order', created_date: '2026-11-20' };
const OLD: Partition = { event_type: 'cart', created_date: '2026-10-01' };

const published = (ledger: string, counts: Partial<Published> = {}): Published => ({
  location: 's3://lake/curated/events/r/b-a/x/',
  run: 'r',
  attempt: 'a',
  ledger,
  rows: 3,
  copies: 4,
  files: 1,
  bytes: 10,
  sources: 1,
  ...counts,
});
const registered = (partition: Partition, state: Published | undefined): RegisteredPartition => ({
  partition,
  location: 's3://lake/x/',
  published: state,
});
const lines = (count: number): Buffer => gzipSync('{}\n'.repeat(count));
const silent = (): void => undefined;

describe('the census of a lake', () => {
  it('finds what no ledger and no marker knows, by key and ETag, whatever its day', async () => {
    const { objects, put } = fakeBucket();
    const known = `${rawPartitionPrefix(EVENTS, CART)}1.gz`;
    const overwritten = `${rawPartitionPrefix(EVENTS, CART)}2.gz`;
    const etag = put(known, lines(4));
    put(overwritten, lines(1), '2026-11-21T12:00:00.000Z');
    const fresh = `${rawPartitionPrefix(EVENTS, OLD)}3.gz`;
    put(fresh, lines(2), '2026-10-02T00:00:00.000Z');
    const foreign = `${rawPartitionPrefix(EVENTS, ORDER)}4.gz`;
    const foreignTag = put(foreign, lines(5));
    put(markerKey('events', foreign, foreignTag), '{}');
    const lateKnown = `${rawPartitionPrefix(EVENTS, latePartition(EVENTS))}5.gz`;
    const lateTag = put(lateKnown, lines(1));
    put(markerKey('events', lateKnown, lateTag), '{}');
    put(`${rawPartitionPrefix(EVENTS, latePartition(EVENTS))}6.gz`, lines(1));
    put('raw/events/event_type=cart/stray.txt', 'x');
    put(
      'ledger/1',
      gzipLines([
        { key: known, etag, lines: 4 },
        { key: overwritten, etag: 'another', lines: 9 },
      ]),
    );

    const census = await lakeCensus(
      objects,
      EVENTS,
      [
        registered(CART, published('ledger/1')),
        registered({ event_type: 'gone', created_date: '2026-01-01' }, published('ledger/none')),
      ],
      silent,
    );

    expect(census.partitions.map(({ path, fresh: found }) => [path, found.map(({ key }) => key)])).toEqual([
      [partitionPath(OLD), [fresh]],
      [partitionPath(CART), [overwritten]],
      ['event_type=gone/created_date=2026-01-01', []],
      [partitionPath(ORDER), []],
    ]);
    expect(census.partitions.map(({ ledger }) => (Array.isArray(ledger) ? ledger.length : ledger))).toEqual([
      undefined,
      2,
      null,
      undefined,
    ]);
    expect(census.late.fresh.map(({ key }) => key)).toEqual([`${rawPartitionPrefix(EVENTS, latePartition(EVENTS))}6.gz`]);
    expect(census.misplaced).toEqual(['raw/events/event_type=cart/stray.txt']);
    const [old] = census.partitions;
    expect(pendingOf(old!.fresh)).toEqual({
      objects: 1,
      bytes: old!.fresh[0]!.bytes,
      oldest: { key: fresh, lastModified: '2026-10-02T00:00:00.000Z' },
    });
    expect(pendingOf([])).toEqual({ objects: 0, bytes: 0, oldest: null });
  });
});

describe('the accounts of the sources', () => {
  it('count what is compacted, routed, not yet compacted and unreadable', async () => {
    const { objects, put } = fakeBucket();
    const compacted = `${rawPartitionPrefix(EVENTS, CART)}1.gz`;
    const compactedTag = put(compacted, lines(4));
    put(`${rawPartitionPrefix(EVENTS, CART)}2.gz`, lines(2));
    const cutObject = `${rawPartitionPrefix(EVENTS, ORDER)}3.gz`;
    put(cutObject, lines(9).subarray(0, 12));
    const late = `${rawPartitionPrefix(EVENTS, latePartition(EVENTS))}4.gz`;
    const lateTag = put(late, lines(5));
    const piece = pieceKey('events', OLD, sourceHash(late, lateTag));
    const pieceTag = put(piece, lines(3));
    put(
      markerKey('events', late, lateTag),
      JSON.stringify({ key: late, etag: lateTag, partitions: [partitionPath(OLD)], lines: 5, rejected: 1 }),
    );
    put(
      'ledger/cart',
      gzipLines([
        { key: 'raw/events/event_type=cart/created_date=2026-11-20/0-expired.gz', etag: 'e', lines: 7 },
        { key: compacted, etag: compactedTag, lines: 4 },
      ]),
    );
    put('ledger/old', gzipLines([{ key: piece, etag: pieceTag, lines: 3 }]));

    const census = await lakeCensus(
      objects,
      EVENTS,
      [registered(CART, published('ledger/cart')), registered(OLD, published('ledger/old'))],
      silent,
    );
    const markers = (await collect(objects.list(markerPrefix('events')))).map(({ key }) => key);
    const accounts = await sourceAccounts(objects, EVENTS, census, markers, silent);

    expect(accounts.raw).toEqual([
      { partition: partitionPath(CART), compactedLines: 4, routedLines: 0, freshLines: 2, unreadable: [] },
      {
        partition: partitionPath(ORDER),
        compactedLines: 0,
        routedLines: 0,
        freshLines: 0,
        unreadable: [expect.objectContaining({ key: cutObject })],
      },
    ]);
    expect(accounts.late).toMatchObject({ routedLines: 5, freshLines: 0 });
    expect(accounts).toMatchObject({ freshLines: 2, freshObjects: 2, unreadable: [{ key: cutObject }] });
    expect(accounts.routed).toEqual([{ key: late, lines: 5, rejected: 1, pieces: [{ key: piece, lines: 3 }] }]);
    expect(routedDifferences(accounts.routed)).toEqual([{ partition: late, what: 'lines of its pieces', expected: 4, found: 3 }]);
  });
});

describe('the accounts', () => {
  const path = partitionPath(CART);
  const found = { rows: 3, keys: 3, copies: 4, misfiled: 0 };

  it('of a partition add up when SQL, catalog and ledger agree', () => {
    expect(curatedDifferences(path, found, { published: published('l'), ledger: { lines: 4, foreign: [] } })).toEqual([]);
  });

  it('name every difference', () => {
    const whats = (...args: Parameters<typeof curatedDifferences>) => curatedDifferences(...args).map(({ what }) => what);
    const ledger = { lines: 4, foreign: [] };
    expect(whats(path, undefined, { published: published('l'), ledger })).toEqual(['rows', 'copies', 'lines of its ledger']);
    expect(whats(path, { ...found, copies: 5 }, { published: published('l'), ledger })).toEqual([
      'copies',
      'lines of its ledger',
    ]);
    expect(whats(path, found, { published: published('l'), ledger: { lines: 5, foreign: ['raw/x'] } })).toEqual([
      'lines of its ledger',
      'sources',
    ]);
    expect(whats(path, found, { published: published('l'), ledger: undefined })).toEqual(['ledger']);
    expect(whats(path, found, { published: undefined, ledger: undefined })).toEqual(['published by']);
  });

  it('of raw compare SQL with what is accounted for; a partition without a row has no lines', () => {
    const account = { partition: path, compactedLines: 4, routedLines: 1, freshLines: 2, unreadable: [] };
    expect(rawDifferences([account], new Map([[path, 7]]))).toEqual([]);
    expect(rawDifferences([account], new Map())).toEqual([{ partition: path, what: 'raw lines', expected: 7, found: 0 }]);
  });

  it('of a routed source want every piece and every line', () => {
    const account = { key: 'k', lines: 5, rejected: 1, pieces: [{ key: 'p', lines: 4 }] };
    expect(routedDifferences([account])).toEqual([]);
    expect(routedDifferences([{ ...account, pieces: [{ key: 'p', lines: undefined }] }])).toEqual([
      { partition: 'k', what: 'piece', expected: 'p', found: 'missing' },
    ]);
  });

  it('know the days that a projected table shows', () => {
    expect(projectedDays('NOW-32DAYS,NOW+1DAY', Date.parse('2026-11-21T23:59:59Z'))).toEqual({
      from: '2026-10-20',
      to: '2026-11-22',
    });
    expect(projectedDays('2024-01-01,NOW', 0)).toBeUndefined();
    expect(projectedDays(undefined, 0)).toBeUndefined();
  });

  it.each([
    ['', 0],
    ['a\nb\n', 2],
    ['a\nb', 2],
    ['a\n\n\r\nb\r\n', 2],
  ])('count in %j %d lines that hold anything', (text, count) => {
    expect(lineCount(Buffer.from(text))).toBe(count);
  });
});

describe('an audit for people', () => {
  const ok: Audit = {
    feed: 'events',
    ok: true,
    checks: {
      keys: { rows: 3, distinct: 3, duplicates: 0, examples: [] },
      misfiled: { rows: 0, partitions: [] },
      accounts: {
        partitions: 1,
        lines: 6,
        copies: 4,
        notYetCompacted: { objects: 1, lines: 2 },
        unreadable: 1,
        redelivered: 1,
        conflicts: 2,
        expired: { objects: 3, lines: 9 },
        perPartition: [],
        differences: [],
      },
      acknowledged: {
        acknowledged: 7,
        accepted: 6,
        errors: 1,
        inFlight: 0,
        tolerance: null,
        missing: 0,
        redelivered: 0,
        linePerRecord: true,
        notJudged: null,
        ok: true,
      },
      typeConflicts: { keys: 1, examples: [{ event_uuid: 'u', created_datetime: 'd', types: 'a, b' }] },
      raw: { partitions: 1, lines: 6, skipped: [{ partition: 'p', reason: 'it is broken' }], differences: [] },
      routed: { sources: 0, lines: 0, rejected: 0, differences: [] },
    },
    unreadable: [{ key: 'raw/x', etag: 'e', reason: 'cut' }],
    changedMeanwhile: [],
  };

  it('says that all adds up, and names what it could not look at', () => {
    const text = auditLines(ok).join('\n');
    expect(text).not.toContain('FAIL');
    expect(text).toContain('6 lines = 4 copies + 2 not yet compacted, and 1 object unreadable');
    expect(text).toContain('1 partition not compared: it is broken');
    expect(text).toContain('unreadable: raw/x: cut');
    expect(text).toContain('everything adds up');
    expect(text).toContain('redelivered: 1 copy merged; in conflict: 2 times');
    expect(text).toContain('expired since: 3 sources with 9 lines');
    expect(text).toContain('ok   acknowledged: 7 records = 6 accepted + 1 errors + 0 in flight');
    expect(text).toContain('1 key under more than one type, all kept');
    expect(text).toContain('u d under a, b');
  });

  it('speaks of each feed in its own terms', () => {
    const checks = {
      ...ok.checks,
      acknowledged: { ...ok.checks.acknowledged, redelivered: 4, linePerRecord: false },
      typeConflicts: null,
    };
    const text = auditLines({ ...ok, feed: 'films', checks }).join('\n');
    expect(text).toContain('ok   no key: each record is a row of its own, 3 rows');
    expect(text).toContain('- 4 lines more than records');
    expect(text).not.toContain('one type per key');
    const keys = { rows: 3, distinct: 2, duplicates: 1, examples: [{ arrival_date: '2026-11-20', id: 'p', times: '2' }] };
    const users = auditLines({ ...ok, feed: 'telemetry', checks: { ...checks, keys } });
    expect(users).toContain('FAIL each key once: 3 rows, 2 keys');
    expect(users).toContain('    2026-11-20 p: 2 times');
  });

  it('says how many acknowledged records are missing, and what is tolerated', () => {
    const acknowledged = { ...ok.checks.acknowledged, missing: 2, ok: false, tolerance: { records: 5, because: 'for a reason' } };
    const lines = auditLines({ ...ok, ok: false, checks: { ...ok.checks, acknowledged } });
    expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([expect.stringContaining('acknowledged')]);
    expect(lines).toContain('    2 records missing');
    expect(lines).toContain('    tolerance: 5 records for a reason');
  });

  it('marks the check that fails and names the difference', () => {
    const differences = [{ partition: 'event_type=cart/created_date=2026-11-20', what: 'rows', expected: 3, found: 2 }];
    const lines = auditLines({ ...ok, ok: false, checks: { ...ok.checks, accounts: { ...ok.checks.accounts, differences } } });
    expect(lines.filter((line) => line.startsWith('FAIL'))).toHaveLength(1);
    expect(lines).toContain('    event_type=cart/created_date=2026-11-20: rows 2, must be 3');
  });
});
