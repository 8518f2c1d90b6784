import { EVENTS } from '../../contracts/feeds';
import { compareStatement, comparisonOf } from '../../workflows/comparison';
import { mistakesIn } from './trino-grammar';

const PUSH = { event_type: 'push', created_date: '2026-11-20' };
const PATH = 'event_type=push/created_date=2026-11-20';

describe('the comparison of a rebuild', () => {
  const sql = compareStatement(EVENTS, 'lithify_dev', 'tmp_events_r_b0001_a', [PUSH]);

  it('is Trino, as a real grammar reads it, and reads only the partitions that were rebuilt', () => {
    expect(mistakesIn(sql)).toEqual([]);
    // On both sides: of what was rebuilt, too, only that counts which is published already.
    expect(sql.split("(event_type = 'push' AND created_date IN ('2026-11-20'))")).toHaveLength(3);
  });

  it('looks at every column of the feed', () => {
    for (const { name } of EVENTS.curatedColumns) expect(sql).toContain(`rebuilt.${name}`);
  });

  it('says of every partition whether it is equal, and names what differs with a few keys', () => {
    const row = (difference: string, count: number, key: string) => ({
      ...PUSH,
      difference,
      row_count: String(count),
      row_key: key,
    });
    expect(
      comparisonOf(
        EVENTS,
        [PATH, 'event_type=a/created_date=2026-11-20'],
        [row('payload', 7, 'k1'), row('payload', 7, 'k2'), row('copies', 1, 'k3')],
        [9],
      ),
    ).toEqual({
      bytesScanned: [9],
      partitions: [
        {
          partition: PATH,
          equal: false,
          differences: [
            { what: 'payload', rows: 7, examples: ['k1', 'k2'] },
            { what: 'copies', rows: 1, examples: ['k3'] },
          ],
        },
        { partition: 'event_type=a/created_date=2026-11-20', equal: true, differences: [] },
      ],
    });
  });

  it('believes no answer that it did not ask for', () => {
    const row = { ...PUSH, difference: 'payload', row_count: '1', row_key: 'k' };
    expect(() => comparisonOf(EVENTS, [], [row], [])).toThrow(PATH);
    expect(() => comparisonOf(EVENTS, [PATH], [{ ...row, difference: 'colour' }], [])).toThrow('colour');
  });
});
