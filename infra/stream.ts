import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { keepsData, type Site } from './site';

/** Producers -> stream: takes records of up to 1 MiB and keeps them for the configured hours. */
export class Stream extends pulumi.ComponentResource {
  readonly stream: aws.kinesis.Stream;

  constructor(site: Site, opts?: pulumi.ComponentResourceOptions) {
    super('lithify:lake:Stream', 'stream', {}, opts);
    const { mode, shardCount, retentionHours } = site.settings.stream;
    this.stream = new aws.kinesis.Stream(
      'events',
      {
        name: site.names.stream,
        streamModeDetails: { streamMode: mode === 'on-demand' ? 'ON_DEMAND' : 'PROVISIONED' },
        ...(shardCount === undefined ? {} : { shardCount }),
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
