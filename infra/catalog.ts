import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { keepsData, type Site } from './site';
import { curatedDefinition, gatheredDefinition, lateDefinition, rawDefinition, type TableDefinition } from './table-definitions';

/** The lake as tables: raw, late, gathered and curated of each feed, in one database. Partitions belong to the compaction, not to this program. */
export class Catalog extends pulumi.ComponentResource {
  readonly database: aws.glue.CatalogDatabase;
  /** By feed. */
  readonly raw: Readonly<Record<string, aws.glue.CatalogTable>>;
  readonly curated: Readonly<Record<string, aws.glue.CatalogTable>>;

  constructor(site: Site, bucket: pulumi.Output<string>, opts?: pulumi.ComponentResourceOptions) {
    super('lithify:lake:Catalog', 'catalog', {}, opts);
    this.database = new aws.glue.CatalogDatabase(
      'lake',
      { name: site.names.database, description: `The lake of ${site.settings.stack}`, tags: site.tags },
      { parent: this, ...keepsData(site) },
    );
    const place = { parent: this, database: this.database.name, bucket };
    const byFeed = site.feeds.map(({ feed }) => {
      const { name } = feed;
      const raw = table(place, `${name}-raw`, (at) => rawDefinition(feed, at, site.settings));
      if (feed.rawLayout === 'partition') table(place, `${name}-late`, (at) => lateDefinition(feed, at));
      table(place, `${name}-gathered`, (at) => gatheredDefinition(feed, at));
      const curated = table(place, name, (at) => curatedDefinition(feed, at), {
        ...keepsData(site),
        // Engines write statistics and versions there.
        ignoreChanges: ['parameters'],
      });
      new aws.glue.PartitionIndex(
        name,
        {
          databaseName: this.database.name,
          tableName: curated.name,
          partitionIndex: { indexName: 'by_partition', keys: feed.partitionColumns.map((column) => column.name) },
        },
        { parent: this },
      );
      return { name, raw, curated };
    });
    this.raw = Object.fromEntries(byFeed.map(({ name, raw }) => [name, raw]));
    this.curated = Object.fromEntries(byFeed.map(({ name, curated }) => [name, curated]));
    this.registerOutputs({});
  }
}

export interface TablePlace {
  readonly parent: pulumi.Resource;
  readonly database: pulumi.Input<string>;
  readonly bucket: pulumi.Output<string>;
}

/** One external table of a feed. */
export const table = (
  { parent, database, bucket }: TablePlace,
  resourceName: string,
  define: (bucket: string) => TableDefinition,
  options: pulumi.CustomResourceOptions = {},
): aws.glue.CatalogTable => {
  // Only the bucket's name is unknown in a preview, and only locations depend on it.
  const known = define('');
  return new aws.glue.CatalogTable(
    resourceName,
    {
      databaseName: database,
      name: known.name,
      description: known.description,
      tableType: 'EXTERNAL_TABLE',
      partitionKeys: known.partitionKeys.map((column) => ({ ...column })),
      parameters: bucket.apply((name) => ({ ...define(name).parameters })),
      storageDescriptor: {
        ...known.format,
        columns: known.columns.map((column) => ({ ...column })),
        location: bucket.apply((name) => define(name).location),
        // "Not bucketed". Some engines fail on a table that does not say so.
        numberOfBuckets: -1,
        compressed: false,
        storedAsSubDirectories: false,
      },
    },
    { parent, ...options },
  );
};
