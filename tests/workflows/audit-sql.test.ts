import { EVENTS } from '../../contracts/feeds';
import {
  keyAuditStatement,
  linesStatement,
  partitionAuditStatement,
  rawLinesStatement,
  repeatedKeysStatement,
} from '../../workflows/audit-sql';
import { mistakesIn } from './trino-grammar';

const statements = {
  partitions: partitionAuditStatement(EVENTS, 'lithify_dev', 'events'),
  keys: keyAuditStatement(EVENTS, 'lithify_dev', 'events'),
  repeated: repeatedKeysStatement(EVENTS, 'lithify_dev', 'events', 10),
  raw: rawLinesStatement(EVENTS, 'lithify_dev', 'events_raw', ['cart', "o'clock"], ['2026-11-20', '2026-11-21']),
  late: linesStatement('lithify_dev', 'events_late'),
};

describe('the statements of an audit', () => {
  it.each(Object.entries(statements))('%s: are Trino', (_, sql) => {
    expect(mistakesIn(sql)).toEqual([]);
  });

  it('ask for each raw type by an equality of its own, since types may be injected', () => {
    expect(
      statements.raw.match(/event_type = '(cart|o''clock)' AND created_date IN \('2026-11-20', '2026-11-21'\)/g),
    ).toHaveLength(2);
  });
});
