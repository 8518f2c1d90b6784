/** Types in their three dialects: Hive's (the catalog), Trino's (statements and results) and DuckDB's. Pure. */
import type { DuckDBType } from '@duckdb/node-api';
import { DuckDBTypeId } from '@duckdb/node-api';
import { LithifyError } from '../../../contracts/errors';
import { QueryFailure } from './failure';
import type { Token } from './lexer';
import { isSymbol, isWord, quoteName } from './lexer';
import { refused } from './refusals';

const HIVE: Readonly<Record<string, string>> = {
  string: 'VARCHAR',
  varchar: 'VARCHAR',
  char: 'VARCHAR',
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  int: 'INTEGER',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  binary: 'BLOB',
};

/** Splits at commas that stand in no bracket: `a int, b array<c, d>`. */
const parts = (text: string): readonly string[] => {
  const found: string[] = [];
  let [depth, start] = [0, 0];
  for (let index = 0; index < text.length; index++) {
    const sign = text.charAt(index);
    if ('<('.includes(sign)) depth++;
    else if ('>)'.includes(sign)) depth--;
    else if (sign === ',' && depth === 0) {
      found.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...found, text.slice(start)].map((part) => part.trim());
};

/** `array<struct<a:int>>` to `STRUCT("a" INTEGER)[]`. Throws for a type that Hive does not have. */
export const duckTypeOfHive = (hive: string): string => {
  const type = hive.trim().toLowerCase();
  const simple = HIVE[type.replace(/\(\d+\)$/, '')];
  if (simple !== undefined) return simple;
  if (/^decimal(\(\d+,\s*\d+\))?$/.test(type)) return type === 'decimal' ? 'DECIMAL(10,0)' : type.toUpperCase();
  const [, outer, inner] = /^(array|map|struct)<(.*)>$/s.exec(type) ?? [];
  if (outer === 'array' && inner !== undefined) return `${duckTypeOfHive(inner)}[]`;
  if (outer === 'map' && inner !== undefined) return `MAP(${parts(inner).map(duckTypeOfHive).join(', ')})`;
  if (outer === 'struct' && inner !== undefined) {
    const fields = parts(inner).map((field) => {
      const colon = field.indexOf(':');
      return `${quoteName(field.slice(0, colon).trim())} ${duckTypeOfHive(field.slice(colon + 1))}`;
    });
    return `STRUCT(${fields.join(', ')})`;
  }
  throw new LithifyError('hive-type', `The catalog has a column of type "${hive}", which the embedded Athena does not know.`);
};

const TRINO: Readonly<Record<string, string>> = {
  varchar: 'VARCHAR',
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  int: 'INTEGER',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  real: 'FLOAT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  time: 'TIME',
  varbinary: 'BLOB',
  json: 'JSON',
  uuid: 'UUID',
  decimal: 'DECIMAL(38,0)',
};

export interface ParsedType {
  readonly duck: string;
  /** Of `varchar(n)` and `char(n)`: what a longer text is cut to. */
  readonly characters?: number;
  /** Index after the type. */
  readonly next: number;
}

/** Reads a Trino type from the token at `index` on. */
export const parseTrinoType = (text: string, tokens: readonly Token[], index: number): ParsedType => {
  const token = tokens[index];
  const unknown = (): never => {
    const [line, offset] = [text, token?.start ?? text.length];
    throw new QueryFailure('TYPE_NOT_FOUND', `line 1:${offset + 1}: Unknown type: ${token?.text ?? line}`);
  };
  if (token?.kind !== 'word') return unknown();
  const open = isSymbol(tokens[index + 1], '(');
  if (token.value === 'array' || token.value === 'map') {
    if (!open) return unknown();
    const inner = listOf(text, tokens, index + 2, (from) => parseTrinoType(text, tokens, from));
    const types = inner.items.map(({ duck }) => duck);
    if (token.value === 'array') return { duck: `${types[0] ?? unknown()}[]`, next: inner.next };
    return { duck: `MAP(${types.join(', ')})`, next: inner.next };
  }
  if (token.value === 'row') {
    if (!open) return unknown();
    const inner = listOf(text, tokens, index + 2, (from) => {
      const type = parseTrinoType(text, tokens, from + 1);
      return { duck: `${quoteName(tokens[from]!.value)} ${type.duck}`, next: type.next };
    });
    return { duck: `STRUCT(${inner.items.map(({ duck }) => duck).join(', ')})`, next: inner.next };
  }
  if (['char', 'ipaddress', 'hyperloglog', 'tdigest', 'qdigest'].includes(token.value)) throw refused('type', token.value);
  const duck = TRINO[token.value];
  if (duck === undefined) return unknown();
  let next = index + 1;
  let numbers: readonly string[] = [];
  if (open) {
    const close = tokens.findIndex((other, position) => position > index && isSymbol(other, ')'));
    numbers = tokens
      .slice(index + 2, close)
      .filter(({ kind }) => kind === 'number')
      .map(({ text: digits }) => digits);
    next = close + 1;
  }
  if (token.value === 'double' && isWord(tokens[next], 'precision')) next++;
  if ((token.value === 'timestamp' || token.value === 'time') && isWord(tokens[next], 'with', 'without')) {
    const zoned = isWord(tokens[next], 'with');
    if (!isWord(tokens[next + 1], 'time') || !isWord(tokens[next + 2], 'zone')) return unknown();
    return { duck: zoned ? `${duck} WITH TIME ZONE` : duck, next: next + 3 };
  }
  if (token.value === 'decimal' && numbers.length > 0) return { duck: `DECIMAL(${numbers[0]}, ${numbers[1] ?? '0'})`, next };
  const characters =
    (token.value === 'varchar' || token.value === 'char') && numbers[0] !== undefined ? Number(numbers[0]) : undefined;
  return { duck, next, ...(characters === undefined ? {} : { characters }) };
};

const listOf = <T extends { readonly next: number }>(
  text: string,
  tokens: readonly Token[],
  from: number,
  read: (index: number) => T,
): { readonly items: readonly T[]; readonly next: number } => {
  const items: T[] = [];
  for (let index = from; ;) {
    const item = read(index);
    items.push(item);
    if (isSymbol(tokens[item.next], ')')) return { items, next: item.next + 1 };
    if (!isSymbol(tokens[item.next], ',')) {
      throw new QueryFailure(
        'SYNTAX_ERROR',
        `line 1:${(tokens[item.next]?.start ?? text.length) + 1}: mismatched input in a type`,
      );
    }
    index = item.next + 1;
  }
};

/** Athena's name of a column's type, as GetQueryResults answers it. */
export interface AthenaType {
  readonly name: string;
  readonly precision: number;
  readonly scale: number;
}

/** The widest varchar: https://trino.io/docs/current/language/types.html */
const UNBOUNDED = 2_147_483_647;

/** Precision of Athena's types that have one. */
const PRECISIONS: Readonly<Record<string, number>> = {
  tinyint: 3,
  smallint: 5,
  integer: 10,
  bigint: 19,
  float: 17,
  double: 17,
  timestamp: 3,
  'timestamp with time zone': 3,
  time: 3,
  varbinary: 1_073_741_824,
  varchar: UNBOUNDED,
};

/** A type that has no parameters of its own. */
export const athenaNamed = (name: string): AthenaType => ({ name, precision: PRECISIONS[name] ?? 0, scale: 0 });

const NAMES: Readonly<Partial<Record<DuckDBTypeId, string>>> = {
  [DuckDBTypeId.BOOLEAN]: 'boolean',
  [DuckDBTypeId.TINYINT]: 'tinyint',
  [DuckDBTypeId.SMALLINT]: 'smallint',
  [DuckDBTypeId.INTEGER]: 'integer',
  [DuckDBTypeId.BIGINT]: 'bigint',
  [DuckDBTypeId.UINTEGER]: 'bigint',
  [DuckDBTypeId.UBIGINT]: 'bigint',
  [DuckDBTypeId.HUGEINT]: 'bigint',
  [DuckDBTypeId.UHUGEINT]: 'bigint',
  [DuckDBTypeId.FLOAT]: 'float',
  [DuckDBTypeId.DOUBLE]: 'double',
  [DuckDBTypeId.DATE]: 'date',
  [DuckDBTypeId.TIMESTAMP]: 'timestamp',
  [DuckDBTypeId.TIMESTAMP_MS]: 'timestamp',
  [DuckDBTypeId.TIMESTAMP_S]: 'timestamp',
  [DuckDBTypeId.TIMESTAMP_NS]: 'timestamp',
  [DuckDBTypeId.TIMESTAMP_TZ]: 'timestamp with time zone',
  [DuckDBTypeId.TIME]: 'time',
  [DuckDBTypeId.BLOB]: 'varbinary',
  [DuckDBTypeId.LIST]: 'array',
  [DuckDBTypeId.ARRAY]: 'array',
  [DuckDBTypeId.MAP]: 'map',
  [DuckDBTypeId.STRUCT]: 'row',
  [DuckDBTypeId.UUID]: 'uuid',
  [DuckDBTypeId.SQLNULL]: 'unknown',
  [DuckDBTypeId.INTERVAL]: 'interval day to second',
};

export const athenaTypeOf = (type: DuckDBType): AthenaType => {
  if (isJson(type)) return athenaNamed('json');
  if (type.typeId === DuckDBTypeId.DECIMAL) {
    const { width, scale } = type as DuckDBType & { readonly width: number; readonly scale: number };
    return { name: 'decimal', precision: width, scale };
  }
  return athenaNamed(NAMES[type.typeId] ?? 'varchar');
};

export const isJson = (type: DuckDBType): boolean => type.alias === 'JSON';

/** The catalog's type of a CTAS column. Throws where Hive has none. */
export const hiveTypeOf = (type: DuckDBType): string => {
  if (isJson(type)) throw new QueryFailure('NOT_SUPPORTED', 'Unsupported Hive type: json');
  switch (type.typeId) {
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
      return `array<${hiveTypeOf((type as DuckDBType & { readonly valueType: DuckDBType }).valueType)}>`;
    case DuckDBTypeId.MAP: {
      const { keyType, valueType } = type as DuckDBType & { readonly keyType: DuckDBType; readonly valueType: DuckDBType };
      return `map<${hiveTypeOf(keyType)},${hiveTypeOf(valueType)}>`;
    }
    case DuckDBTypeId.STRUCT: {
      const { entryNames, entryTypes } = type as DuckDBType & {
        readonly entryNames: readonly string[];
        readonly entryTypes: readonly DuckDBType[];
      };
      return `struct<${entryNames.map((name, index) => `${name === '' ? `field${index}` : name}:${hiveTypeOf(entryTypes[index]!)}`).join(',')}>`;
    }
    default: {
      const { name, precision, scale } = athenaTypeOf(type);
      const hive: Readonly<Record<string, string>> = {
        varchar: 'string',
        integer: 'int',
        varbinary: 'binary',
        decimal: `decimal(${precision},${scale})`,
      };
      if (['unknown', 'time', 'interval day to second', 'timestamp with time zone'].includes(name)) {
        throw new QueryFailure(
          'NOT_SUPPORTED',
          `Unsupported Hive type: ${name === 'timestamp with time zone' ? 'timestamp(3) with time zone' : name}`,
        );
      }
      return hive[name] ?? name;
    }
  }
};

const WIDE: readonly DuckDBTypeId[] = [DuckDBTypeId.HUGEINT, DuckDBTypeId.UHUGEINT, DuckDBTypeId.UBIGINT, DuckDBTypeId.UINTEGER];

/** The type as the engine writes it, its sums as narrow as Trino's and the fields of its rows named. */
const writtenType = (type: DuckDBType): string => {
  if (isJson(type)) return 'JSON';
  if (WIDE.includes(type.typeId)) return 'BIGINT';
  const { valueType, keyType, entryNames, entryTypes } = type as DuckDBType & {
    readonly valueType?: DuckDBType;
    readonly keyType?: DuckDBType;
    readonly entryNames?: readonly string[];
    readonly entryTypes?: readonly DuckDBType[];
  };
  if (type.typeId === DuckDBTypeId.MAP && keyType !== undefined && valueType !== undefined)
    return `MAP(${writtenType(keyType)}, ${writtenType(valueType)})`;
  if (type.typeId === DuckDBTypeId.LIST && valueType !== undefined) return `${writtenType(valueType)}[]`;
  if (type.typeId === DuckDBTypeId.STRUCT && entryNames !== undefined && entryTypes !== undefined) {
    return `STRUCT(${entryNames.map((name, index) => `${quoteName(name === '' ? `field${index}` : name)} ${writtenType(entryTypes[index]!)}`).join(', ')})`;
  }
  return type.toString();
};

/** What a result's column is cast to, where it is not what Trino's would be: the engine's sums are wider, its rows may be unnamed. */
export const narrowed = (type: DuckDBType): string | undefined => {
  const nested = [DuckDBTypeId.LIST, DuckDBTypeId.MAP, DuckDBTypeId.STRUCT].includes(type.typeId);
  return WIDE.includes(type.typeId) || (nested && writtenType(type) !== type.toString()) ? writtenType(type) : undefined;
};
