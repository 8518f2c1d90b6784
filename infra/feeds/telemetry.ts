import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import {
  COUNT_WINDOW_SECONDS,
  consumerEnvironmentSchema,
  producerEnvironmentSchema,
  telemetryEnvironment,
} from '../../contracts/telemetry';
import { handlerBundle } from '../bundle';
import { lambdaFunction } from '../function';
import { scheduleTrust } from '../grants-services';
import { grantedRole } from '../role';
import type { Site } from '../site';
import type { FeedParts } from './extras';
import { consumerGrants, producerGrants, producerScheduleGrants } from './telemetry-grants';
import { telemetryNames } from './telemetry-names';

/** Batches of the consumer: a few seconds of points, and one bad record never holds up its shard for long. */
const BATCH = {
  batchSize: 500,
  maximumBatchingWindowInSeconds: 5,
  maximumRetryAttempts: 3,
  maximumRecordAgeInSeconds: 6 * 3_600,
  bisectBatchOnFunctionError: true,
  functionResponseTypes: ['ReportBatchItemFailures'],
};
const CONSUMER_SIZE = { memoryMegabytes: 512, timeoutSeconds: 60 };
const PRODUCER_MEGABYTES = 256;

/** Schedule (off by default) -> producer -> the feed's stream -> consumer -> log, counts by minute and cell, descriptions of what it gave up on. */
class Telemetry extends pulumi.ComponentResource {
  readonly producer: aws.lambda.Function;
  readonly consumer: aws.lambda.Function;

  constructor(parts: FeedParts, opts?: pulumi.ComponentResourceOptions) {
    super('lithify:lake:Telemetry', 'telemetry', {}, opts);
    this.producer = producerOf(this, parts);
    producerSchedule(this, parts.site, this.producer);
    this.consumer = consumerOf(this, parts);
    consumption(this, parts, this.consumer);
    this.registerOutputs({});
  }
}

export const telemetry = (
  parts: FeedParts,
): { readonly producerFunctionName: pulumi.Output<string>; readonly consumerFunctionName: pulumi.Output<string> } => {
  const { producer, consumer } = new Telemetry(parts);
  return { producerFunctionName: producer.name, consumerFunctionName: consumer.name };
};

const producerOf = (parent: pulumi.Resource, { site, checkout }: FeedParts): aws.lambda.Function => {
  const { stack, telemetry: settings } = site.settings;
  const names = telemetryNames(stack);
  const own = site.feeds.find(({ feed }) => feed.name === 'telemetry')!;
  const environment = {
    STREAM_NAME: own.names.stream,
    PAUSE_SECONDS: String(settings.pauseSeconds),
    POINTS_PER_SEND: String(settings.pointsPerSend),
  };
  telemetryEnvironment('telemetry-producer', producerEnvironmentSchema, environment);
  return lambdaFunction(parent, site, {
    resourceName: 'producer-telemetry',
    name: names.producer,
    description: 'Puts random positions on the telemetry stream until its time is nearly up',
    logGroupName: names.producerLogGroup,
    code: handlerBundle(checkout, 'telemetry-producer'),
    size: { memoryMegabytes: PRODUCER_MEGABYTES, timeoutSeconds: settings.producerTimeoutSeconds },
    environment: () => environment,
    grants: (arns) => producerGrants(stack, arns),
  });
};

/** Every start has a seed of its own, and a start that is repeated sends the same points: the lake keeps each once. */
const producerSchedule = (parent: pulumi.Resource, site: Site, producer: aws.lambda.Function): void => {
  const { stack, telemetry: settings } = site.settings;
  const names = telemetryNames(stack);
  const { role, policy } = grantedRole(
    site,
    'producer-schedule-telemetry',
    {
      name: names.scheduleRole,
      description: `Role of the schedule ${names.schedule}`,
      service: 'scheduler.amazonaws.com',
      trust: scheduleTrust,
      grants: (arns) => producerScheduleGrants(stack, arns),
    },
    { parent },
  );
  new aws.scheduler.Schedule(
    'producer-telemetry',
    {
      name: names.schedule,
      description: 'Starts the producer of positions',
      groupName: 'default',
      state: settings.scheduleEnabled ? 'ENABLED' : 'DISABLED',
      scheduleExpression: settings.schedule,
      scheduleExpressionTimezone: 'UTC',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: producer.arn,
        roleArn: role.arn,
        input: JSON.stringify({ seed: '<aws.scheduler.scheduled-time>' }),
        retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 0 },
      },
    },
    { parent, dependsOn: [policy] },
  );
};

const consumerOf = (parent: pulumi.Resource, { site, checkout }: FeedParts): aws.lambda.Function => {
  const { stack, telemetry: settings } = site.settings;
  const names = telemetryNames(stack);
  return lambdaFunction(parent, site, {
    resourceName: 'consumer-telemetry',
    name: names.consumer,
    description: 'Logs positions as they come, and counts them by minute and cell',
    logGroupName: names.consumerLogGroup,
    code: handlerBundle(checkout, 'telemetry-consumer'),
    size: CONSUMER_SIZE,
    environment: (arns) => {
      const environment = { LAKE_BUCKET: arns.lakeBucket, GRID_DEGREES: String(settings.gridDegrees) };
      telemetryEnvironment('telemetry-consumer', consumerEnvironmentSchema, environment);
      return environment;
    },
    grants: (arns) => consumerGrants(stack, arns),
  });
};

/** What the consumer gives up on is described in the lake, whole: an S3 destination alone keeps the records themselves. */
const consumption = (parent: pulumi.Resource, { site, stream, storage }: FeedParts, consumer: aws.lambda.Function): void => {
  if (stream === undefined) throw new Error('the telemetry feed has no stream');
  new aws.lambda.EventSourceMapping(
    'telemetry',
    {
      eventSourceArn: stream.arn,
      functionName: consumer.arn,
      // The oldest record: what is put while the mapping is being made is counted as well.
      startingPosition: 'TRIM_HORIZON',
      ...BATCH,
      tumblingWindowInSeconds: COUNT_WINDOW_SECONDS,
      destinationConfig: { onFailure: { destinationArn: storage.lake.arn } },
      tags: site.tags,
    },
    { parent },
  );
};
