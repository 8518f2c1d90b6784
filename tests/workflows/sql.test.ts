import { EVENTS, feedNamed } from '../../contracts/feeds';
import { payloadOf } from '../../contracts/event';
import type { Partition } from '../../contracts/lake';
import { createStatement, identifier, literal, partitionPredicate, verifyStatement } from '../../workflows/sql';
import { fc } from '../properties';
import { partitions } from './arbitraries';
import { mistakesIn } from './trino-grammar';

const PUSH: Partition = { event_type: 'push', created_date: '2026-11-20' };
const FORK: Partition = { event_type: 'fork', created_date: '2026-11-19' };

const statement = (changed: Partial<Parameters<typeof createStatement>[0]> = {}): string =>
  createStatement({
    feed: feedNamed('events'),
    database: 'lithify_dev',
    table: 'tmp_events_r_b0001_a',
    location: 's3://lake/curated/events/r/b0001-a/',
    run: 'r',
    batchAttempt: 'b0001-a',
    bucketCount: 2,
    partitions: [PUSH, FORK],
    united: [PUSH],
    ...changed,
  });

/** Cuts SQL text at its quotes, as a lexer does: what is inside each literal, and what is outside. */
const lexed = (sql: string): { readonly literals: readonly string[]; readonly rest: string } => {
  const literals: string[] = [];
  const rest = sql.replaceAll(/'((?:[^']|'')*)'/g, (_, inside: string) => {
    literals.push(inside.replaceAll("''", "'"));
    return '?';
  });
  return { literals, rest };
};

describe('the statements of the compaction', () => {
  it('are Trino, as a real grammar reads it', () => {
    expect(mistakesIn(statement())).toEqual([]);
    expect(mistakesIn(statement({ united: [] }))).toEqual([]);
    expect(mistakesIn(verifyStatement(EVENTS, 'lithify_dev', 'tmp_events_r_b0001_a'))).toEqual([]);
  });

  it('are held against a grammar that does refuse something', () => {
    expect(mistakesIn('SELECT 1::bigint')).not.toEqual([]);
    expect(mistakesIn(statement().replace('WITH (', 'WITH ('.repeat(2)))).not.toEqual([]);
  });

  it('write partition columns last and name only what the curated table has, conflicts apart', () => {
    const select = statement().split('\nSELECT\n').at(-1)!.split('\nFROM ranked')[0]!;
    const names = select.split(',\n').map((column) => column.trim().split(/\s+/).at(-1)!);
    const { curatedColumns, partitionColumns } = feedNamed('events');
    expect(names).toEqual([...curatedColumns, { name: 'conflicts' }, ...partitionColumns].map(({ name }) => name));
  });

  it('read the current rows of the united partitions only', () => {
    expect(statement()).toContain('"lithify_dev"."events"\n');
    expect(statement({ united: [] })).not.toContain('"lithify_dev"."events"\n');
  });

  it('cut the payload off where the transform put it', () => {
    const line =
      '{"created_datetime":"2026-11-20T00:00:00.000Z","event_type":"a","event_subtype":null,"ingested_at":"2026-11-20T00:00:01.000Z","x":1}';
    const [, cut] = /strpos\(line, '"ingested_at":"'\) \+ (\d+)\)/.exec(statement())!;
    const sqlPayload = `{${line.slice(line.indexOf('"ingested_at":"') + Number(cut))}`;
    expect(sqlPayload).toBe('{"x":1}');
    expect(payloadOf(line)).toBe(sqlPayload);
  });

  it('keep whatever a value holds inside its quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(lexed(literal(value))).toEqual({ literals: [value], rest: '?' });
        expect(identifier(value).slice(1, -1).replaceAll('""', '')).not.toContain('"');
      }),
    );
  });

  it('stay valid whatever quotes a name or a type carries', () => {
    const tricky = "o'reilly'; DROP TABLE events --";
    const sql = statement({ partitions: [{ ...PUSH, event_type: tricky }], run: tricky, table: 'a"b' });
    expect(mistakesIn(sql)).toEqual([]);
    expect(lexed(sql).literals).toContain(tricky);
    expect(lexed(sql).rest).not.toContain('DROP');
  });

  it('select exactly the partitions asked for', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(partitions, { minLength: 1, maxLength: 20, selector: (partition) => JSON.stringify(partition) }),
        (asked) => {
          const selected = partitionPredicate(EVENTS, asked)
            .split(' OR ')
            .flatMap((clause) => {
              const [eventType, ...dates] = lexed(clause).literals;
              return dates.map((createdDate) => `${eventType}/${createdDate}`);
            });
          expect(selected.sort()).toEqual(
            asked.map(({ event_type: eventType, created_date: createdDate }) => `${eventType}/${createdDate}`).sort(),
          );
        },
      ),
    );
  });

  it('stay below the longest query string with as many partitions as one CTAS may open', () => {
    const many = Array.from({ length: 100 }, (_, index) => ({
      event_type: 'x'.repeat(60) + String(index),
      created_date: '2026-11-20',
    }));
    // https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
    expect(statement({ partitions: many, united: many }).length).toBeLessThan(262_144);
  });
});
