import { EVENTS } from '../../contracts/feeds';
import type { ExpectedPartition } from '../../workflows/documents';
import { differences, verifiedOf, type FoundPartition } from '../../workflows/verification';
import { fc } from '../properties';
import { publishedWith } from './arbitraries';

const PATH = 'event_type=push/created_date=2026-11-20';
const expected = (changed: Partial<ExpectedPartition> = {}): ExpectedPartition => ({
  partition: PATH,
  published: publishedWith({ rows: 10, copies: 12 }),
  lines: 8,
  copies: 20,
  sources: 1,
  gathered: 'fingerprint',
  ...changed,
});
const found = (changed: Partial<FoundPartition> = {}): FoundPartition => ({
  partition: PATH,
  rows: 15,
  keys: 15,
  copies: 20,
  conflicts: 1,
  typeConflicts: 2,
  misfiled: 0,
  ...changed,
});

describe('verification', () => {
  it('finds nothing where everything adds up', () => {
    expect(differences(EVENTS, [expected()], [found()], false)).toEqual([]);
  });

  it.each([
    ['a line was skipped', found({ copies: 19 }), /copies add up to 19, expected 20/],
    ['a line was read twice', found({ copies: 21 }), /copies add up to 21/],
    ['a key stands twice', found({ keys: 14 }), /15 rows but 14 keys/],
    ['a row is of another date', found({ misfiled: 1 }), /1 rows of another date/],
    ['rows got fewer', found({ rows: 9, keys: 9 }), /9 rows, fewer than the 10 before/],
    ['a partition came unasked', found({ partition: 'event_type=x/created_date=2026-11-20' }), /not a partition of this batch/],
  ])('objects when %s', (_, output, sentence) => {
    const problems = differences(EVENTS, [expected()], [output], false);
    expect(problems.some((problem) => sentence.test(problem))).toBe(true);
  });

  it('objects when a partition is missing', () => {
    expect(differences(EVENTS, [expected()], [], false)).toEqual([`${PATH}: 20 lines expected, no row found`]);
  });

  it('lets a rebuild end with fewer rows, since it is to mend them', () => {
    expect(differences(EVENTS, [expected()], [found({ rows: 9, keys: 9 })], true)).toEqual([]);
  });

  it('notices any single change of a count', () => {
    const counts = ['rows', 'keys', 'copies', 'misfiled'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...counts), fc.integer({ min: 1, max: 1_000 }), (name, change) => {
        expect(differences(EVENTS, [expected()], [found({ [name]: found()[name] + change })], false)).not.toEqual([]);
      }),
    );
  });

  it('notes what was verified, with what the queries scanned', () => {
    expect(verifiedOf(EVENTS, [found()], [7, 3], ['p: too few'])).toEqual({
      problems: ['p: too few'],
      bytesScanned: [7, 3],
      partitions: [{ partition: PATH, rows: 15, copies: 20, conflicts: 1, typeConflicts: 2, equal: 0 }],
    });
  });
});
