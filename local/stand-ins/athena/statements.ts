/** What kind of statement a text is, and the parts of those that are no plain query. Pure. */
import { at, mismatched, notSupported, QueryFailure } from './failure';
import type { Token } from './lexer';
import { bracketsOf, isName, isSymbol, isWord, tokensOf } from './lexer';
import { refused } from './refusals';

export interface TableName {
  readonly database: string;
  readonly table: string;
}

export interface CtasProperties {
  readonly externalLocation?: string;
  /** Upper case, as Parquet calls it. */
  readonly compression: Compression;
  readonly partitionedBy: readonly string[];
  readonly bucketedBy: readonly string[];
  readonly bucketCount: number;
}

export type Compression = 'GZIP' | 'SNAPPY' | 'ZSTD' | 'LZ4' | 'NONE';

export type Statement =
  | { readonly kind: 'select'; readonly tokens: readonly Token[]; readonly from: number; readonly to: number }
  | {
      readonly kind: 'ctas';
      readonly name: TableName;
      readonly ifNotExists: boolean;
      readonly properties: CtasProperties;
      readonly withData: boolean;
      readonly tokens: readonly Token[];
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: 'dropTable'; readonly name: TableName; readonly ifExists: boolean }
  | { readonly kind: 'showTables'; readonly database: string; readonly pattern?: string }
  | { readonly kind: 'showDatabases'; readonly pattern?: string }
  | { readonly kind: 'showPartitions'; readonly name: TableName }
  | { readonly kind: 'showColumns'; readonly name: TableName }
  | { readonly kind: 'describe'; readonly name: TableName };

/** As GetQueryExecution answers them. */
export const statementTypes = (statement: Statement): { readonly type: 'DDL' | 'DML' | 'UTILITY'; readonly subtype: string } => {
  switch (statement.kind) {
    case 'select':
      return { type: 'DML', subtype: 'SELECT' };
    case 'ctas':
      return { type: 'DDL', subtype: 'CREATE_TABLE_AS_SELECT' };
    case 'dropTable':
      return { type: 'DDL', subtype: 'DROP_TABLE' };
    case 'showTables':
      return { type: 'DDL', subtype: 'SHOW_TABLES' };
    case 'showDatabases':
      return { type: 'DDL', subtype: 'SHOW_DATABASES' };
    case 'showPartitions':
      return { type: 'DDL', subtype: 'SHOW_PARTITIONS' };
    case 'showColumns':
      return { type: 'UTILITY', subtype: 'SHOW_COLUMNS' };
    case 'describe':
      return { type: 'UTILITY', subtype: 'DESCRIBE_TABLE' };
  }
};

const NAME = '(?:`([^`]+)`|"([^"]+)"|([A-Za-z0-9_]+))';
const COMMENT = /^(?:\s+|--[^\r\n]*(?:\r?\n|$)|\/\*[\s\S]*?\*\/)/;

/** Hive's statements quote names with backticks, which the engine's lexer rightly refuses, so they are read by their own patterns. */
const HIVE_STATEMENTS: readonly {
  readonly pattern: RegExp;
  readonly read: (match: readonly (string | undefined)[], database: string) => Statement;
}[] = [
  {
    pattern: new RegExp(`^DROP\\s+TABLE\\s+(IF\\s+EXISTS\\s+)?(?:${NAME}\\s*\\.\\s*)?${NAME}$`, 'i'),
    read: ([, ifExists, ...names], database) => ({
      kind: 'dropTable',
      name: tableName(names, database),
      ifExists: ifExists !== undefined,
    }),
  },
  {
    pattern: new RegExp(`^SHOW\\s+TABLES(?:\\s+(?:IN|FROM)\\s+${NAME})?(?:\\s+(?:LIKE\\s+)?'([^']*)')?$`, 'i'),
    read: ([, one, two, three, pattern], database) => ({
      kind: 'showTables',
      database: (one ?? two ?? three ?? database).toLowerCase(),
      ...(pattern === undefined ? {} : { pattern }),
    }),
  },
  {
    pattern: /^SHOW\s+(?:DATABASES|SCHEMAS)(?:\s+LIKE\s+'([^']*)')?$/i,
    read: ([, pattern]) => ({ kind: 'showDatabases', ...(pattern === undefined ? {} : { pattern }) }),
  },
  {
    pattern: new RegExp(`^SHOW\\s+PARTITIONS\\s+(?:${NAME}\\s*\\.\\s*)?${NAME}$`, 'i'),
    read: ([, ...names], database) => ({ kind: 'showPartitions', name: tableName(names, database) }),
  },
  {
    pattern: new RegExp(`^SHOW\\s+COLUMNS\\s+(?:IN|FROM)\\s+(?:${NAME}\\s*\\.\\s*)?${NAME}$`, 'i'),
    read: ([, ...names], database) => ({ kind: 'showColumns', name: tableName(names, database) }),
  },
  {
    pattern: new RegExp(`^(?:DESCRIBE|DESC)\\s+(?:${NAME}\\s*\\.\\s*)?${NAME}$`, 'i'),
    read: ([, ...names], database) => ({ kind: 'describe', name: tableName(names, database) }),
  },
];

const tableName = ([d1, d2, d3, t1, t2, t3]: readonly (string | undefined)[], database: string): TableName => ({
  database: (d1 ?? d2 ?? d3 ?? database).toLowerCase(),
  table: (t1 ?? t2 ?? t3 ?? '').toLowerCase(),
});

/** Throws QueryFailure for what is no statement, or one that the embedded engine does not have. */
export const parseStatement = (text: string, database: string): Statement => {
  let head = text;
  for (let match = COMMENT.exec(head); match !== null; match = COMMENT.exec(head)) head = head.slice(match[0].length);
  const plain = head.replace(/[\s;]+$/, '');
  for (const { pattern, read } of HIVE_STATEMENTS) {
    const match = pattern.exec(plain);
    if (match !== null) return read([...match], database);
  }
  const word = /^[A-Za-z]+(?:\s+[A-Za-z]+)?/.exec(plain)?.[0].toUpperCase().replace(/\s+/g, ' ');
  if (!/^(SELECT|WITH|VALUES|CREATE TABLE|\()/i.test(plain)) {
    if (
      /^(ALTER|MSCK|INSERT|UNLOAD|CREATE|EXPLAIN|DELETE|UPDATE|MERGE|SHOW|DESCRIBE|DROP|PREPARE|EXECUTE|DEALLOCATE|VACUUM|OPTIMIZE|ANALYZE|REFRESH|GRANT|REVOKE|TRUNCATE|USE|SET)\b/i.test(
        plain,
      )
    ) {
      throw refused('statement', word ?? plain.slice(0, 40));
    }
    const offset = text.length - head.length;
    throw mismatched(text, offset, /^\S*/.exec(head)![0] || '<EOF>');
  }
  const tokens = tokensOf(text);
  const to = isSymbol(tokens.at(-1), ';') ? tokens.length - 1 : tokens.length;
  const inner = tokens.findIndex((token, index) => index < to && isSymbol(token, ';', '?'));
  if (inner >= 0)
    throw isSymbol(tokens[inner], ';')
      ? new QueryFailure('SYNTAX_ERROR', 'Only one sql statement is allowed')
      : new QueryFailure(
          'INVALID_PARAMETER_USAGE',
          `${at(text, tokens[inner]!.start)}: Incorrect number of parameters: expected 1 but found 0`,
        );
  bracketsOf(text, tokens);
  return isWord(tokens[0], 'create') ? createTable(text, tokens, to, database) : { kind: 'select', tokens, from: 0, to };
};

const createTable = (text: string, tokens: readonly Token[], to: number, database: string): Statement => {
  const pairs = bracketsOf(text, tokens);
  const unexpected = (index: number): QueryFailure =>
    mismatched(text, tokens[index]?.start ?? text.length, tokens[index]?.text ?? '<EOF>');
  let index = 2;
  const ifNotExists = isWord(tokens[index], 'if');
  if (ifNotExists) {
    if (!isWord(tokens[index + 1], 'not') || !isWord(tokens[index + 2], 'exists')) throw unexpected(index + 1);
    index += 3;
  }
  const path: string[] = [];
  for (;;) {
    if (!isName(tokens[index])) throw unexpected(index);
    path.push(tokens[index]!.value.toLowerCase());
    index++;
    if (!isSymbol(tokens[index], '.')) break;
    index++;
  }
  if (isSymbol(tokens[index], '('))
    throw notSupported(
      'CREATE TABLE: the embedded Athena creates tables from queries alone (CREATE TABLE … AS); declare others in the program',
    );
  let properties = propertiesOf(text, new Map());
  if (isWord(tokens[index], 'with')) {
    if (!isSymbol(tokens[index + 1], '(')) throw unexpected(index + 1);
    const close = pairs.get(index + 1)!;
    properties = propertiesOf(text, readProperties(text, tokens, index + 2, close, pairs));
    index = close + 1;
  }
  if (!isWord(tokens[index], 'as')) throw unexpected(index);
  let end = to;
  let withData = true;
  if (
    isWord(tokens[to - 1], 'data') &&
    (isWord(tokens[to - 2], 'with') || (isWord(tokens[to - 2], 'no') && isWord(tokens[to - 3], 'with')))
  ) {
    withData = isWord(tokens[to - 2], 'with');
    end = withData ? to - 2 : to - 3;
  }
  const name = { database: path.length > 1 ? path.at(-2)! : database.toLowerCase(), table: path.at(-1)! };
  return { kind: 'ctas', name, ifNotExists, properties, withData, tokens, from: index + 1, to: end };
};

type Property = string | number | readonly string[];

const readProperties = (
  text: string,
  tokens: readonly Token[],
  from: number,
  to: number,
  pairs: ReadonlyMap<number, number>,
): ReadonlyMap<string, Property> => {
  const found = new Map<string, Property>();
  for (let index = from; index < to;) {
    const [name, equals, value] = [tokens[index], tokens[index + 1], tokens[index + 2]];
    if (!isName(name) || !isSymbol(equals, '=') || value === undefined)
      throw mismatched(text, (name ?? tokens[to]!).start, (name ?? tokens[to]!).text);
    let next = index + 3;
    if (value.kind === 'string') found.set(name!.value.toLowerCase(), value.value);
    else if (value.kind === 'number') found.set(name!.value.toLowerCase(), Number(value.text));
    else if (isWord(value, 'array') && isSymbol(tokens[index + 3], '[')) {
      const close = pairs.get(index + 3)!;
      found.set(
        name!.value.toLowerCase(),
        tokens
          .slice(index + 4, close)
          .filter(({ kind }) => kind === 'string')
          .map(({ value: item }) => item.toLowerCase()),
      );
      next = close + 1;
    } else throw mismatched(text, value.start, value.text);
    if (next < to && !isSymbol(tokens[next], ',')) throw mismatched(text, tokens[next]!.start, tokens[next]!.text);
    index = next + 1;
  }
  return found;
};

const COMPRESSIONS: readonly Compression[] = ['GZIP', 'SNAPPY', 'ZSTD', 'LZ4', 'NONE'];

/** https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html#ctas-table-properties */
const propertiesOf = (text: string, given: ReadonlyMap<string, Property>): CtasProperties => {
  const known = [
    'format',
    'write_compression',
    'parquet_compression',
    'external_location',
    'partitioned_by',
    'bucketed_by',
    'bucket_count',
  ];
  for (const name of given.keys()) {
    if (!known.includes(name))
      throw new QueryFailure('INVALID_TABLE_PROPERTY', `Catalog 'awsdatacatalog' table property '${name}' does not exist`);
  }
  const textOf = (name: string): string | undefined => {
    const value = given.get(name);
    if (value === undefined || typeof value === 'string') return value;
    throw new QueryFailure('INVALID_TABLE_PROPERTY', `Invalid value for catalog 'awsdatacatalog' table property '${name}'`);
  };
  const listOf = (name: string): readonly string[] => {
    const value = given.get(name) ?? [];
    if (typeof value !== 'string' && typeof value !== 'number') return value;
    throw new QueryFailure('INVALID_TABLE_PROPERTY', `Invalid value for catalog 'awsdatacatalog' table property '${name}'`);
  };
  const format = (textOf('format') ?? 'PARQUET').toUpperCase();
  if (format !== 'PARQUET') throw notSupported(`CTAS in format ${format}: the embedded engine writes PARQUET`);
  const compression = (textOf('write_compression') ?? textOf('parquet_compression') ?? 'GZIP').toUpperCase();
  const codec = COMPRESSIONS.find((one) => one === compression);
  if (codec === undefined)
    throw new QueryFailure(
      'INVALID_TABLE_PROPERTY',
      `Invalid value for catalog 'awsdatacatalog' table property 'write_compression': '${compression}'`,
    );
  const [bucketedBy, bucketCount] = [listOf('bucketed_by'), given.get('bucket_count') ?? 0];
  if (typeof bucketCount !== 'number' || !Number.isInteger(bucketCount) || bucketCount < 0 || bucketCount > 1_000_000) {
    throw new QueryFailure('INVALID_TABLE_PROPERTY', 'bucket_count must be greater than zero');
  }
  if (bucketedBy.length > 0 && bucketCount === 0)
    throw new QueryFailure('INVALID_TABLE_PROPERTY', 'bucketed_by and bucket_count must be specified together');
  if (bucketedBy.length === 0 && bucketCount > 0)
    throw new QueryFailure('INVALID_TABLE_PROPERTY', 'bucketed_by and bucket_count must be specified together');
  const externalLocation = textOf('external_location');
  if (externalLocation !== undefined && !/^s3:\/\/[^/]+\/.+/.test(externalLocation)) {
    throw new QueryFailure(
      'INVALID_TABLE_PROPERTY',
      `External location must be a valid file system URI: ${externalLocation} in '${text.slice(0, 60)}'`,
    );
  }
  return {
    ...(externalLocation === undefined
      ? {}
      : { externalLocation: externalLocation.endsWith('/') ? externalLocation : `${externalLocation}/` }),
    compression: codec,
    partitionedBy: listOf('partitioned_by'),
    bucketedBy,
    bucketCount,
  };
};
