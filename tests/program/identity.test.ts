import { FUNCTION_NAMES } from '../../contracts/environments';
import type { Graph, Resource } from '../../local/graph';
import { capturedStacks, inputsOf } from './captured';

let dev: Graph;
let prod: Graph;
beforeAll(async () => {
  ({ dev, prod } = await capturedStacks());
});

const identity = ({ type, name, inputs }: Resource): string =>
  `${type.split(':').at(-1)} ${name} = ${String(inputs['name'] ?? inputs['bucket'] ?? '-')}`;
const SIDES = [
  'LifecycleConfiguration',
  'OwnershipControls',
  'Policy',
  'PublicAccessBlock',
  'ServerSideEncryptionConfiguration',
  'Versioning',
];

/** Type, Pulumi name and AWS name are identities: a change of any replaces a resource, and with it what it holds. */
const EXPECTED = [
  'Bucket lake = lithify-dev-lake-000000000000-eu-west-1',
  'Bucket results = lithify-dev-results-000000000000-eu-west-1',
  ...SIDES.flatMap((side) => [
    `Bucket${side} lake = lithify-dev-lake-000000000000-eu-west-1`,
    `Bucket${side} results = lithify-dev-results-000000000000-eu-west-1`,
  ]),
  'CatalogDatabase lake = lithify_dev',
  'CatalogTable events = events',
  'CatalogTable events-gathered = events_gathered',
  'CatalogTable events-late = events_late',
  'CatalogTable events-raw = events_raw',
  'FirehoseDeliveryStream events = lithify-dev-events',
  ...FUNCTION_NAMES.flatMap((name) => [
    `Function ${name} = lithify-dev-${name}`,
    `LogGroup ${name} = /aws/lambda/lithify-dev-${name}`,
    `Role ${name} = lithify-dev-${name}`,
    `RolePolicy ${name} = lithify-dev-${name}`,
  ]),
  ...['compaction', 'delivery', 'schedule'].flatMap((name) => [
    `Role ${name} = lithify-dev-${name}`,
    `RolePolicy ${name} = lithify-dev-${name}`,
  ]),
  'LogGroup compaction = /aws/vendedlogs/states/lithify-dev-compaction',
  'LogGroup delivery = /aws/kinesisfirehose/lithify-dev-events',
  'LogStream events = S3Delivery',
  'NamedQuery duplicates = Duplicates',
  'NamedQuery duplicates-members = Duplicates: members',
  'NamedQuery duplicates-telemetry = Duplicates: telemetry',
  'NamedQuery duplicates-users = Duplicates: users',
  'NamedQuery events-per-day = Events per day and type',
  'NamedQuery late-share = Share of late events per day',
  'NamedQuery newest-events = Newest events',
  'NamedQuery newest-films = Newest: films',
  'NamedQuery newest-members = Newest: members',
  'NamedQuery newest-telemetry = Newest: telemetry',
  'NamedQuery newest-users = Newest: users',
  'NamedQuery per-day-films = Per day: films',
  'NamedQuery per-day-members = Per day: members',
  'NamedQuery per-day-telemetry = Per day: telemetry',
  'NamedQuery per-day-users = Per day: users',
  'PartitionIndex events = -',
  'Queue dead-letters = lithify-dev-schedule-dead-letters',
  'QueuePolicy dead-letters = -',
  'Schedule compaction = lithify-dev-compaction',
  'StateMachine compaction = lithify-dev-compaction',
  'Stream events = lithify-dev-events',
  'Workgroup analysts = lithify-dev-analysts',
  'Workgroup compaction = lithify-dev-compaction',
];

/** What each feed beside events has for itself: named after it, the feed last, so that no other stack can have the name. */
const OF_FEEDS = [
  ...['films', 'members', 'telemetry', 'users'].flatMap((feed) => [
    `CatalogTable ${feed} = ${feed}`,
    `CatalogTable ${feed}-gathered = ${feed}_gathered`,
    `CatalogTable ${feed}-raw = ${feed}_raw`,
    `FirehoseDeliveryStream ${feed} = lithify-dev-${feed}`,
    `LogGroup delivery-${feed} = /aws/kinesisfirehose/lithify-dev-${feed}`,
    `LogStream ${feed} = S3Delivery`,
    `PartitionIndex ${feed} = -`,
    `Role delivery-${feed} = lithify-dev-delivery-${feed}`,
    `RolePolicy delivery-${feed} = lithify-dev-delivery-${feed}`,
    `Schedule compaction-${feed} = lithify-dev-compaction-${feed}`,
  ]),
  ...['members', 'telemetry', 'users'].flatMap((feed) => [
    `Function transform-${feed} = lithify-dev-transform-${feed}`,
    `LogGroup transform-${feed} = /aws/lambda/lithify-dev-transform-${feed}`,
    `Role transform-${feed} = lithify-dev-transform-${feed}`,
    `RolePolicy transform-${feed} = lithify-dev-transform-${feed}`,
    `Stream ${feed} = lithify-dev-${feed}`,
  ]),
  ...['consumer', 'producer'].flatMap((name) => [
    `Function ${name}-telemetry = lithify-dev-${name}-telemetry`,
    `LogGroup ${name}-telemetry = /aws/lambda/lithify-dev-${name}-telemetry`,
    `Role ${name}-telemetry = lithify-dev-${name}-telemetry`,
    `RolePolicy ${name}-telemetry = lithify-dev-${name}-telemetry`,
  ]),
  'EventSourceMapping telemetry = -',
  'Role producer-schedule-telemetry = lithify-dev-producer-schedule-telemetry',
  'RolePolicy producer-schedule-telemetry = lithify-dev-producer-schedule-telemetry',
  'Schedule producer-telemetry = lithify-dev-producer-telemetry',
  'BucketObjectv2 film = lithify-dev-lake-000000000000-eu-west-1',
  'CatalogTable film = film',
  'CatalogTable members-late = members_late',
  'FirehoseDeliveryStream members-direct = lithify-dev-members-direct',
  'LogGroup direct-delivery-members = /aws/kinesisfirehose/lithify-dev-members-direct',
  'LogStream members-direct = S3Delivery',
  'Role direct-delivery-members = lithify-dev-direct-members',
  'RolePolicy direct-delivery-members = lithify-dev-direct-members',
];

/** `path = value` of every leaf, lists by index, JSON text opened. */
const leaves = (value: unknown, path: string): readonly (readonly [string, unknown])[] => {
  if (typeof value === 'string' && value.startsWith('{"') && !value.includes('}\n')) return leaves(JSON.parse(value), path);
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([name, member]) => leaves(member, `${path}.${name}`));
};

test('resources have the names that they always had', () => {
  expect(dev.resources.map(identity).sort()).toEqual([...EXPECTED, ...OF_FEEDS].sort());
});

test('dev and prod are the same program: they differ in names and in what their settings say', () => {
  const asDev = JSON.parse(
    JSON.stringify(prod.resources).replaceAll('lithify-prod', 'lithify-dev').replaceAll('lithify_prod', 'lithify_dev'),
  ) as Resource[];
  const flat = (resources: readonly Resource[]): ReadonlyMap<string, unknown> =>
    new Map(resources.flatMap((resource) => leaves(resource.inputs, `${resource.type.split(':').at(-1)} ${resource.name}`)));
  const [left, right] = [flat(dev.resources), flat(asDev)];
  const different = [...new Set([...left.keys(), ...right.keys()])].filter(
    (path) => left.get(path) !== right.get(path) && !path.endsWith('.tags.stack'),
  );

  const general = different.map((path) =>
    path
      .replace(/^LogGroup \S+?\./, 'LogGroup *.')
      .replace(/^Stream \S+?\./, 'Stream *.')
      .replace(/^CatalogTable \S+?-raw\./, 'CatalogTable *-raw.')
      .replace(/projection\.\w+_date/, 'projection.*')
      .replace(/^Bucket (lake|results)/, 'Bucket *')
      .replace(/^Workgroup \S+?\./, 'Workgroup *.')
      .replace(/\.\d+\./g, '.*.')
      .replace(/^Function \S+?\./, 'Function *.'),
  );
  expect([...new Set(general)].sort()).toEqual(
    [
      'Bucket *.forceDestroy',
      'BucketLifecycleConfiguration lake.rules.*.expiration.days',
      'BucketLifecycleConfiguration lake.rules.*.noncurrentVersionExpiration.noncurrentDays',
      'BucketLifecycleConfiguration results.rules.*.noncurrentVersionExpiration.noncurrentDays',
      'CatalogDatabase lake.description',
      'CatalogTable *-raw.parameters.projection.*.range',
      'FirehoseDeliveryStream events.extendedS3Configuration.bufferingSize',
      'Function *.environment.variables.POLICY.dueBytes',
      'Function *.environment.variables.POLICY.dueObjects',
      'Function *.environment.variables.POLICY.receivingHours',
      'Function *.environment.variables.STALE_LOCK_SECONDS',
      // The producer has 30 seconds in dev, and 300 in prod.
      'Function *.timeout',
      'LogGroup *.retentionInDays',
      'StateMachine compaction.definition.TimeoutSeconds',
      'Stream *.retentionPeriod',
      'Stream *.shardCount',
      'Stream *.streamModeDetails.streamMode',
      'Workgroup *.configuration.bytesScannedCutoffPerQuery',
      'Workgroup *.forceDestroy',
    ].sort(),
  );
});

const tablesOf = (feed: string) => ({
  rawTable: `${feed}_raw`,
  curatedTable: feed,
  scheduleName: feed === 'events' ? 'lithify-dev-compaction' : `lithify-dev-compaction-${feed}`,
});

test('the stack says by which names the pipeline is found', () => {
  expect(dev.outputs).toEqual({
    streamName: 'lithify-dev-events',
    deliveryStreamName: 'lithify-dev-events',
    bucket: 'lithify-dev-lake-000000000000-eu-west-1',
    database: 'lithify_dev',
    rawTable: 'events_raw',
    curatedTable: 'events',
    workgroup: 'lithify-dev-analysts',
    compactionWorkgroup: 'lithify-dev-compaction',
    resultsBucket: 'lithify-dev-results-000000000000-eu-west-1',
    stateMachineArn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:lithify-dev-compaction',
    scheduleName: 'lithify-dev-compaction',
    graceHours: 24,
    feeds: {
      events: { streamName: 'lithify-dev-events', deliveryStreamName: 'lithify-dev-events', ...tablesOf('events') },
      users: { streamName: 'lithify-dev-users', deliveryStreamName: 'lithify-dev-users', ...tablesOf('users') },
      films: { deliveryStreamName: 'lithify-dev-films', filmTable: 'film', ...tablesOf('films') },
      telemetry: {
        streamName: 'lithify-dev-telemetry',
        deliveryStreamName: 'lithify-dev-telemetry',
        producerFunctionName: 'lithify-dev-producer-telemetry',
        consumerFunctionName: 'lithify-dev-consumer-telemetry',
        ...tablesOf('telemetry'),
      },
      members: {
        streamName: 'lithify-dev-members',
        deliveryStreamName: 'lithify-dev-members',
        directDeliveryStreamName: 'lithify-dev-members-direct',
        ...tablesOf('members'),
      },
    },
  });
});

test('the delivery stream partitions from day one and states no default of Firehose', () => {
  const delivery = inputsOf(dev, 'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream', 'events');

  expect(delivery['extendedS3Configuration']).toMatchObject({
    prefix: 'raw/events/event_type=!{partitionKeyFromLambda:event_type}/created_date=!{partitionKeyFromLambda:created_date}/',
    errorOutputPrefix: 'errors/events/!{firehose:error-output-type}/',
    compressionFormat: 'GZIP',
    dynamicPartitioningConfiguration: { enabled: true },
    processingConfiguration: {
      processors: [
        {
          type: 'Lambda',
          parameters: [
            {
              parameterName: 'LambdaArn',
              parameterValue: 'arn:aws:lambda:eu-west-1:000000000000:function:lithify-dev-transform',
            },
          ],
        },
      ],
    },
  });
});

test('raw is projected, late is one folder, gathered is found by run and batch, curated is registered', () => {
  const table = (name: string) =>
    inputsOf(dev, 'aws:glue/catalogTable:CatalogTable', name) as {
      readonly parameters: Readonly<Record<string, string>>;
      readonly storageDescriptor: { readonly location: string };
    };
  const lake = 's3://lithify-dev-lake-000000000000-eu-west-1';

  expect(table('events-raw').parameters).toMatchObject({
    'projection.event_type.type': 'injected',
    'projection.created_date.range': 'NOW-32DAYS,NOW+1DAY',
    'storage.location.template': `${lake}/raw/events/event_type=\${event_type}/created_date=\${created_date}/`,
  });
  expect(table('events-late').storageDescriptor.location).toBe(`${lake}/raw/events/event_type=late/created_date=late/`);
  expect(table('events-gathered').parameters['storage.location.template']).toBe(
    `${lake}/runs/events/\${run}/gathered/\${batch}/`,
  );
  expect(table('events').storageDescriptor.location).toBe(`${lake}/curated/events/`);
  expect(Object.keys(table('events').parameters).some((name) => name.startsWith('projection'))).toBe(false);
});
