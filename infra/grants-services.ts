import { STEP_NAMES } from '../contracts/environments';
import type { Feed } from '../contracts/feeds';
import { deliveryErrorsPrefixes, rawPrefix } from '../contracts/lake';
import { feedArns, type Arns } from './arns';
import { machineObjects, machineTables, tracing } from './grants';
import { onLake } from './grants-lake';
import type { Conditions, Statement } from './policy-documents';

/** Firehose proves for whom it works by the external id. https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html */
export const deliveryTrust = ({ accountId }: Arns): Conditions => ({ StringEquals: { 'sts:ExternalId': accountId } });

/** Reads the stream, where it has one, invokes the transform, writes raw and errors. The managed Kinesis key needs no grant inside the account. */
export const deliveryGrants = (arns: Arns, feed: Feed, source: 'stream' | 'direct'): readonly Statement[] => {
  const own = feedArns(arns, feed);
  const prefixes = [rawPrefix(feed), ...deliveryErrorsPrefixes(feed)];
  const logGroup = source === 'direct' && feed.sources.stream ? own.directLogGroup : own.deliveryLogGroup;
  return [
    ...(source === 'direct'
      ? []
      : [
          {
            sid: 'Stream',
            actions: ['kinesis:DescribeStream', 'kinesis:GetShardIterator', 'kinesis:GetRecords', 'kinesis:ListShards'],
            resources: [own.stream],
          },
        ]),
    ...(feed.transform === undefined
      ? []
      : [
          {
            sid: 'Transform',
            actions: ['lambda:InvokeFunction', 'lambda:GetFunctionConfiguration'],
            resources: [own.transform, `${own.transform}:*`],
          },
        ]),
    { sid: 'Bucket', actions: ['s3:GetBucketLocation', 's3:ListBucketMultipartUploads'], resources: [arns.lake] },
    ...onLake(arns, { get: prefixes, put: prefixes }),
    { sid: 'Log', actions: ['logs:PutLogEvents'], resources: [`${logGroup}:*`] },
  ];
};

/** Step Functions names the machine for which it works. https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html */
export const machineTrust = ({ accountId, machine }: Arns): Conditions => ({
  StringEquals: { 'aws:SourceAccount': accountId },
  ArnLike: { 'aws:SourceArn': machine },
});

export const machineGrants = (arns: Arns): readonly Statement[] => [
  {
    sid: 'Functions',
    actions: ['lambda:InvokeFunction'],
    resources: STEP_NAMES.flatMap((name) => [arns.functions[name], `${arns.functions[name]}:*`]),
  },
  {
    sid: 'Queries',
    actions: ['athena:StartQueryExecution', 'athena:GetQueryExecution', 'athena:StopQueryExecution'],
    resources: [arns.compactionWorkgroup],
  },
  { sid: 'QueryCatalog', actions: ['athena:GetDataCatalog'], resources: [arns.dataCatalog] },
  ...machineTables(arns),
  { sid: 'Buckets', actions: ['s3:GetBucketLocation'], resources: [arns.lake, arns.results] },
  { sid: 'BucketUploads', actions: ['s3:ListBucketMultipartUploads'], resources: [arns.lake, arns.results] },
  ...machineObjects(arns),
  { sid: 'StartBatches', actions: ['states:StartExecution'], resources: [arns.machine] },
  {
    sid: 'FollowBatches',
    actions: ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution'],
    resources: [arns.executions, arns.mapExecutions],
  },
  // The log delivery knows no resources. https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
  {
    sid: 'LogDelivery',
    actions: [
      'logs:CreateLogDelivery',
      'logs:GetLogDelivery',
      'logs:UpdateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:DescribeResourcePolicies',
      'logs:DescribeLogGroups',
    ],
    resources: ['*'],
  },
  tracing(),
];

/** Scheduler names the group of the schedule. https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html */
export const scheduleTrust = ({ accountId, scheduleGroup }: Arns): Conditions => ({
  StringEquals: { 'aws:SourceAccount': accountId, 'aws:SourceArn': scheduleGroup },
});

export const scheduleGrants = (arns: Arns): readonly Statement[] => [
  { sid: 'Start', actions: ['states:StartExecution'], resources: [arns.machine] },
  { sid: 'DeadLetters', actions: ['sqs:SendMessage'], resources: [arns.deadLetters] },
];
