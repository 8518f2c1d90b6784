import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { keepsData, type FeedSite, type Site } from './site';

/** Producers -> a feed's stream: takes records of up to 1 MiB and keeps them for the configured hours. */
export class Stream extends pulumi.ComponentResource {
  readonly stream: aws.kinesis.Stream;

  constructor(site: Site, { feed, names, config }: FeedSite, opts?: pulumi.ComponentResourceOptions) {
    super('lithify:lake:Stream', names.resource('stream'), {}, opts);
    const { mode, retentionHours } = site.settings.stream;
    const shardCount = feed.name === 'events' ? site.settings.stream.shardCount : (config.shardCount ?? 1);
    this.stream = new aws.kinesis.Stream(
      feed.name,
      {
        name: names.stream,
        streamModeDetails: { streamMode: mode === 'on-demand' ? 'ON_DEMAND' : 'PROVISIONED' },
        ...(mode === 'on-demand' || shardCount === undefined ? {} : { shardCount }),
        retentionPeriod: retentionHours,
        encryptionType: 'KMS',
        // The managed key costs nothing and needs no grants inside the account; producers of another account would need a key of one's own.
        kmsKeyId: 'alias/aws/kinesis',
        tags: site.tags,
      },
      { parent: this, ...keepsData(site) },
    );
    this.registerOutputs({});
  }
}
