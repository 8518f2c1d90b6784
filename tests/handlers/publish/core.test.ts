import { conflictsOf, entriesGathered, filesByPartition, nextState } from '../../../handlers/publish/core';
import type { ExpectedPartition } from '../../../workflows/documents';
import { fingerprint } from '../../../workflows/novelty';

const PATH = 'event_type=push/created_date=2026-11-20';
const LOCATION = 'curated/events/r2/b0001-a2/';
const gathered = [
  { key: 'raw/a', etag: '1', lines: 3 },
  { key: 'raw/b', etag: '1', lines: 4 },
];
const expected: ExpectedPartition = { partition: PATH, lines: 7, copies: 7, sources: 2, gathered: fingerprint(gathered) };
const verification = {
  bytesScanned: [1, 2],
  partitions: [{ partition: PATH, rows: 5, copies: 7, conflicts: 1, equal: 0 }],
  problems: [],
};
const where = {
  run: 'r2',
  attempt: 'a2',
  location: `s3://lake/${LOCATION}${PATH}/`,
  ledger: 'ledger/x',
  sources: 2,
  conflictsBefore: 3,
};

describe('the state after a flip', () => {
  it('tells what was verified and what was written', () => {
    const written = filesByPartition(LOCATION, [
      { key: `${LOCATION}${PATH}/000000_0`, bytes: 10 },
      { key: `${LOCATION}${PATH}/000001_0`, bytes: 5 },
      { key: `${LOCATION}event_type=fork/created_date=2026-11-20/000000_0`, bytes: 99 },
    ]);
    expect(nextState(expected, verification, written, where)).toEqual({
      run: 'r2',
      attempt: 'a2',
      location: where.location,
      ledger: 'ledger/x',
      sources: 2,
      conflicts: 4,
      rows: 5,
      copies: 7,
      files: 2,
      bytes: 15,
    });
    expect(conflictsOf(verification, PATH)).toBe(1);
    expect(conflictsOf(verification, 'event_type=x/created_date=y')).toBe(0);
  });

  it('is refused for a partition that has no file or was not verified', () => {
    expect(() => nextState(expected, verification, new Map(), where)).toThrow('has no file');
    const written = new Map([[PATH, { files: 1, bytes: 1 }]]);
    expect(() => nextState(expected, { bytesScanned: [], partitions: [], problems: [] }, written, where)).toThrow(PATH);
  });
});

describe('the ledger of a flip', () => {
  it('has what the verification counted, in whatever order the tasks left it', () => {
    expect(() => entriesGathered(expected, gathered.toReversed())).not.toThrow();
    expect(entriesGathered(expected, gathered)).toEqual([
      { key: 'raw/a', etag: '1', lines: 3 },
      { key: 'raw/b', etag: '1', lines: 4 },
    ]);
  });

  it.each([
    ['a source more', [...gathered, { key: 'raw/c', etag: '1', lines: 0 }]],
    ['a source less', gathered.slice(1)],
    ['other lines', [gathered[0]!, { ...gathered[1]!, lines: 5 }]],
    ['another source of as many lines', [gathered[0]!, { ...gathered[1]!, key: 'raw/c' }]],
    ['another version of a source', [gathered[0]!, { ...gathered[1]!, etag: '2' }]],
  ])('is refused when a straggler left %s behind', (_, other) => {
    expect(() => entriesGathered(expected, other)).toThrow('no longer what was verified');
  });
});
