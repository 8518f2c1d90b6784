/** Glue's operations on partitions: https://docs.aws.amazon.com/glue/latest/webapi/API_Operations.html */
import type { Operation } from '../../service';
import { matcher, parseExpression } from './expression';
import { afterToken, alreadyExists, allow, errorDetail, membersOf, notFound, pageSize, pageToken, tableNamed } from './requests';
import type { GluePartition, GlueTable, Members } from './shapes';
import { invalidInput, isMembers, optionalText, partitionKey, partitionOf, requiredList, requiredMembers, texts } from './shapes';
import type { CatalogState } from './state';
import { orderOfValues } from './state';

/** The limits of the Batch calls: https://docs.aws.amazon.com/glue/latest/webapi/API_BatchCreatePartition.html and its siblings. */
const BATCH_CREATE = 100;
const BATCH_UPDATE = 100;
const BATCH_DELETE = 25;
const BATCH_GET = 1000;
const SEGMENTS = 10;

/** FNV-1a: which segment of a parallel listing a partition belongs to. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
};

const segmentOf = (input: Members): ((partition: GluePartition) => boolean) => {
  const segment = input['Segment'];
  if (segment === undefined || segment === null) return () => true;
  const { SegmentNumber: number, TotalSegments: total } = membersOf(segment, 'segment');
  if (typeof number !== 'number' || typeof total !== 'number' || total < 1 || total > SEGMENTS || number < 0 || number >= total) {
    throw invalidInput(
      `Segment ${JSON.stringify(segment)} is invalid: TotalSegments is 1 to ${SEGMENTS} and SegmentNumber below it`,
    );
  }
  return (partition) => hashOf(partitionKey(partition.Values)) % total === number;
};

const withoutColumns = (partition: GluePartition): GluePartition => {
  const { Columns: _columns, ...storage } = partition.StorageDescriptor;
  return { ...partition, StorageDescriptor: storage };
};

export const partitionOperations = (state: CatalogState, now: () => number): Readonly<Record<string, Operation>> => {
  const existing = (table: GlueTable, values: readonly string[]): GluePartition => {
    const partition = state.partition(table, values);
    if (partition === undefined) throw notFound('Cannot find partition.');
    return partition;
  };

  const create = (table: GlueTable, input: Members): void => {
    const partition = partitionOf(input, table, now());
    if (state.partition(table, partition.Values) !== undefined) throw alreadyExists('Partition already exists.');
    state.putPartitions(partition);
  };

  const update = (table: GlueTable, values: readonly string[], input: Members): void => {
    const before = existing(table, values);
    const after = partitionOf({ ...input, Values: input['Values'] ?? values }, table, before.CreationTime);
    if (partitionKey(after.Values) === partitionKey(values)) {
      state.putPartitions(after);
      return;
    }
    if (state.partition(table, after.Values) !== undefined) throw alreadyExists('Partition already exists.');
    state.movePartition(table, values, after);
  };

  const remove = (table: GlueTable, values: readonly string[]): void => {
    existing(table, values);
    state.dropPartition(table, values);
  };

  const GetPartitions: Operation = async (input) => {
    allow(input, 'DatabaseName', 'TableName', 'Expression', 'NextToken', 'Segment', 'MaxResults', 'ExcludeColumnSchema');
    const table = tableNamed(state, input);
    const predicate = parseExpression(optionalText(input, 'Expression') ?? '', table.PartitionKeys);
    const matches = predicate === undefined ? () => true : matcher(predicate, table.PartitionKeys);
    const inSegment = segmentOf(input);
    const after = afterToken(input);
    const last = after === undefined ? undefined : texts(after, 'NextToken');
    const size = pageSize(input);
    const found: GluePartition[] = [];
    for (const partition of state.partitions(table)) {
      if (last !== undefined && orderOfValues(partition.Values, last) <= 0) continue;
      if (!inSegment(partition) || !matches(partition.Values)) continue;
      found.push(partition);
      if (found.length > size) break;
    }
    const page = found.slice(0, size);
    return {
      Partitions: input['ExcludeColumnSchema'] === true ? page.map(withoutColumns) : page,
      ...(found.length > size ? { NextToken: pageToken(page.at(-1)!.Values) } : {}),
    };
  };

  return {
    GetPartitions,

    GetPartition: async (input) => {
      allow(input, 'DatabaseName', 'TableName', 'PartitionValues');
      return { Partition: existing(tableNamed(state, input), texts(input['PartitionValues'], 'PartitionValues')) };
    },

    BatchGetPartition: async (input) => {
      allow(input, 'DatabaseName', 'TableName', 'PartitionsToGet');
      const table = tableNamed(state, input);
      const wanted = requiredList(input, 'PartitionsToGet', BATCH_GET).map((item) => valuesOf(item));
      return { Partitions: wanted.flatMap((values) => state.partition(table, values) ?? []), UnprocessedKeys: [] };
    },

    CreatePartition: async (input) => {
      allow(input, 'DatabaseName', 'TableName', 'PartitionInput');
      create(tableNamed(state, input), requiredMembers(input, 'PartitionInput'));
      return {};
    },

    BatchCreatePartition: async (input) => {
      allow(input, 'DatabaseName', 'TableName', 'PartitionInputList');
      const table = tableNamed(state, input);
      const errors: object[] = [];
      for (const item of requiredList(input, 'PartitionInputList', BATCH_CREATE)) {
        const partition = membersOf(item, 'partitionInputList');
        try {
          create(table, partition);
        } catch (thrown) {
          errors.push({ PartitionValues: partition['Values'], ErrorDetail: errorDetail(thrown) });
        }
      }
      return { Errors: errors };
    },

    UpdatePartition: async (input) => {
      allow(input, 'DatabaseName', 'TableName', 'PartitionValueList', 'PartitionInput');
      const values = texts(input['PartitionValueList'], 'PartitionValueList');
      update(tableNamed(state, input), values, requiredMembers(input, 'PartitionInput'));
      return {};
    },

    BatchUpdatePartition: async (input) => {
      allow(input, 'DatabaseName', 'TableName', 'Entries');
      const table = tableNamed(state, input);
      const errors: object[] = [];
      for (const item of requiredList(input, 'Entries', BATCH_UPDATE)) {
        const entry = membersOf(item, 'entries');
        try {
          update(table, texts(entry['PartitionValueList'], 'PartitionValueList'), requiredMembers(entry, 'PartitionInput'));
        } catch (thrown) {
          errors.push({ PartitionValueList: entry['PartitionValueList'], ErrorDetail: errorDetail(thrown) });
        }
      }
      return { Errors: errors };
    },

    DeletePartition: async (input) => {
      allow(input, 'DatabaseName', 'TableName', 'PartitionValues');
      remove(tableNamed(state, input), texts(input['PartitionValues'], 'PartitionValues'));
      return {};
    },

    BatchDeletePartition: async (input) => {
      allow(input, 'DatabaseName', 'TableName', 'PartitionsToDelete');
      const table = tableNamed(state, input);
      const errors: object[] = [];
      for (const item of requiredList(input, 'PartitionsToDelete', BATCH_DELETE)) {
        const values = valuesOf(item);
        try {
          remove(table, values);
        } catch (thrown) {
          errors.push({ PartitionValues: values, ErrorDetail: errorDetail(thrown) });
        }
      }
      return { Errors: errors };
    },

    GetPartitionIndexes: async (input) => {
      allow(input, 'DatabaseName', 'TableName', 'NextToken');
      const table = tableNamed(state, input);
      const typeOf = (key: string): string => table.PartitionKeys.find(({ Name }) => Name === key)?.Type ?? 'string';
      return {
        PartitionIndexDescriptorList: state.indexes(table).map(({ IndexName, Keys }) => ({
          IndexName,
          IndexStatus: 'ACTIVE',
          Keys: Keys.map((key) => ({ Name: key, Type: typeOf(key) })),
        })),
      };
    },
  };
};

const valuesOf = (item: unknown): readonly string[] => {
  if (!isMembers(item)) throw invalidInput('A partition to get or delete is a structure with Values');
  return texts(item['Values'], 'Values');
};
