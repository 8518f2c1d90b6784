/** Which objects a scan reads: the partitions that its predicates leave, and the files in them. Nothing else is opened or counted. */
import type { Caller } from '../../caller';
import type { GluePartition, GlueTable } from '../catalog/shapes';
import { NULL_PARTITION } from '../catalog/expression';
import { QueryFailure } from './failure';
import type { ObjectStore } from './object-store';
import { isData, locationOf } from './object-store';
import type { PlanSession, Scan } from './planner';
import { injectedUnknown, matchTemplate, projects } from './projection';
import type { TableShape } from './table-shape';

export interface SourceFile {
  readonly path: string;
  /** `s3://bucket/key` */
  readonly uri: string;
  /** Bytes. */
  readonly size: number;
  /** Values of the partition columns; null for Hive's NULL partition. */
  readonly values: readonly (string | null)[];
}

export interface SourceContext {
  readonly caller: Caller;
  readonly store: ObjectStore;
  readonly session: PlanSession;
  readonly partitions: (table: GlueTable) => readonly GluePartition[];
  /** Milliseconds since the epoch: what NOW in a projected range is. */
  readonly now: number;
}

const bucketAndPrefix = (uri: string): { readonly bucket: string; readonly prefix: string } => {
  const location = locationOf(uri);
  if (location === undefined) throw new QueryFailure('HIVE_INVALID_METADATA', `'${uri}' is no S3 location`);
  return location;
};

const valueOf = (text: string): string | null => (text === NULL_PARTITION ? null : text);

const filesIn = async (
  context: SourceContext,
  uri: string,
  values: readonly (string | null)[],
): Promise<readonly SourceFile[]> => {
  const { bucket, prefix } = bucketAndPrefix(uri);
  const files = await context.store.list(context.caller, { bucket, prefix });
  return files
    .filter((file) => isData(file, prefix))
    .map(({ key, size, path }) => ({ path, uri: `s3://${bucket}/${key}`, size, values }));
};

const registered = async (shape: TableShape, scan: Scan, context: SourceContext): Promise<readonly SourceFile[]> => {
  const partitions = context.partitions(shape.table);
  const values = partitions.map(({ Values }) => Values.map(valueOf));
  const kept = await context.session.surviving(shape.keys, values, scan.ways);
  const found = await Promise.all(
    kept.map((index) => {
      const location = partitions[index]!.StorageDescriptor.Location;
      if (location === undefined)
        throw new QueryFailure(
          'HIVE_INVALID_METADATA',
          `Partition ${values[index]!.join('/')} of ${shape.table.Name} has no location`,
        );
      return filesIn(context, location, values[index]!);
    }),
  );
  return found.flat();
};

/** Values that every way of the scan fixes a column to; throws for an injected column that is not fixed. */
const fixedValues = (
  shape: TableShape,
  scan: Scan,
): { readonly known: Readonly<Record<string, string>>; readonly none: boolean } => {
  const known: Record<string, string> = {};
  let none = false;
  for (const column of shape.projection!.columns) {
    const perWay = scan.ways.map(
      (way) => new Set(way.flatMap(({ equals }) => (equals?.column === column.name ? [equals.value] : []))),
    );
    if (column.type === 'injected' && perWay.some((values) => values.size === 0)) throw injectedUnknown(column.name);
    const values = new Set(perWay.flatMap((one) => [...one]));
    if (perWay.some((one) => one.size > 1)) none = true;
    else if (values.size === 1 && perWay.every((one) => one.size === 1)) known[column.name] = [...values][0]!;
    else if (column.type === 'injected') throw injectedUnknown(column.name);
  }
  return { known, none };
};

const projected = async (shape: TableShape, scan: Scan, context: SourceContext): Promise<readonly SourceFile[]> => {
  const projection = shape.projection!;
  const { known, none } = fixedValues(shape, scan);
  if (none) return [];
  const [, bucket, template] = /^s3[an]?:\/\/([^/]+)\/(.*)$/s.exec(projection.template) ?? [];
  if (bucket === undefined || template === undefined)
    throw new QueryFailure('HIVE_INVALID_METADATA', `'${projection.template}' is no S3 location`);
  const { prefix, valuesOf } = matchTemplate(template, projection.columns, known);
  const tests = projection.columns.map((column) => projects(column, context.now));
  const isProjected = new Map<string, boolean>();
  const groups = new Map<string, { readonly values: readonly string[]; readonly files: SourceFile[] }>();
  for (const file of await context.store.list(context.caller, { bucket, prefix })) {
    if (!isData(file, prefix)) continue;
    const values = valuesOf(file.key);
    if (values === undefined) continue;
    const id = JSON.stringify(values);
    const fine = isProjected.get(id) ?? values.every((value, index) => tests[index]!(value));
    isProjected.set(id, fine);
    if (!fine) continue;
    const group = groups.get(id) ?? { values, files: [] };
    groups.set(id, group);
    group.files.push({ path: file.path, uri: `s3://${bucket}/${file.key}`, size: file.size, values });
  }
  const all = [...groups.values()];
  const kept = await context.session.surviving(
    shape.keys,
    all.map(({ values }) => values),
    scan.ways,
  );
  return kept.flatMap((index) => all[index]!.files);
};

export const sourcesOf = (shape: TableShape, scan: Scan, context: SourceContext): Promise<readonly SourceFile[]> => {
  if (shape.projection !== undefined) return projected(shape, scan, context);
  return shape.keys.length > 0 ? registered(shape, scan, context) : filesIn(context, shape.location, []);
};
