/** From the graph's Glue resources (camelCase, as Pulumi has them) to what Glue is told (PascalCase). Pure. */
import { LithifyError } from '../../../contracts/errors';
import type { Graph, Resource } from '../../graph';
import { resourcesOf } from '../../graph';
import type { GluePartitionIndex, Members } from './shapes';
import { folded, isMembers } from './shapes';

export const DATABASE = 'aws:glue/catalogDatabase:CatalogDatabase';
export const TABLE = 'aws:glue/catalogTable:CatalogTable';
export const INDEX = 'aws:glue/partitionIndex:PartitionIndex';

export interface CatalogSettings {
  readonly catalogId: string;
  readonly databases: readonly { readonly Name: string; readonly input: Members }[];
  readonly tables: readonly {
    readonly database: string;
    readonly input: Members;
    readonly indexes: readonly GluePartitionIndex[];
  }[];
}

/** Inputs that the stand-in acts on or keeps, with what they become. */
export const honouredInputs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [DATABASE]: {
    name: 'the name, in lower case',
    description: 'kept',
    locationUri: 'kept; where Athena would put a table without a location is the workgroup’s, not this',
    parameters: 'kept',
  },
  [TABLE]: {
    name: 'the name, in lower case',
    databaseName: 'its database',
    description: 'kept',
    owner: 'kept',
    retention: 'kept',
    tableType: 'kept; EXTERNAL_TABLE is the one type that Athena reads here',
    parameters: 'kept; partition projection is read by Athena',
    partitionKeys: 'partition columns',
    partitionIndices: 'answered by GetPartitionIndexes',
    storageDescriptor: 'columns, location, formats and SerDe, read by Athena',
  },
  [INDEX]: { databaseName: 'its database', tableName: 'its table', partitionIndex: 'answered by GetPartitionIndexes' },
};

/** Inputs that change nothing here, with the reason. */
export const ignoredInputs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [DATABASE]: {
    catalogId: 'there is one catalog, of the one account',
    tags: 'kept in the graph only',
    region: 'there is one region',
  },
  [TABLE]: { catalogId: 'there is one catalog, of the one account', region: 'there is one region' },
  [INDEX]: { catalogId: 'there is one catalog, of the one account', region: 'there is one region' },
};

/** The members whose PascalCase is not the camelCase with a capital. */
const RENAMED: Readonly<Record<string, string>> = { serDeInfo: 'SerdeInfo', skewedInfo: 'SkewedInfo' };

/** Maps of user text: their keys are data, not members. */
const TEXT_MAPS = new Set(['parameters']);

const pascal = (name: string): string => RENAMED[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** `{storageDescriptor: {serDeInfo: {…}}}` to `{StorageDescriptor: {SerdeInfo: {…}}}`; the keys of `parameters` stay as they are. */
export const glueShape = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(glueShape);
  if (!isMembers(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [pascal(name), TEXT_MAPS.has(name) ? member : glueShape(member)]),
  );
};

const text = (resource: Resource, input: string): string => {
  const value = resource.inputs[input] ?? resource.outputs[input];
  if (typeof value === 'string' && value !== '') return value;
  throw new LithifyError('graph', `${resource.type} "${resource.name}" has no ${input}.`);
};

const without = (inputs: Members, ...names: readonly string[]): Members =>
  Object.fromEntries(Object.entries(inputs).filter(([name]) => !names.includes(name)));

const indexOf = (value: unknown): GluePartitionIndex => {
  const shape = isMembers(value) ? value : {};
  return {
    IndexName: String(shape['indexName']),
    Keys: Array.isArray(shape['keys']) ? shape['keys'].map((key) => folded(String(key))) : [],
  };
};

export const catalogSettings = (graph: Graph): CatalogSettings => ({
  catalogId: graph.accountId,
  databases: resourcesOf(graph, DATABASE).map((resource) => ({
    Name: folded(text(resource, 'name')),
    input: glueShape(without(resource.inputs, 'catalogId', 'tags', 'region', 'name')) as Members,
  })),
  tables: resourcesOf(graph, TABLE).map((resource) => {
    const [database, name] = [folded(text(resource, 'databaseName')), folded(text(resource, 'name'))];
    const inline = resource.inputs['partitionIndices'];
    const beside = resourcesOf(graph, INDEX).filter(
      (index) => folded(text(index, 'databaseName')) === database && folded(text(index, 'tableName')) === name,
    );
    return {
      database,
      input: {
        ...(glueShape(
          without(resource.inputs, 'catalogId', 'region', 'databaseName', 'partitionIndices', 'openTableFormatInput'),
        ) as Members),
        Name: name,
      },
      indexes: [
        ...(Array.isArray(inline) ? (inline as readonly unknown[]) : []),
        ...beside.map((index) => index.inputs['partitionIndex']),
      ].map(indexOf),
    };
  }),
});
