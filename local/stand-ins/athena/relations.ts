/** Makes, of the files of a scan, the view that the query reads in the table's place. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { textList } from './engine';
import { duckPath } from './literals';
import { quoteName, quoteText } from './lexer';
import type { ParquetFiles } from './parquet-files';
import type { Scan } from './planner';
import type { SourceFile } from './scan-sources';
import type { Column, Format, TableShape } from './table-shape';
import type { TextFiles } from './text-files';

export interface Scanned {
  /** Bytes that the scan reads: of text all, of Parquet the compressed chunks of the columns that the query needs. */
  readonly bytes: number;
  /** Objects that the scan opens. */
  readonly objects: number;
}

export interface Readers {
  readonly text: TextFiles;
  readonly parquet: ParquetFiles;
}

const FILE = 'lithify_file';
/** The engine's buffer holds at least two lines. */
const LEAST_LINE = 2_097_152;

/** A view of no rows, for a table that the plan does not scan. */
export const createEmptyView = async (
  connection: DuckDBConnection,
  relation: string,
  shape: TableShape,
  path: boolean,
): Promise<void> => {
  const columns = [...shape.columns, ...shape.keys, ...(path ? [{ name: '$path', type: 'VARCHAR' }] : [])];
  const nulls = columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${quoteName(name)}`);
  await connection.run(`CREATE TEMP VIEW ${relation} AS SELECT ${nulls.join(', ')} WHERE false`);
};

export const createView = async (
  connection: DuckDBConnection,
  readers: Readers,
  relation: string,
  shape: TableShape,
  scan: Scan,
  files: readonly SourceFile[],
  path: boolean,
): Promise<Scanned> => {
  if (files.length === 0) {
    await createEmptyView(connection, relation, shape, path);
    return { bytes: 0, objects: 0 };
  }
  const { rows, bytes, paths } =
    shape.format.kind === 'parquet'
      ? await parquetRows(connection, readers.parquet, shape, scan, files)
      : await textRows(readers.text, shape, shape.format, files);
  const names = shape.columns.map(({ name }) => quoteName(name));
  const single = files.every(
    ({ values }) => values === files[0]!.values || JSON.stringify(values) === JSON.stringify(files[0]!.values),
  );
  const keyOf = ({ type }: Column, value: string): string => `TRY_CAST(${value} AS ${type})`;
  if (single && !path) {
    const constants = shape.keys.map((key, index) => {
      const value = files[0]!.values[index];
      return `${keyOf(key, value === null || value === undefined ? 'NULL' : quoteText(value))} AS ${quoteName(key.name)}`;
    });
    await connection.run(`CREATE TEMP VIEW ${relation} AS SELECT ${[...names, ...constants].join(', ')} FROM (${rows})`);
  } else {
    await createFileTable(connection, relation, shape, files, paths);
    const keys = shape.keys.map((key, index) => `${keyOf(key, `m.k${index}`)} AS ${quoteName(key.name)}`);
    const columns = [...names.map((name) => `d.${name}`), ...keys, ...(path ? ['m.uri AS "$path"'] : [])];
    await connection.run(
      `CREATE TEMP VIEW ${relation} AS SELECT ${columns.join(', ')} FROM (${rows}) d JOIN ${relation}_files m ON d.${FILE} = m.path`,
    );
  }
  return { bytes, objects: files.length };
};

/** Which partition each file belongs to. */
const createFileTable = async (
  connection: DuckDBConnection,
  relation: string,
  shape: TableShape,
  files: readonly SourceFile[],
  paths: readonly string[],
): Promise<void> => {
  const keys = shape.keys.map((_, index) => `, k${index} VARCHAR`).join('');
  await connection.run(`CREATE TEMP TABLE ${relation}_files (path VARCHAR, uri VARCHAR${keys})`);
  const appender = await connection.createAppender(`${relation}_files`, 'main', 'temp');
  files.forEach((file, index) => {
    appender.appendVarchar(paths[index]!);
    appender.appendVarchar(file.uri);
    for (const value of file.values) {
      if (value === null) appender.appendNull();
      else appender.appendVarchar(value);
    }
    appender.endRow();
  });
  appender.closeSync();
};

interface Rows {
  /** Selects the table's own columns and the file of each row. */
  readonly rows: string;
  readonly bytes: number;
  /** What the engine calls each file. */
  readonly paths: readonly string[];
}

const parquetRows = async (
  connection: DuckDBConnection,
  reader: ParquetFiles,
  shape: TableShape,
  scan: Scan,
  files: readonly SourceFile[],
): Promise<Rows> => {
  const footers = await reader.all(connection, files);
  const needed = new Set([...scan.columns].map((column) => column.toLowerCase().replace(/^"|"$/g, '')));
  const groups = new Map<string, string[]>();
  let bytes = 0;
  for (const { path, columns, signature } of footers) {
    const group = groups.get(signature) ?? [];
    groups.set(signature, group);
    group.push(path);
    // A part of a struct is printed as `customer.id`; its whole column is counted.
    for (const [name, column] of columns)
      if (needed.has(name) || [...needed].some((one) => one.startsWith(`${name}.`))) bytes += column.bytes;
  }
  const selects = [...groups].map(([signature, paths]) => {
    const columns = footers.find((footer) => footer.signature === signature)!.columns;
    const written = shape.columns.map(({ name, type }) => {
      const column = columns.get(name);
      return `CAST(${column === undefined ? 'NULL' : quoteName(column.name)} AS ${type}) AS ${quoteName(name)}`;
    });
    return `SELECT ${[...written, FILE].join(', ')} FROM read_parquet(${textList(paths)}, filename = '${FILE}', hive_partitioning = false, union_by_name = false)`;
  });
  return { rows: selects.join(' UNION ALL '), bytes, paths: footers.map(({ path }) => path) };
};

const textRows = async (
  reader: TextFiles,
  shape: TableShape,
  format: Exclude<Format, { kind: 'parquet' }>,
  files: readonly SourceFile[],
): Promise<Rows> => {
  const texts = await reader.all(files);
  const line = Math.max(LEAST_LINE, ...texts.map(({ longestLine }) => longestLine + 2));
  const lines =
    `SELECT coalesce(lithify_line, '') AS lithify_line, ${FILE} FROM read_csv(${textList(texts.map(({ path }) => path))}, columns = {'lithify_line': 'VARCHAR'}, ` +
    `delim = '\u001e', quote = '', escape = '', comment = '', header = false, auto_detect = false, strict_mode = false, ` +
    `max_line_size = ${line}, buffer_size = ${Math.max(2 * line, 16 * LEAST_LINE)}, filename = '${FILE}')`;
  return {
    rows: format.kind === 'json' ? jsonRows(lines, shape, format) : fieldRows(lines, shape, format),
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    paths: texts.map(({ path }) => path),
  };
};

/** LazySimpleSerDe: fields between delimiters, no quotes; what does not convert is NULL. */
const fieldRows = (lines: string, shape: TableShape, format: Extract<Format, { kind: 'text' }>): string => {
  const delimiter = quoteText(format.delimiter);
  const columns = shape.columns.map(({ name, type }, index) => {
    const field =
      index === 0
        ? `CASE WHEN contains(lithify_line, ${delimiter}) THEN split_part(lithify_line, ${delimiter}, 1) ELSE lithify_line END`
        : `string_split(lithify_line, ${delimiter})[${index + 1}]`;
    return `TRY_CAST(nullif(${field}, ${quoteText(format.nullText)}) AS ${type}) AS ${quoteName(name)}`;
  });
  return `SELECT ${[...columns, FILE].join(', ')} FROM (${lines})`;
};

/** A JSON SerDe: members of the object by name; a text column keeps an object's text; broken lines are rows of NULLs or fail the query. */
const jsonRows = (lines: string, shape: TableShape, format: Extract<Format, { kind: 'json' }>): string => {
  const keyOf = ({ name }: Column): string => format.keys[name] ?? name;
  const pathOf = (column: Column): string => `$["${keyOf(column).replace(/["\\]/g, '\\$&')}"]`;
  const paths = shape.columns.map((column) => duckPath(pathOf(column)) ?? '$."lithify: no such member"');
  const parsed = `TRY(json_extract(lithify_line, ${textList(paths)}))`;
  const broken = format.ignoreMalformed
    ? 'NULL'
    : `CAST(CAST('HIVE_CURSOR_ERROR: Row is not a valid JSON Object in ' || ${FILE} || ': ' || left(lithify_line, 200) AS INTEGER) AS VARCHAR)`;
  const columns = shape.columns.map((column, index) => {
    const { name, type } = column;
    const [value, path] = [`${parsed}[${index + 1}]`, quoteText(pathOf(column))];
    const simple = /^(VARCHAR|TINYINT|SMALLINT|INTEGER|BIGINT|FLOAT|DOUBLE|BOOLEAN|DATE|TIMESTAMP|DECIMAL\(.*\))$/.test(type);
    const cast = format.ignoreMalformed ? 'TRY_CAST' : 'CAST';
    const key = keyOf(column).toLowerCase();
    const folded = format.foldCase
      ? ` WHEN ${value} IS NULL AND contains(lower(lithify_line), ${quoteText(`"${key}"`)}) THEN lithify_json_folded(lithify_line, ${quoteText(key)})`
      : '';
    const text =
      `CASE WHEN ${parsed} IS NULL THEN ${broken}${folded} WHEN CAST(${value} AS VARCHAR)[1] IN ('{', '[') THEN lithify_json_value(lithify_line, ${path}) ` +
      `ELSE lithify_json_text(${value}, lithify_line, ${path}) END`;
    const typed =
      type === 'VARCHAR' ? text : simple ? `${cast}(${text} AS ${type})` : `${cast}(CAST(${text} AS JSON) AS ${type})`;
    return `${typed} AS ${quoteName(name)}`;
  });
  return `SELECT ${[...columns, FILE].join(', ')} FROM (${lines})`;
};
