/** Athena's statements as Trino takes them: its own properties of CTAS, and the time of the host's clock. Pure. */
import { notSupported, QueryFailure } from '../failure';
import type { Token } from '../lexer';
import { isSymbol, isWord, quoteName, quoteText } from '../lexer';
import type { CreateTableAs } from '../statement-engine';
import { CATALOG } from './client';

const CLOCK_WORDS: Readonly<Record<string, (iso: string) => string>> = {
  current_date: (iso) => `DATE '${iso.slice(0, 10)}'`,
  current_time: (iso) => `TIME '${iso.slice(11, 23)} +00:00'`,
  current_timestamp: (iso) => `TIMESTAMP '${iso.slice(0, 10)} ${iso.slice(11, 23)} UTC'`,
  localtime: (iso) => `TIME '${iso.slice(11, 23)}'`,
  localtimestamp: (iso) => `TIMESTAMP '${iso.slice(0, 10)} ${iso.slice(11, 23)}'`,
};

/**
 * The text of tokens [from, to), in which what asks for the time is answered by the host's clock: Trino would say the wall's.
 * All else stays to the character, so that places in errors stay nearly those of the statement.
 */
export const withTime = (text: string, tokens: readonly Token[], from: number, to: number, now: number): string => {
  const iso = new Date(now).toISOString();
  let written = '';
  let at = tokens[from]?.start ?? 0;
  for (let index = from; index < to; index++) {
    const token = tokens[index]!;
    if (token.kind !== 'word' || isSymbol(tokens[index - 1], '.')) continue;
    const call = isSymbol(tokens[index + 1], '(');
    const isNow = token.value === 'now' && call && isSymbol(tokens[index + 2], ')');
    const write = isNow ? CLOCK_WORDS['current_timestamp'] : call ? undefined : CLOCK_WORDS[token.value];
    if (write === undefined || !Object.hasOwn(CLOCK_WORDS, isNow ? 'current_timestamp' : token.value)) continue;
    written += `${text.slice(at, token.start)}${write(iso)}`;
    at = isNow ? tokens[index + 2]!.end : token.end;
  }
  return written + text.slice(at, tokens[to - 1]?.end ?? at);
};

export interface TrinoCreate {
  readonly sql: string;
  readonly session: Readonly<Record<string, string>>;
}

const list = (names: readonly string[]): string => `ARRAY[${names.map(quoteText).join(', ')}]`;

/**
 * `write_compression` is Athena's own: Trino has a session property instead. One writer of at most 100 partitions and buckets is what
 * Athena has; Trino would start more of them when the first has much to do.
 */
export const trinoCreate = (
  { name, properties, withData, tokens, from, to }: CreateTableAs,
  text: string,
  location: string,
  now: number,
): TrinoCreate => {
  const { compression, partitionedBy, bucketedBy, bucketCount } = properties;
  if (compression === 'LZ4') throw notSupported('CTAS with LZ4: Trino does not write Parquet with it');
  if (to <= from || (!isWord(tokens[from], 'select', 'with', 'values', 'table') && !isSymbol(tokens[from], '(')))
    throw new QueryFailure('SYNTAX_ERROR', 'CREATE TABLE AS needs a query');
  const given = [
    "format = 'PARQUET'",
    `external_location = ${quoteText(location)}`,
    ...(partitionedBy.length === 0 ? [] : [`partitioned_by = ${list(partitionedBy)}`]),
    ...(bucketCount === 0 ? [] : [`bucketed_by = ${list(bucketedBy)}`, `bucket_count = ${bucketCount}`]),
  ];
  const table = [CATALOG, name.database, name.table].map(quoteName).join('.');
  return {
    sql: `CREATE TABLE ${table} WITH (${given.join(', ')}) AS ${withTime(text, tokens, from, to, now)}${withData ? '' : ' WITH NO DATA'}`,
    session: {
      [`${CATALOG}.compression_codec`]: compression,
      scale_writers: 'false',
      task_scale_writers_enabled: 'false',
      task_min_writer_count: '1',
      task_max_writer_count: '1',
    },
  };
};
