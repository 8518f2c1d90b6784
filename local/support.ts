import { honouredInputs as athenaHonoured, ignoredInputs as athenaIgnored } from './stand-ins/athena/settings';
import { honouredInputs as catalogHonoured, ignoredInputs as catalogIgnored } from './stand-ins/catalog/settings';
import { honouredInputs as deliveryHonoured, ignoredInputs as deliveryIgnored } from './stand-ins/delivery/settings';
import * as eventSource from './stand-ins/event-source/settings';
import { honouredInputs as functionHonoured, ignoredInputs as functionIgnored } from './stand-ins/function/settings';
import { honouredInputs as lifecycleHonoured, ignoredInputs as lifecycleIgnored } from './stand-ins/s3/lifecycle-settings';
import * as httpApi from './stand-ins/http-api/settings';
import { honouredInputs as objectHonoured, ignoredInputs as objectIgnored } from './stand-ins/s3/program-objects';
import { honouredInputs as scheduleHonoured, ignoredInputs as scheduleIgnored } from './stand-ins/schedule/settings';
import { honouredInputs as machineHonoured, ignoredInputs as machineIgnored } from './stand-ins/state-machine/settings';
import { honouredInputs as streamHonoured, ignoredInputs as streamIgnored } from './stand-ins/stream/settings';
import { honouredInputs as tableHonoured, ignoredInputs as tableIgnored, TABLE_TYPE } from './stand-ins/table/settings';

export const STAND_INS = [
  'stream',
  'delivery',
  'storage',
  'function',
  'catalog',
  'athena',
  'state-machine',
  'schedule',
  'table',
  'http-api',
  'event-source',
] as const;
export type StandInName = (typeof STAND_INS)[number];

/**
 * What the host makes of one type of resource. Inputs are paths with dots (`target.retryPolicy`); the items of a list have the path of the
 * list. A path covers all below it, unless the inputs honoured name something below it: then each part is named.
 */
export type Support =
  | {
      readonly standIn: StandInName;
      readonly honoured: readonly string[];
      /** Path to the reason. */
      readonly ignored: Readonly<Record<string, string>>;
    }
  | { readonly inert: string };

const ANYWHERE = { region: 'the host has one region', tags: 'tags change no behaviour' };

const glue = (type: string): Support => ({
  standIn: 'catalog',
  honoured: Object.keys(catalogHonoured[type] ?? {}),
  ignored: catalogIgnored[type] ?? {},
});

const httpApis: Readonly<Record<string, Support>> = Object.fromEntries(
  Object.entries(httpApi.honouredInputs).map(([type, honoured]) => [
    type,
    { standIn: 'http-api', honoured, ignored: httpApi.ignoredInputs[type] ?? {} },
  ]),
);

const athena = (type: string): Support => ({
  standIn: 'athena',
  honoured: Object.keys(athenaHonoured[type] ?? {}),
  ignored: athenaIgnored[type] ?? {},
});

/** The whole list: a type that is not here is refused. `docs/parity.md` is written from it. */
export const SUPPORT: Readonly<Record<string, Support>> = {
  'aws:kinesis/stream:Stream': { standIn: 'stream', honoured: streamHonoured, ignored: streamIgnored },
  'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream': {
    standIn: 'delivery',
    honoured: deliveryHonoured,
    ignored: deliveryIgnored,
  },
  'aws:s3/bucket:Bucket': {
    standIn: 'storage',
    honoured: ['bucket'],
    ignored: { ...ANYWHERE, forceDestroy: 'buckets are not deleted while the host runs' },
  },
  'aws:s3/bucketObjectv2:BucketObjectv2': { standIn: 'storage', honoured: objectHonoured, ignored: objectIgnored },
  'aws:s3/bucketVersioning:BucketVersioning': { inert: 'objects are plain files, of which the newest version is kept' },
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': {
    inert: 'objects are plain files, for any tool to read',
  },
  'aws:s3/bucketOwnershipControls:BucketOwnershipControls': { inert: 'there is one account, so one owner' },
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': { inert: 'the endpoint is bound to the loopback interface' },
  'aws:s3/bucketPolicy:BucketPolicy': { inert: 'policies are not evaluated, and the loopback interface needs no TLS' },
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': {
    standIn: 'storage',
    honoured: lifecycleHonoured,
    ignored: lifecycleIgnored,
  },
  'aws:iam/role:Role': { inert: 'every caller signs as its role; policies are not evaluated' },
  'aws:iam/rolePolicy:RolePolicy': { inert: 'policies are not evaluated' },
  'aws:lambda/function:Function': { standIn: 'function', honoured: functionHonoured, ignored: functionIgnored },
  [eventSource.MAPPING_TYPE]: {
    standIn: 'event-source',
    honoured: eventSource.honouredInputs,
    ignored: eventSource.ignoredInputs,
  },
  'aws:cloudwatch/logGroup:LogGroup': { inert: 'logs are files in the data directory, which do not expire' },
  'aws:cloudwatch/logStream:LogStream': { inert: 'the delivery stand-in opens its log by itself' },
  'aws:glue/catalogDatabase:CatalogDatabase': glue('aws:glue/catalogDatabase:CatalogDatabase'),
  'aws:glue/catalogTable:CatalogTable': glue('aws:glue/catalogTable:CatalogTable'),
  'aws:glue/partitionIndex:PartitionIndex': glue('aws:glue/partitionIndex:PartitionIndex'),
  'aws:athena/workgroup:Workgroup': athena('aws:athena/workgroup:Workgroup'),
  'aws:athena/namedQuery:NamedQuery': athena('aws:athena/namedQuery:NamedQuery'),
  'aws:sfn/stateMachine:StateMachine': { standIn: 'state-machine', honoured: machineHonoured, ignored: machineIgnored },
  'aws:scheduler/schedule:Schedule': { standIn: 'schedule', honoured: scheduleHonoured, ignored: scheduleIgnored },
  'aws:scheduler/scheduleGroup:ScheduleGroup': { standIn: 'schedule', honoured: ['name'], ignored: ANYWHERE },
  [TABLE_TYPE]: { standIn: 'table', honoured: tableHonoured, ignored: tableIgnored },
  ...httpApis,
  'aws:sqs/queue:Queue': { inert: 'a start that fails for good is seen in the trace; the SQS interface is not modelled' },
  'aws:sqs/queuePolicy:QueuePolicy': { inert: 'policies are not evaluated' },
};
