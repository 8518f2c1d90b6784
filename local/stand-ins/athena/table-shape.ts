/** What the catalog says of a table, as the engine needs it: format, columns, partitions. Pure. */
import type { GlueColumn, GlueSerDe, GlueStorage, GlueTable } from '../catalog/shapes';
import { notSupported, QueryFailure } from './failure';
import type { PlannedTable } from './planner';
import type { Projection } from './projection';
import { projectionOf } from './projection';
import { duckTypeOfHive } from './types';

export interface Column {
  readonly name: string;
  /** DuckDB's. */
  readonly type: string;
}

export type Format =
  | { readonly kind: 'parquet' }
  | {
      readonly kind: 'json';
      readonly ignoreMalformed: boolean;
      readonly foldCase: boolean;
      readonly keys: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'text'; readonly delimiter: string; readonly nullText: string };

export interface TableShape {
  readonly table: GlueTable;
  readonly location: string;
  readonly format: Format;
  readonly columns: readonly Column[];
  readonly keys: readonly Column[];
  readonly projection: Projection | undefined;
}

const PARQUET = 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe';
const OPENX = 'org.openx.data.jsonserde.JsonSerDe';
const HCATALOG = ['org.apache.hive.hcatalog.data.JsonSerDe', 'org.apache.hadoop.hive.serde2.JsonSerDe'];
const LAZY_SIMPLE = 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe';

/** Properties of SerDes that are understood, or mean nothing to a reader. */
const KNOWN: Readonly<Record<string, RegExp>> = {
  [OPENX]: /^(serialization\.format|paths|ignore\.malformed\.json|case\.insensitive|mapping\..+)$/,
  [LAZY_SIMPLE]: /^(serialization\.format|field\.delim|line\.delim|serialization\.null\.format)$/,
};

/** Hive writes control characters as `\u001E`, as an octal number or as themselves. */
const delimiterOf = (text: string | undefined): string => {
  if (text === undefined || text === '') return '\u0001';
  const escaped = /^\\u([0-9a-fA-F]{4})$/.exec(text)?.[1];
  if (escaped !== undefined) return String.fromCharCode(Number.parseInt(escaped, 16));
  if (text === '\\t') return '\t';
  return /^\d{1,3}$/.test(text) && text.length > 1 ? String.fromCharCode(Number(text)) : text.charAt(0);
};

const formatOf = (table: GlueTable, storage: GlueStorage, serde: GlueSerDe): Format => {
  const library = serde.SerializationLibrary ?? '';
  const parameters = serde.Parameters ?? {};
  const strange = Object.keys(parameters).find((name) => KNOWN[library] !== undefined && !KNOWN[library].test(name));
  if (strange !== undefined)
    throw notSupported(`SerDe property '${strange}' of table ${table.Name} is not supported by the embedded engine`);
  if (library === PARQUET) return { kind: 'parquet' };
  if (library === OPENX) {
    const mapped = Object.entries(parameters).flatMap(([name, key]) =>
      name.startsWith('mapping.') ? [[name.slice(8).toLowerCase(), key]] : [],
    );
    return {
      kind: 'json',
      ignoreMalformed: parameters['ignore.malformed.json']?.toLowerCase() === 'true',
      foldCase: parameters['case.insensitive']?.toLowerCase() !== 'false',
      keys: Object.fromEntries(mapped) as Readonly<Record<string, string>>,
    };
  }
  if (HCATALOG.includes(library)) return { kind: 'json', ignoreMalformed: false, foldCase: true, keys: {} };
  if (library === LAZY_SIMPLE) {
    if (storage.InputFormat !== 'org.apache.hadoop.mapred.TextInputFormat')
      throw notSupported(`Input format ${storage.InputFormat} of table ${table.Name} is not supported by the embedded engine`);
    if (table.Parameters['skip.header.line.count'] !== undefined)
      throw notSupported(`skip.header.line.count of table ${table.Name} is not supported by the embedded engine`);
    const delimiter = delimiterOf(parameters['field.delim'] ?? parameters['serialization.format']);
    return { kind: 'text', delimiter, nullText: parameters['serialization.null.format'] ?? '\\N' };
  }
  throw new QueryFailure('NOT_SUPPORTED', `Table ${table.Name}: SerDe '${library}' is not supported by the embedded engine`);
};

const columnOf = ({ Name, Type }: GlueColumn): Column => ({ name: Name, type: duckTypeOfHive(Type ?? 'string') });

export const shapeOf = (table: GlueTable): TableShape => {
  const storage = table.StorageDescriptor;
  if (table.TableType === 'VIRTUAL_VIEW') throw notSupported(`${table.Name} is a view, which the embedded engine does not have`);
  if (storage?.Location === undefined || storage.Location === '') {
    throw new QueryFailure('HIVE_INVALID_METADATA', `Table ${table.DatabaseName}.${table.Name} has no location`);
  }
  const keys = table.PartitionKeys.map(columnOf);
  return {
    table,
    location: storage.Location,
    format: formatOf(table, storage, storage.SerdeInfo ?? {}),
    columns: (storage.Columns ?? []).map(columnOf),
    keys,
    projection: projectionOf(
      table.Parameters,
      keys.map(({ name }) => name),
      storage.Location,
    ),
  };
};

/** The columns that a query may name; the hidden `"$path"` only where it does. */
export const plannedTable = (relation: string, shape: TableShape, path: boolean): PlannedTable => ({
  relation,
  columns: [...shape.columns, ...shape.keys, ...(path ? [{ name: '$path', type: 'VARCHAR' }] : [])],
});
