import { DuckDBInstance } from '@duckdb/node-api';
import type { Cell, QueryColumn } from '../athena-query';

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const TYPES: Readonly<Record<string, string>> = {
  boolean: 'BOOLEAN',
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  int: 'INTEGER',
  bigint: 'BIGINT',
  float: 'FLOAT',
  real: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  varbinary: 'BLOB',
};

/** The column's type in the file. Nested values, intervals and times with a zone are text, as Athena spells them. */
export const parquetType = ({ type, precision, scale }: QueryColumn): string =>
  type === 'decimal' ? `DECIMAL(${precision}, ${scale})` : (TYPES[type] ?? 'VARCHAR');

/** Athena shows bytes as `68 65 6c`. */
const cast = (column: QueryColumn, index: number): string =>
  column.type === 'varbinary' ? `unhex(replace(c${index}, ' ', ''))` : `CAST(c${index} AS ${parquetType(column)})`;

/** Writes a result as one Parquet file, typed by its columns. */
export const writeParquet = async (
  file: string,
  columns: readonly QueryColumn[],
  rows: readonly (readonly Cell[])[],
): Promise<void> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(`CREATE TABLE result (${columns.map((_, index) => `c${index} VARCHAR`).join(', ')})`);
    const appender = await connection.createAppender('result');
    for (const row of rows) {
      for (const index of columns.keys()) {
        const cell = row[index] ?? null;
        if (cell === null) appender.appendNull();
        else appender.appendVarchar(cell);
      }
      appender.endRow();
    }
    appender.closeSync();
    const selected = columns.map((column, index) => `${cast(column, index)} AS ${quoted(column.name)}`).join(', ');
    const target = `'${file.replaceAll("'", "''")}'`;
    await connection.run(`COPY (SELECT ${selected} FROM result) TO ${target} (FORMAT parquet, COMPRESSION zstd)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};
