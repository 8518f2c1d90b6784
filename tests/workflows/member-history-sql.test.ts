import { memberHistoryStatement } from '../../workflows/member-history-sql';
import { mistakesIn } from './trino-grammar';

it('the question about a member is Trino, and names the member as a value', () => {
  const sql = memberHistoryStatement('lithify_dev', "o'clock");
  expect(mistakesIn(sql)).toEqual([]);
  expect(sql).toContain("member_id = 'o''clock'");
});
