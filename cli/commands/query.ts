import { UsageError } from '../../contracts/errors';
import { runQuery, type QueryResult } from '../athena-query';
import { choice, command, optionalText, type CommandContext, type ExitCode } from '../command';
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

export const queryCommand = command({
  name: 'query',
  summary: COMMANDS.query.summary,
  reachesAws: true,
  help: `Runs one statement in the analysts' workgroup, as Athena would (Trino's SQL), and prints its rows; what it cost is told on stderr. The
tables are events (each event once, Parquet), events_raw (as delivered; name the event_type), events_late and events_gathered.

  lithify query "SELECT event_type, count(*) AS events FROM events GROUP BY 1 ORDER BY 2 DESC"
  lithify query "SELECT * FROM events WHERE created_date = '2026-11-20'" --format parquet --output day.parquet
  lithify query - --format csv < question.sql
  lithify --json query "SELECT max(created_at) AS newest FROM events"

JSON has whole numbers beyond 2^53 and decimals as text, so that no digit is lost. In CSV a NULL is nothing and an empty text is "".
With --json the rows come as one document, {queryExecutionId, columns, rows, statistics}.`,
  positionals: [{ name: 'SQL', summary: 'one statement in quotes, or - to read it from standard input', required: true }],
  options: {
    format: choice(FORMATS, 'how the rows are written', 'table'),
    output: optionalText('FILE', 'write the rows to this file instead of standard output'),
    workgroup: optionalText('NAME', "another workgroup than the analysts'"),
  },
  async run(context, { format, output: given, workgroup }, [sql = '']) {
    if (format === 'parquet' && given === undefined) throw new UsageError('Parquet goes to a file; give --output FILE.');
    if (context.json && given === undefined && format === 'csv') {
      throw new UsageError('--json and --format csv both want standard output; give --output FILE, or leave one of them out.');
    }
    const file = given === undefined ? undefined : checkTarget(given);
    const statement = statementOf(sql === '-' ? await context.readInput() : sql);
    return connected(context, async ({ athena, outputs }): Promise<ExitCode> => {
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
