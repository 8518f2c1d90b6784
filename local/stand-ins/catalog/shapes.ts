import { AwsError } from '../../aws-error';

/** A column or partition key: `{Name: "event_type", Type: "string"}`; the type is Hive's. */
export interface GlueColumn {
  readonly Name: string;
  readonly Type?: string;
  readonly Comment?: string;
}

export interface GlueSerDe {
  readonly Name?: string;
  readonly SerializationLibrary?: string;
  readonly Parameters?: Readonly<Record<string, string>>;
}

/** `NumberOfBuckets` is always a number in an answer: engines read it without asking whether it is there. */
export interface GlueStorage {
  readonly Columns?: readonly GlueColumn[];
  readonly Location?: string;
  readonly InputFormat?: string;
  readonly OutputFormat?: string;
  readonly Compressed?: boolean;
  readonly NumberOfBuckets: number;
  readonly SerdeInfo?: GlueSerDe;
  readonly BucketColumns?: readonly string[];
  readonly SortColumns?: readonly unknown[];
  readonly Parameters?: Readonly<Record<string, string>>;
  readonly StoredAsSubDirectories?: boolean;
}

/** Times are seconds since the epoch, with a fraction, as in AWS JSON. */
export interface GlueTable {
  readonly Name: string;
  readonly DatabaseName: string;
  readonly CatalogId: string;
  readonly CreateTime: number;
  readonly UpdateTime: number;
  readonly VersionId: string;
  readonly TableType?: string;
  readonly Description?: string;
  readonly Owner?: string;
  readonly Retention: number;
  readonly StorageDescriptor?: GlueStorage;
  readonly PartitionKeys: readonly GlueColumn[];
  readonly Parameters: Readonly<Record<string, string>>;
  readonly ViewOriginalText?: string;
  readonly ViewExpandedText?: string;
}

export interface GluePartition {
  readonly Values: readonly string[];
  readonly DatabaseName: string;
  readonly TableName: string;
  readonly CatalogId: string;
  readonly CreationTime: number;
  readonly LastAccessTime?: number;
  readonly StorageDescriptor: GlueStorage;
  readonly Parameters: Readonly<Record<string, string>>;
}

export interface GlueDatabase {
  readonly Name: string;
  readonly CatalogId: string;
  readonly CreateTime: number;
  readonly Description?: string;
  readonly LocationUri?: string;
  readonly Parameters: Readonly<Record<string, string>>;
}

export interface GluePartitionIndex {
  readonly IndexName: string;
  readonly Keys: readonly string[];
}

export type Members = Readonly<Record<string, unknown>>;

/** Glue folds the names of databases, tables and columns to lower case: a name is unique without regard to case. */
export const folded = (name: string): string => name.toLowerCase();

export const invalidInput = (message: string): AwsError => new AwsError('InvalidInputException', message);

export const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A required non-empty string of the request. */
export const required = (input: Members, member: string): string => {
  const value = input[member];
  if (typeof value === 'string' && value !== '') return value;
  throw invalidInput(
    `1 validation error detected: Value null at '${lowerFirst(member)}' failed to satisfy constraint: Member must not be null`,
  );
};

export const optionalText = (input: Members, member: string): string | undefined => {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw invalidInput(`Value at '${lowerFirst(member)}' must be a string`);
};

export const requiredMembers = (input: Members, member: string): Members => {
  const value = input[member];
  if (isMembers(value)) return value;
  throw invalidInput(
    `1 validation error detected: Value null at '${lowerFirst(member)}' failed to satisfy constraint: Member must not be null`,
  );
};

/** A required list of at most `limit` entries. */
export const requiredList = (input: Members, member: string, limit: number): readonly unknown[] => {
  const value = input[member];
  if (!Array.isArray(value)) {
    throw invalidInput(
      `1 validation error detected: Value null at '${lowerFirst(member)}' failed to satisfy constraint: Member must not be null`,
    );
  }
  if (value.length > limit) {
    throw invalidInput(
      `1 validation error detected: Value at '${lowerFirst(member)}' failed to satisfy constraint: Member must have length less than or equal to ${limit}`,
    );
  }
  return value;
};

export const texts = (value: unknown, member: string): readonly string[] => {
  if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value;
  throw invalidInput(`Value at '${lowerFirst(member)}' must be a list of strings`);
};

export const parametersOf = (value: unknown): Readonly<Record<string, string>> => {
  if (value === undefined || value === null) return {};
  if (!isMembers(value)) throw invalidInput("Value at 'parameters' must be a map of strings");
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
};

const columnsOf = (value: unknown): readonly GlueColumn[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidInput("Value at 'columns' must be a list");
  return value.map((column: unknown) => {
    if (!isMembers(column)) throw invalidInput("Value at 'columns' must be a list of columns");
    return { ...column, Name: folded(required(column, 'Name')) };
  });
};

export const storageOf = (value: unknown): GlueStorage => {
  if (value === undefined || value === null) return { NumberOfBuckets: 0 };
  if (!isMembers(value)) throw invalidInput("Value at 'storageDescriptor' must be a structure");
  const { Columns, NumberOfBuckets, ...rest } = value;
  return {
    ...(rest as Omit<GlueStorage, 'NumberOfBuckets'>),
    ...(Columns === undefined ? {} : { Columns: columnsOf(Columns) }),
    NumberOfBuckets: typeof NumberOfBuckets === 'number' ? NumberOfBuckets : 0,
  };
};

/** A table as Glue keeps it, from a `TableInput`. What Glue's TableInput does not know is refused by the service; here it is kept. */
export const tableOf = (
  input: Members,
  place: { readonly catalogId: string; readonly database: string },
  times: { readonly created: number; readonly updated: number; readonly version: number },
): GlueTable => {
  const { Name, StorageDescriptor, PartitionKeys, Parameters, Retention, ...rest } = input;
  return {
    ...(rest as object),
    Name: folded(required({ Name }, 'Name')),
    DatabaseName: place.database,
    CatalogId: place.catalogId,
    CreateTime: times.created,
    UpdateTime: times.updated,
    VersionId: String(times.version),
    Retention: typeof Retention === 'number' ? Retention : 0,
    ...(StorageDescriptor === undefined ? {} : { StorageDescriptor: storageOf(StorageDescriptor) }),
    PartitionKeys: columnsOf(PartitionKeys),
    Parameters: parametersOf(Parameters),
  };
};

/** A partition as Glue keeps it, from a `PartitionInput`: the whole input replaces what was there. */
export const partitionOf = (input: Members, table: GlueTable, created: number): GluePartition => {
  const values = texts(input['Values'], 'Values');
  if (values.length !== table.PartitionKeys.length) {
    throw invalidInput('The number of partition keys do not match the number of partition values');
  }
  if (values.some((value) => value === '')) throw invalidInput('Partition values cannot be empty');
  const { Values: _values, StorageDescriptor, Parameters, ...rest } = input;
  return {
    ...(rest as object),
    Values: values,
    DatabaseName: table.DatabaseName,
    TableName: table.Name,
    CatalogId: table.CatalogId,
    CreationTime: created,
    StorageDescriptor: storageOf(StorageDescriptor),
    Parameters: parametersOf(Parameters),
  };
};

/** What identifies a partition within its table. */
export const partitionKey = (values: readonly string[]): string => JSON.stringify(values);

const lowerFirst = (name: string): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
