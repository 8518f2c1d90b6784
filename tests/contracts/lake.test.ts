import { EVENTS } from '../../contracts/feeds';
import {
  comparePartitions,
  compareKeys,
  curatedAttemptPrefix,
  curatedPrefix,
  errorsPrefix,
  gatheredPrefix,
  gatheredRoot,
  isLate,
  keyOfUri,
  latePartition,
  LATE,
  ledgerKey,
  ledgerPrefix,
  lockKey,
  markedSource,
  markerKey,
  markerPrefix,
  partitionOfKey,
  partitionPath,
  pieceKey,
  piecePrefix,
  rawPartitionPrefix,
  rawPrefix,
  rejectedKey,
  runPrefix,
  runsPrefix,
  s3Uri,
  temporaryTable,
  temporaryTablePrefix,
} from '../../contracts/lake';
import { fc } from '../properties';
import { partitions } from '../workflows/arbitraries';

const names = fc.string({
  unit: fc.constantFrom('a', 'z', '/', '!', '.', 'ä', '\uffee', '😀', '𝒳', '-'),
  minLength: 1,
  maxLength: 8,
});
// Whole characters: half a surrogate pair cannot stand in a key.
const keys = fc.oneof(
  names,
  fc.string({ unit: 'binary' }).filter((key) => Buffer.from(key).toString() === key),
);
const etags = fc.stringMatching(/^[0-9a-f]{32}(-\d{1,3})?$/);

describe('the order of keys', () => {
  it('is the order of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(keys, keys, (left, right) => {
        expect(Math.sign(compareKeys(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('differs from the order of UTF-16 units, which JavaScript sorts by', () => {
    expect(['😀', '\uffee'].sort()).toEqual(['😀', '\uffee']);
    expect(['😀', '\uffee'].sort(compareKeys)).toEqual(['\uffee', '😀']);
  });

  it('is that of the listing for partitions', () => {
    fc.assert(
      fc.property(partitions, partitions, (left, right) => {
        const keys = [left, right].map((partition) => Buffer.from(`${rawPartitionPrefix(EVENTS, partition)}x.gz`)) as [
          Buffer,
          Buffer,
        ];
        expect(Math.sign(comparePartitions(left, right))).toBe(Buffer.compare(...keys));
      }),
    );
  });
});

describe('the partition of a key', () => {
  it('comes back from every key that is made of it', () => {
    fc.assert(
      fc.property(partitions, names, (partition, name) => {
        expect(partitionOfKey(EVENTS, rawPrefix(EVENTS), `${rawPartitionPrefix(EVENTS, partition)}${name}`)).toEqual(partition);
        expect(partitionOfKey(EVENTS, piecePrefix('events'), pieceKey('events', partition, 'abc'))).toEqual(partition);
        expect(partitionOfKey(EVENTS, '', `${partitionPath(partition)}/`)).toEqual(partition);
      }),
    );
  });

  it.each([
    'raw/events/stray.gz',
    'raw/events/event_type=push/stray.gz',
    'raw/events/event_type=Push/created_date=2026-11-20/x.gz',
    'raw/events/event_type=push/created_date=2026-11/x.gz',
    'raw/events/event_type=push/created_date=2026-11-20',
    'raw/users/event_type=push/created_date=2026-11-20/x.gz',
    'late/events/_routed/raw/events/event_type=push/created_date=2026-11-20/x.gz',
  ])('is none for %s', (key) => {
    expect(partitionOfKey(EVENTS, 'raw/events/', key)).toBeUndefined();
  });

  it('is late for the one partition of what is not on time', () => {
    expect(partitionOfKey(EVENTS, rawPrefix(EVENTS), `${rawPartitionPrefix(EVENTS, latePartition(EVENTS))}x.gz`)).toEqual({
      event_type: LATE,
      created_date: LATE,
    });
    expect(isLate(latePartition(EVENTS))).toBe(true);
    fc.assert(fc.property(partitions, (partition) => !isLate(partition)));
  });
});

describe('the marker of a routed source', () => {
  it('tells key and ETag of its source', () => {
    fc.assert(
      fc.property(names, etags, (key, etag) => {
        expect(markedSource('events', markerKey('events', key, etag))).toEqual({ key, etag });
        expect(markedSource('events', markerKey('events', key, `"${etag}"`))).toEqual({ key, etag });
      }),
    );
  });

  it('is told apart from everything else under the pieces', () => {
    expect(markedSource('events', pieceKey('events', { event_type: 'push', created_date: '2026-11-20' }, 'abc'))).toBeUndefined();
    expect(markedSource('events', `${markerPrefix('events')}stray`)).toBeUndefined();
    expect(partitionOfKey(EVENTS, piecePrefix('events'), markerKey('events', 'raw/events/x', 'e'))).toBeUndefined();
  });
});

describe('the layout', () => {
  it('keeps what lives and what expires in prefixes that do not overlap', () => {
    const byName = [piecePrefix, curatedPrefix, ledgerPrefix, errorsPrefix, runsPrefix, lockKey].map((prefix) =>
      prefix('events'),
    );
    const prefixes = [rawPrefix(EVENTS), ...byName];
    for (const outer of prefixes) expect(prefixes.filter((inner) => inner.startsWith(outer))).toEqual([outer]);
  });

  it('gives every attempt files, a ledger, a snapshot and a table of its own', () => {
    const attempts = ['aaaa', 'bbbb'].flatMap((attempt) => ['b0001', 'b0002'].map((batch) => ({ batch, attempt })));
    const partition = { event_type: 'push', created_date: '2026-11-20' };
    for (const nameOf of [
      (batch: string, attempt: string) => curatedAttemptPrefix('events', 'r1', batch, attempt),
      (batch: string, attempt: string) => ledgerKey('events', partition, 'r1', batch, attempt),
      (batch: string, attempt: string) => gatheredPrefix('events', 'r1', `${batch}-${attempt}`),
      (batch: string, attempt: string) => temporaryTable('events', 'r1', batch, attempt),
    ])
      expect(new Set(attempts.map(({ batch, attempt }) => nameOf(batch, attempt))).size).toBe(4);
  });

  it('puts what belongs to a run into its folder', () => {
    expect(gatheredPrefix('events', 'r1', 'b-a').startsWith(gatheredRoot('events', 'r1'))).toBe(true);
    expect(gatheredRoot('events', 'r1').startsWith(runPrefix('events', 'r1'))).toBe(true);
    expect(rejectedKey('events', 'h').startsWith(errorsPrefix('events'))).toBe(true);
  });

  it('names temporary tables as Glue would fold them', () => {
    const name = temporaryTable('events', '20261121T003000Z-1a2b3c4d', 'b0001', '9f8e7d6c');
    expect(name).toBe('tmp_events_20261121t003000z_1a2b3c4d_b0001_9f8e7d6c');
    expect(name.startsWith(temporaryTablePrefix('events'))).toBe(true);
  });

  it('turns keys into locations and back', () => {
    fc.assert(fc.property(names, (key) => keyOfUri('lake', s3Uri('lake', key)) === key));
    expect(keyOfUri('lake', 's3://lake-results/x')).toBeUndefined();
  });
});
