import { UsageError } from '../../contracts/errors';
import { runQuery, type QueryResult } from '../athena-query';
import { FEED_NAMES, feedNamed, type FeedName } from '../../contracts/feeds';
import { FEED_QUESTIONS, feedQuestion, type FeedQuestion } from '../../workflows/feed-queries';
import { choice, command, optionalChoice, optionalText, type CommandContext, type ExitCode } from '../command';
import { connected } from '../connection';
import { csvRecord } from '../format/csv';
import { writeParquet } from '../format/parquet';
import { counted, readableBytes } from '../format/readable';
import { tableLines } from '../format/table';
import { isNumeric, jsonValue } from '../format/values';
import { checkTarget, writeTexts, writeWhole } from '../result-file';
import { COMMANDS } from '../table';

const FORMATS = ['table', 'json', 'csv', 'parquet'] as const;
type Format = (typeof FORMATS)[number];

/** The statement without the semicolon that people end it with. */
export const statementOf = (text: string): string => {
  const statement = text.trim().replace(/(\s*;)+$/, '');
  if (statement === '') throw new UsageError('the SQL is empty; write it in quotes, or pipe it in and give - instead.');
  const [verb = ''] = /^[a-z]+/i.exec(statement.replace(/^(\s|--[^\n]*\n?|\/\*[\s\S]*?\*\/|\()+/, '')) ?? [];
  if (CHANGING.has(verb.toUpperCase()))
    throw new UsageError(
      `the SQL begins with ${verb.toUpperCase()}; lithify query only reads, so allowed are SELECT, WITH, SHOW, DESCRIBE and VALUES.`,
    );
  return statement;
};

/** Statements that change the lake or the catalog: a slip here would undo what runs published. */
const CHANGING: ReadonlySet<string> = new Set([
  'ALTER',
  'CREATE',
  'DELETE',
  'DROP',
  'INSERT',
  'MERGE',
  'MSCK',
  'OPTIMIZE',
  'UNLOAD',
  'UPDATE',
  'VACUUM',
]);

/** Objects and files know a column by its name alone. */
export const checkNames = ({ columns }: QueryResult): void => {
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`two columns are called "${twice}"; give one of them another name with AS.`);
};

export const rowObjects = function* ({ columns, rows }: QueryResult): Generator<object> {
  for (const row of rows)
    yield Object.fromEntries(columns.map((column, index) => [column.name, jsonValue(row[index] ?? null, column)]));
};

/** A result as text, piece by piece. */
export const textOf = function* (
  result: QueryResult,
  format: Exclude<Format, 'parquet'>,
  width: number | undefined,
): Generator<string> {
  const { columns, rows } = result;
  if (format === 'table') {
    const titles = columns.map((column) => ({ title: column.name, right: isNumeric(column) }));
    for (const line of tableLines(titles, rows, width)) yield `${line}\n`;
  } else if (format === 'csv') {
    yield csvRecord(columns.map(({ name }) => name));
    for (const row of rows) yield csvRecord(columns.map((_, index) => row[index] ?? null));
  } else {
    let separator = '[\n';
    for (const object of rowObjects(result)) {
      yield `${separator}${JSON.stringify(object)}`;
      separator = ',\n';
    }
    yield rows.length === 0 ? '[]\n' : '\n]\n';
  }
};

const deliver = async (
  { output, json }: CommandContext,
  result: QueryResult,
  format: Format,
  file: string | undefined,
): Promise<void> => {
  if (format === 'json' || format === 'parquet' || json) checkNames(result);
  if (file !== undefined) {
    if (format === 'parquet') {
      await writeWhole(file, (partial) => writeParquet(partial, result.columns, result.rows));
    } else await writeTexts(file, textOf(result, format, undefined));
  } else if (!json && format !== 'parquet') {
    for (const text of textOf(result, format, output.columns)) output.raw(text);
  }
  const { columns, bytesScanned, millis, queryExecutionId, rows } = result;
  output.document({
    queryExecutionId,
    columns: columns.map(({ name, type }) => ({ name, type })),
    ...(file === undefined ? { rows: [...rowObjects(result)] } : { output: file }),
    statistics: { rows: rows.length, bytesScanned, millis },
  });
  if (!json)
    output.note(
      `${counted(rows.length, 'row')}, ${readableBytes(bytesScanned)} scanned, ${millis} ms${file === undefined ? '' : `, written to ${file}`}`,
    );
};

/** The statement that is given, or the feed's. Throws a UsageError where there is none, or both. */
const asked = async (
  { readInput }: CommandContext,
  sql: string | undefined,
  feed: FeedName | undefined,
  question: FeedQuestion | undefined,
): Promise<string> => {
  if (feed === undefined) {
    if (question !== undefined) throw new UsageError('--ask needs --feed: the feed that is asked.');
    if (sql === undefined)
      throw new UsageError('`lithify query` needs SQL: one statement in quotes, or - to read it from standard input; or --feed.');
    return statementOf(sql === '-' ? await readInput() : sql);
  }
  if (sql !== undefined) throw new UsageError('a statement and --feed are both given; give one of them.');
  const statement = feedQuestion(feedNamed(feed), question ?? FEED_QUESTIONS[0]);
  if (statement === undefined)
    throw new UsageError(`--ask is "${question}", but records of ${feed} have no key: equal ones are rows of their own.`);
  return statement;
};

export const queryCommand = command({
  name: 'query',
  summary: COMMANDS.query.summary,
  reachesAws: true,
  help: `Runs one statement in the analysts' workgroup, as Athena would (Trino's SQL), and prints its rows; what it cost is told on stderr. Each
feed has its table (${FEED_NAMES.join(', ')}: each record once, Parquet) and its raw one (events_raw: as delivered; name the
event_type). Beside them: events_late, events_gathered, and film, the titles.

With --feed instead of a statement it asks what one asks of a feed first, and says with which statement: rows and records per day, the
newest rows, or keys that are there twice.

  lithify query "SELECT event_type, count(*) AS events FROM events GROUP BY 1 ORDER BY 2 DESC"
  lithify query "SELECT * FROM events WHERE created_date = '2026-11-20'" --format parquet --output day.parquet
  lithify query --feed films
  lithify query --feed users --ask newest --format csv
  lithify query - --format csv < question.sql
  lithify --json query "SELECT max(created_at) AS newest FROM events"

JSON has whole numbers beyond 2^53 and decimals as text, so that no digit is lost. In CSV a NULL is nothing and an empty text is "".
With --json the rows come as one document, {queryExecutionId, columns, rows, statistics}.`,
  positionals: [{ name: 'SQL', summary: 'one statement in quotes, or - to read it from standard input', required: false }],
  options: {
    feed: optionalChoice(FEED_NAMES, 'ask this feed, instead of a statement'),
    ask: { ...optionalChoice(FEED_QUESTIONS, 'with --feed: what is asked'), fallback: FEED_QUESTIONS[0] },
    format: choice(FORMATS, 'how the rows are written', 'table'),
    output: optionalText('FILE', 'write the rows to this file instead of standard output'),
    workgroup: optionalText('NAME', "another workgroup than the analysts'"),
  },
  async run(context, { feed, ask, format, output: given, workgroup }, [sql]) {
    if (format === 'parquet' && given === undefined) throw new UsageError('Parquet goes to a file; give --output FILE.');
    if (context.json && given === undefined && format === 'csv') {
      throw new UsageError('--json and --format csv both want standard output; give --output FILE, or leave one of them out.');
    }
    const file = given === undefined ? undefined : checkTarget(given);
    const statement = await asked(context, sql, feed, ask);
    return connected(context, async (connection): Promise<ExitCode> => {
      if (feed !== undefined) {
        connection.feedOutputs(feed);
        if (!context.json) context.output.note(statement);
      }
      const { athena, outputs } = connection;
      const result = await runQuery(athena, {
        sql: statement,
        database: outputs.database,
        workgroup: workgroup ?? outputs.workgroup,
        onState: (state) => context.output.progress(`query: ${state.toLowerCase()}`),
      });
      context.output.progress('');
      await deliver(context, result, format, file);
      return 0;
    });
  },
});
