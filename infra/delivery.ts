import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { deliveryPrefix } from '../contracts/lake';
import { deliveryGrants, deliveryTrust } from './grants-services';
import type { DeliveryNames } from './names';
import { grantedRole } from './role';
import { keepsData, type FeedSite, type Site } from './site';

export interface DeliveryArgs {
  readonly own: FeedSite;
  /** Undefined: producers put records on it directly. */
  readonly streamArn: pulumi.Input<string> | undefined;
  readonly bucketArn: pulumi.Input<string>;
  /** Undefined: records land as they were sent. */
  readonly transformArn: pulumi.Input<string> | undefined;
}

/** How long Firehose tries to assign a partition again, in seconds, before it gives a record up to the errors prefix. */
const PARTITIONING_RETRY_SECONDS = 300;
/** What Firehose assumes by itself. Stated defaults are not kept in its state and would show as a change on every deployment. */
const PROCESSOR_DEFAULTS = { BufferSizeInMBs: '1', BufferIntervalInSeconds: '60' };

/** Stream or producers -> transform -> gzip NDJSON under the feed's raw prefix; what cannot be delivered goes under its errors prefix. */
export class Delivery extends pulumi.ComponentResource {
  readonly delivery: aws.kinesis.FirehoseDeliveryStream;

  constructor(site: Site, args: DeliveryArgs, opts?: pulumi.ComponentResourceOptions) {
    const { feed, names: feedNames } = args.own;
    const isSecond = args.streamArn === undefined && feed.sources.stream;
    const resource = (rest: string): string => feedNames.resource(isSecond ? `direct-${rest}` : rest);
    super('lithify:lake:Delivery', resource('delivery'), {}, opts);
    const names = isSecond ? feedNames.direct : feedNames.delivery;
    const streamName = isSecond ? `${feed.name}-direct` : feed.name;
    const logs = deliveryLogs(this, site, names, resource('delivery'), streamName);
    const { role, policy } = grantedRole(
      site,
      resource('delivery'),
      {
        name: names.role,
        description: `Role of the delivery stream ${names.delivery}`,
        service: 'firehose.amazonaws.com',
        trust: deliveryTrust,
        grants: (arns) => deliveryGrants(arns, feed, args.streamArn === undefined ? 'direct' : 'stream'),
      },
      { parent: this },
    );
    const { tags } = site;
    this.delivery = new aws.kinesis.FirehoseDeliveryStream(
      streamName,
      {
        name: names.delivery,
        destination: 'extended_s3',
        ...(args.streamArn === undefined
          ? {}
          : { kinesisSourceConfiguration: { kinesisStreamArn: args.streamArn, roleArn: role.arn } }),
        extendedS3Configuration: {
          bucketArn: args.bucketArn,
          roleArn: role.arn,
          prefix: deliveryPrefix(feed),
          errorOutputPrefix: feed.deliveryErrorsPrefix,
          ...buffering(site, args.own),
          compressionFormat: 'GZIP',
          // On from day one: switching it later replaces the stream, and the new one starts at LATEST.
          ...(feed.rawLayout === 'partition'
            ? { dynamicPartitioningConfiguration: { enabled: true, retryDuration: PARTITIONING_RETRY_SECONDS } }
            : {}),
          ...(args.transformArn === undefined
            ? {}
            : {
                processingConfiguration: {
                  enabled: true,
                  processors: [{ type: 'Lambda', parameters: processorParameters(site, args.transformArn) }],
                },
              }),
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

/** The stack decides for events, and may decide for the others; else a feed's own declaration holds. */
const buffering = ({ settings }: Site, { feed, config }: FeedSite) =>
  feed.name === 'events'
    ? { bufferingSize: settings.delivery.bufferMebibytes, bufferingInterval: settings.delivery.bufferSeconds }
    : {
        bufferingSize: config.bufferMebibytes ?? feed.buffer.mebibytes,
        bufferingInterval: config.bufferSeconds ?? feed.buffer.seconds,
      };

/** Firehose writes into a log stream that exists and makes none itself. */
const deliveryLogs = (
  parent: pulumi.Resource,
  { names, settings, tags }: Site,
  { logGroup }: DeliveryNames,
  groupName: string,
  streamName: string,
) => {
  const group = new aws.cloudwatch.LogGroup(
    groupName,
    { name: logGroup, retentionInDays: settings.retention.logsDays, tags },
    { parent },
  );
  const stream = new aws.cloudwatch.LogStream(
    streamName,
    { name: names.deliveryLogStream, logGroupName: group.name },
    { parent },
  );
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
