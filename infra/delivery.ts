import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { feedNamed, type FeedName } from '../contracts/feeds';
import { deliveryErrorsPrefix, partitionTemplate, rawPartitionPrefix } from '../contracts/lake';
import { deliveryGrants, deliveryTrust } from './grants-services';
import { grantedRole } from './role';
import { keepsData, type Site } from './site';

export interface DeliveryArgs {
  readonly feed: FeedName;
  readonly streamArn: pulumi.Input<string>;
  readonly bucketArn: pulumi.Input<string>;
  readonly transformArn: pulumi.Input<string>;
}

/** How long Firehose tries to assign a partition again, in seconds, before it gives a record up to the errors prefix. */
const PARTITIONING_RETRY_SECONDS = 300;
/** What Firehose assumes by itself. Stated defaults are not kept in its state and would show as a change on every deployment. */
const PROCESSOR_DEFAULTS = { BufferSizeInMBs: '1', BufferIntervalInSeconds: '60' };

/** Stream -> transform -> gzip NDJSON under raw/, by type and date of creation; what cannot be delivered goes under errors/. */
export class Delivery extends pulumi.ComponentResource {
  readonly delivery: aws.kinesis.FirehoseDeliveryStream;

  constructor(site: Site, args: DeliveryArgs, opts?: pulumi.ComponentResourceOptions) {
    super('lithify:lake:Delivery', 'delivery', {}, opts);
    const logs = deliveryLogs(this, site, args.feed);
    const { role, policy } = grantedRole(
      site,
      'delivery',
      {
        name: site.names.roles.delivery,
        description: `Role of the delivery stream ${site.names.delivery}`,
        service: 'firehose.amazonaws.com',
        trust: deliveryTrust,
        grants: (arns) => deliveryGrants(arns, args.feed),
      },
      { parent: this },
    );
    const { settings, names, tags } = site;
    const feed = feedNamed(args.feed);
    this.delivery = new aws.kinesis.FirehoseDeliveryStream(
      args.feed,
      {
        name: names.delivery,
        destination: 'extended_s3',
        kinesisSourceConfiguration: { kinesisStreamArn: args.streamArn, roleArn: role.arn },
        extendedS3Configuration: {
          bucketArn: args.bucketArn,
          roleArn: role.arn,
          prefix: rawPartitionPrefix(
            feed,
            partitionTemplate(feed, (name) => `!{partitionKeyFromLambda:${name}}`),
          ),
          errorOutputPrefix: deliveryErrorsPrefix(args.feed),
          bufferingSize: settings.delivery.bufferMebibytes,
          bufferingInterval: settings.delivery.bufferSeconds,
          compressionFormat: 'GZIP',
          // On from day one: switching it later replaces the stream, and the new one starts at LATEST.
          dynamicPartitioningConfiguration: { enabled: true, retryDuration: PARTITIONING_RETRY_SECONDS },
          processingConfiguration: {
            enabled: true,
            processors: [{ type: 'Lambda', parameters: processorParameters(site, args.transformArn) }],
          },
          cloudwatchLoggingOptions: { enabled: true, logGroupName: logs.group.name, logStreamName: logs.stream.name },
        },
        tags,
      },
      // Firehose tries its role out when it is created.
      { parent: this, dependsOn: [policy], ...keepsData(site) },
    );
    this.registerOutputs({});
  }
}

/** Firehose writes into a log stream that exists and makes none itself. */
const deliveryLogs = (parent: pulumi.Resource, { names, settings, tags }: Site, feed: FeedName) => {
  const group = new aws.cloudwatch.LogGroup(
    'delivery',
    { name: names.deliveryLogGroup, retentionInDays: settings.retention.logsDays, tags },
    { parent },
  );
  const stream = new aws.cloudwatch.LogStream(feed, { name: names.deliveryLogStream, logGroupName: group.name }, { parent });
  return { group, stream };
};

const processorParameters = ({ settings }: Site, transformArn: pulumi.Input<string>) => {
  const hints = {
    BufferSizeInMBs: String(settings.delivery.transformBufferMebibytes),
    BufferIntervalInSeconds: String(settings.delivery.transformBufferSeconds),
  };
  return [
    { parameterName: 'LambdaArn', parameterValue: transformArn },
    ...Object.entries(hints)
      .filter(([name, value]) => PROCESSOR_DEFAULTS[name as keyof typeof hints] !== value)
      .map(([parameterName, parameterValue]) => ({ parameterName, parameterValue })),
  ];
};
