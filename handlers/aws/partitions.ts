import {
  AlreadyExistsException,
  CreatePartitionCommand,
  EntityNotFoundException,
  GetPartitionCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GlueClient,
  UpdatePartitionCommand,
  type Partition as GluePartition,
  type StorageDescriptor,
} from '@aws-sdk/client-glue';
import type { Feed } from '../../contracts/feeds';
import { partitionOfValues, partitionValues, type Partition } from '../../contracts/lake';
import type { Published } from '../../workflows/documents';
import { parametersOf, publishedOf } from '../../workflows/published';

export interface RegisteredPartition {
  readonly partition: Partition;
  readonly location: string;
  /** Undefined for a partition that this project did not publish. */
  readonly published: Published | undefined;
}

const registeredIn = (
  feed: Pick<Feed, 'partitionColumns'>,
  { Values, StorageDescriptor, Parameters }: GluePartition,
): RegisteredPartition => ({
  partition: partitionOfValues(feed, Values ?? []),
  location: StorageDescriptor?.Location ?? '',
  published: publishedOf(StorageDescriptor?.Location, Parameters),
});

/** The partitions of one curated table in the Glue catalog. */
export class CuratedPartitions {
  #descriptor: StorageDescriptor | undefined;

  constructor(
    private readonly database: string,
    private readonly feed: Pick<Feed, 'name' | 'partitionColumns'>,
    private readonly client: GlueClient = new GlueClient({}),
  ) {}

  /** All of them, page by page. */
  async *all(expression?: string): AsyncGenerator<RegisteredPartition> {
    let token: string | undefined;
    do {
      const page = await this.client.send(
        new GetPartitionsCommand({
          DatabaseName: this.database,
          TableName: this.feed.name,
          ExcludeColumnSchema: true,
          ...(expression === undefined ? {} : { Expression: expression }),
          ...(token === undefined ? {} : { NextToken: token }),
        }),
      );
      for (const partition of page.Partitions ?? []) yield registeredIn(this.feed, partition);
      token = page.NextToken;
    } while (token !== undefined);
  }

  async get(partition: Partition): Promise<RegisteredPartition | undefined> {
    try {
      const { Partition } = await this.client.send(
        new GetPartitionCommand({
          DatabaseName: this.database,
          TableName: this.feed.name,
          PartitionValues: [...partitionValues(partition)],
        }),
      );
      return Partition === undefined ? undefined : registeredIn(this.feed, Partition);
    } catch (thrown) {
      if (thrown instanceof EntityNotFoundException) return undefined;
      throw thrown;
    }
  }

  /** Reads what every flip needs, so that a flip is one call, right behind its fencing check. */
  async prepare(): Promise<void> {
    if (this.#descriptor !== undefined) return;
    const { Table } = await this.client.send(new GetTableCommand({ DatabaseName: this.database, Name: this.feed.name }));
    this.#descriptor = Table?.StorageDescriptor;
  }

  /** The one flip: location and ledger change together. */
  async update(partition: Partition, published: Published): Promise<void> {
    const input = await this.#input(partition, published);
    await this.client.send(
      new UpdatePartitionCommand({
        DatabaseName: this.database,
        TableName: this.feed.name,
        PartitionValueList: [...partitionValues(partition)],
        PartitionInput: input,
      }),
    );
  }

  /** False where the partition is there already. */
  async create(partition: Partition, published: Published): Promise<boolean> {
    try {
      const input = await this.#input(partition, published);
      await this.client.send(
        new CreatePartitionCommand({ DatabaseName: this.database, TableName: this.feed.name, PartitionInput: input }),
      );
      return true;
    } catch (thrown) {
      if (thrown instanceof AlreadyExistsException) return false;
      throw thrown;
    }
  }

  /** The storage descriptor is the curated table's own, not the temporary table's: all partitions read alike. */
  async #input(partition: Partition, published: Published) {
    await this.prepare();
    return {
      Values: [...partitionValues(partition)],
      StorageDescriptor: { ...this.#descriptor, Location: published.location },
      Parameters: parametersOf(published),
    };
  }
}
