import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operator } from '../../local/caller';
import { ManualClock } from '../../local/clock';
import type { Graph } from '../../local/graph';
import { CatalogStandIn } from '../../local/stand-ins/catalog/catalog-stand-in';
import { catalogSettings } from '../../local/stand-ins/catalog/settings';

type Answer = Readonly<Record<string, unknown>>;

const resource = (type: string, name: string, inputs: Readonly<Record<string, unknown>>): Graph['resources'][number] => ({
  type: `aws:glue/${type}`,
  name,
  id: name,
  inputs,
  outputs: inputs,
});

const graph = (...more: Graph['resources']): Graph => ({
  accountId: '000000000000',
  region: 'eu-west-1',
  project: 'p',
  stack: 's',
  outputs: {},
  resources: [resource('catalogDatabase:CatalogDatabase', 'database', { name: 'Lake' }), ...more],
});

const EVENTS = resource('catalogTable:CatalogTable', 'events', {
  name: 'Events',
  databaseName: 'lake',
  tableType: 'EXTERNAL_TABLE',
  parameters: { 'projection.enabled': 'false' },
  partitionKeys: [
    { name: 'event_type', type: 'string' },
    { name: 'created_date', type: 'string' },
  ],
  partitionIndices: [{ indexName: 'by_type', keys: ['event_type'] }],
  storageDescriptor: {
    location: 's3://b/curated/',
    columns: [{ name: 'payload', type: 'string' }],
    serDeInfo: { serializationLibrary: 'x', parameters: { 'field.delim': ',' } },
  },
});

describe('the catalog', () => {
  let folder: string;
  let catalog: CatalogStandIn;
  const clock = new ManualClock(1_000_500);
  const open = (of: Graph): CatalogStandIn => new CatalogStandIn({ settings: catalogSettings(of), clock, dataDir: folder });
  const call = (operation: string, input: Answer): Promise<Answer> =>
    catalog.service.operations[operation]!(input, operator('000000000000')) as Promise<Answer>;
  const onTable = (operation: string, input: Answer = {}): Promise<Answer> =>
    call(operation, { DatabaseName: 'lake', TableName: 'EVENTS', ...input });
  const input = (type: string, date: string, more: Answer = {}): Answer => ({
    Values: [type, date],
    StorageDescriptor: { Location: `s3://b/${type}` },
    ...more,
  });
  const values = (answer: Answer): unknown =>
    (answer['Partitions'] as readonly { readonly Values: unknown }[]).map(({ Values }) => Values);
  const codes = (answer: Answer): unknown =>
    (answer['Errors'] as readonly { readonly ErrorDetail: { readonly ErrorCode: string } }[]).map(
      ({ ErrorDetail }) => ErrorDetail.ErrorCode,
    );

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'catalog-'));
    catalog = open(graph(EVENTS));
  });
  afterEach(() => {
    catalog.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("has the program's tables in Glue's shapes, under names without case", async () => {
    const { Table } = await call('GetTable', { DatabaseName: 'LAKE', Name: 'eVents' });

    expect(Table).toMatchObject({
      Name: 'events',
      DatabaseName: 'lake',
      CreateTime: 1000.5,
      Parameters: { 'projection.enabled': 'false' },
      PartitionKeys: [{ Name: 'event_type', Type: 'string' }, { Name: 'created_date' }],
      StorageDescriptor: {
        Location: 's3://b/curated/',
        Columns: [{ Name: 'payload', Type: 'string' }],
        NumberOfBuckets: 0,
        SerdeInfo: { SerializationLibrary: 'x', Parameters: { 'field.delim': ',' } },
      },
    });
    expect(await onTable('GetPartitionIndexes')).toEqual({
      PartitionIndexDescriptorList: [
        { IndexName: 'by_type', IndexStatus: 'ACTIVE', Keys: [{ Name: 'event_type', Type: 'string' }] },
      ],
    });
  });

  test('batches answer one error per failed item, and do the rest', async () => {
    await onTable('CreatePartition', { PartitionInput: input('a', '1') });

    const created = await onTable('BatchCreatePartition', {
      PartitionInputList: [input('a', '1'), input('a', '2'), { Values: ['x'] }],
    });
    const updated = await onTable('BatchUpdatePartition', {
      Entries: [
        { PartitionValueList: ['a', '1'], PartitionInput: input('a', '1', { Parameters: { run: '2' } }) },
        { PartitionValueList: ['z', '1'], PartitionInput: input('z', '1') },
      ],
    });
    const deleted = await onTable('BatchDeletePartition', {
      PartitionsToDelete: [{ Values: ['a', '2'] }, { Values: ['q', '2'] }],
    });
    const found = await onTable('BatchGetPartition', { PartitionsToGet: [{ Values: ['a', '1'] }, { Values: ['a', '2'] }] });

    expect([codes(created), codes(updated), codes(deleted)]).toEqual([
      ['AlreadyExistsException', 'InvalidInputException'],
      ['EntityNotFoundException'],
      ['EntityNotFoundException'],
    ]);
    expect(found['Partitions']).toMatchObject([
      { Values: ['a', '1'], Parameters: { run: '2' }, StorageDescriptor: { NumberOfBuckets: 0 } },
    ]);
    await expect(
      onTable('BatchDeletePartition', { PartitionsToDelete: Array.from({ length: 26 }, () => ({ Values: ['a', 'b'] })) }),
    ).rejects.toThrow('less than or equal to 25');
    await expect(
      onTable('BatchCreatePartition', { PartitionInputList: Array.from({ length: 101 }, () => input('a', 'b')) }),
    ).rejects.toThrow('less than or equal to 100');
  });

  test('UpdatePartition replaces the whole input, and may move the partition', async () => {
    await onTable('CreatePartition', { PartitionInput: input('a', '1', { Parameters: { ledger: 'l1', run: 'r1' } }) });
    await onTable('CreatePartition', { PartitionInput: input('a', '2') });
    await onTable('UpdatePartition', {
      PartitionValueList: ['a', '1'],
      PartitionInput: input('a', '1', { Parameters: { run: 'r2' } }),
    });
    const { Partition } = await onTable('GetPartition', { PartitionValues: ['a', '1'] });
    await onTable('UpdatePartition', { PartitionValueList: ['a', '1'], PartitionInput: input('b', '1') });

    expect(Partition).toMatchObject({ Parameters: { run: 'r2' } });
    expect((Partition as { readonly Parameters: object }).Parameters).not.toHaveProperty('ledger');
    expect(values(await onTable('GetPartitions'))).toEqual([
      ['a', '2'],
      ['b', '1'],
    ]);
    await expect(
      onTable('UpdatePartition', { PartitionValueList: ['b', '1'], PartitionInput: input('a', '2') }),
    ).rejects.toMatchObject({ code: 'AlreadyExistsException' });
    await expect(onTable('GetPartition', { PartitionValues: ['a', '1'] })).rejects.toMatchObject({
      code: 'EntityNotFoundException',
      message: 'Cannot find partition.',
    });
  });

  test('pages, filters and segments cover all partitions once', async () => {
    const all = Array.from({ length: 250 }, (_, index) => [`t${index % 5}`, String(1000 + index)]);
    for (let from = 0; from < all.length; from += 100) {
      await onTable('BatchCreatePartition', {
        PartitionInputList: all.slice(from, from + 100).map(([type, date]) => input(type!, date!)),
      });
    }
    const listed = async (more: Answer): Promise<readonly unknown[]> => {
      const found: unknown[] = [];
      for (let token: unknown; ;) {
        const page = await onTable('GetPartitions', {
          MaxResults: 7,
          ...more,
          ...(token === undefined ? {} : { NextToken: token }),
        });
        found.push(...(values(page) as unknown[]));
        token = page['NextToken'];
        if (token === undefined) return found;
      }
    };
    const segments = await Promise.all(
      [0, 1, 2].map((SegmentNumber) => listed({ Segment: { SegmentNumber, TotalSegments: 3 } })),
    );

    expect(new Set((await listed({})).map(String))).toEqual(new Set(all.map(String)));
    expect(segments.flat().map(String).sort()).toEqual(all.map(String).sort());
    expect(await listed({ Expression: "event_type = 't1' AND created_date < '1010'" })).toEqual([
      ['t1', '1001'],
      ['t1', '1006'],
    ]);
    const [first] = (await onTable('GetPartitions', { ExcludeColumnSchema: true, MaxResults: 1 }))['Partitions'] as readonly {
      readonly StorageDescriptor: object;
    }[];
    expect(first?.StorageDescriptor).not.toHaveProperty('Columns');
  });

  test('keeps partitions and tables made at run time over a restart, and drops what the program no longer declares', async () => {
    await onTable('CreatePartition', { PartitionInput: input('a', '1') });
    await call('CreateTable', {
      DatabaseName: 'lake',
      TableInput: { Name: 'tmp', StorageDescriptor: { Location: 's3://b/tmp' } },
    });
    catalog.close();
    const other = { ...EVENTS, name: 'late', inputs: { ...EVENTS.inputs, name: 'late' } };
    catalog = open(graph({ ...EVENTS, inputs: { ...EVENTS.inputs, parameters: { x: 'y' } } }, other));

    const { Table } = await call('GetTable', { DatabaseName: 'lake', Name: 'events' });
    expect(Table).toMatchObject({ Parameters: { x: 'y' }, VersionId: '1' });
    expect(values(await onTable('GetPartitions'))).toEqual([['a', '1']]);
    expect(catalog.tables('lake').map(({ Name }) => Name)).toEqual(['events', 'late', 'tmp']);
    catalog.close();
    catalog = open(graph(EVENTS));
    expect(catalog.tables('lake').map(({ Name }) => Name)).toEqual(['events', 'tmp']);
  });

  test('answers in the words of Glue, and refuses what it does not model', async () => {
    const table = { DatabaseName: 'lake', TableInput: { Name: 'EVENTS' } };

    await expect(call('GetTable', { DatabaseName: 'lake', Name: 'nope' })).rejects.toMatchObject({
      code: 'EntityNotFoundException',
      message: 'Table nope not found.',
    });
    await expect(call('GetDatabase', { Name: 'nope' })).rejects.toMatchObject({
      code: 'EntityNotFoundException',
      message: 'Database nope not found.',
    });
    await expect(call('CreateTable', table)).rejects.toMatchObject({
      code: 'AlreadyExistsException',
      message: 'Table already exists.',
    });
    await expect(call('UpdateTable', { ...table, VersionId: '7' })).rejects.toMatchObject({
      code: 'ConcurrentModificationException',
    });
    await expect(onTable('GetPartitions', { QueryAsOfTime: 1 })).rejects.toMatchObject({
      code: 'InvalidInputException',
      message: 'QueryAsOfTime is not supported by the embedded host.',
    });
    await expect(onTable('GetPartitions', { MaxResults: 1001 })).rejects.toMatchObject({ code: 'InvalidInputException' });
    expect(await onTable('GetColumnStatisticsForTable', { ColumnNames: ['payload'] })).toEqual({
      ColumnStatisticsList: [],
      Errors: [],
    });
  });
});
