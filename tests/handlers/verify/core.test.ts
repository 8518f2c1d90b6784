import { EVENTS } from '../../../contracts/feeds';
import { foundPartitions } from '../../../handlers/verify/core';

const HEADER = [
  'event_type',
  'created_date',
  'row_count',
  'key_count',
  'copy_count',
  'conflict_count',
  'type_conflict_count',
  'misfiled_count',
];

describe("the verification's answer", () => {
  it('is read by the names of its columns, in whatever order they come', () => {
    const row = ['push', '2026-11-20', '3', '3', '4', '1', '2', '0'];
    const expected = [
      {
        partition: 'event_type=push/created_date=2026-11-20',
        rows: 3,
        keys: 3,
        copies: 4,
        conflicts: 1,
        typeConflicts: 2,
        misfiled: 0,
      },
    ];
    expect(foundPartitions(EVENTS, [HEADER, row])).toEqual(expected);
    expect(foundPartitions(EVENTS, [[...HEADER].reverse(), [...row].reverse()])).toEqual(expected);
  });

  it('has no partition where the table has no row', () => {
    expect(foundPartitions(EVENTS, [HEADER])).toEqual([]);
  });

  it('fails the verification where a value is missing', () => {
    const error = expect.objectContaining({ name: 'VerificationFailed' }) as Error;
    expect(() => foundPartitions(EVENTS, [HEADER, ['push', '2026-11-20', '3', '3', undefined, '0', '0', '0']])).toThrow(error);
    expect(() => foundPartitions(EVENTS, [HEADER.slice(1), ['2026-11-20', '3', '3', '4', '0', '0', '0']])).toThrow(error);
  });
});
