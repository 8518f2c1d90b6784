import { createHash } from 'node:crypto';
import { mappingUuid } from './stand-ins/event-source/settings';

/** What the AWS provider would compute for a resource: its id, its ARN, the names and addresses that follow. Pure. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

type Inputs = Readonly<Record<string, unknown>>;
type Computed = Readonly<Record<string, unknown>> & { readonly id: string };
type Compute = (name: string, inputs: Inputs, place: Place) => Computed;

export const arnOf = (service: string, { accountId, region }: Place, rest: string): string =>
  `arn:aws:${service}:${region}:${accountId}:${rest}`;

/** A type that is not listed here gets its name as its id and no ARN: whoever plans on the graph reports it. */
export const computedOutputs = (type: string, name: string, inputs: Inputs, place: Place): Computed =>
  (COMPUTED[type] ?? ((given) => ({ id: given, name: given })))(name, inputs, place);

const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

/** Like the ids that API Gateway draws. */
const shortId = (kind: string, name: string): string => createHash('sha256').update(`${kind} ${name}`).digest('hex').slice(0, 10);

/** A resource with a name, whose ARN is made of it. */
const named =
  (
    service: string,
    rest: (name: string) => string,
    more: (name: string, arn: string, place: Place) => object = () => ({}),
  ): Compute =>
  (resourceName, inputs, place) => {
    const name = text(inputs['name'], resourceName);
    const arn = arnOf(service, place, rest(name));
    return { id: name, name, arn, ...more(name, arn, place) };
  };

const byArn = (_name: string, arn: string): object => ({ id: arn });

/** A setting of a bucket that is a resource of its own. */
const ofBucket: Compute = (name, inputs) => ({ id: text(inputs['bucket'], name) });

const inDatabase = (inputs: Inputs, { accountId }: Place, rest: string): string =>
  `${accountId}:${text(inputs['databaseName'], '')}:${rest}`;

const COMPUTED: Readonly<Record<string, Compute>> = {
  'aws:kinesis/stream:Stream': named('kinesis', (name) => `stream/${name}`, byArn),
  'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream': named('firehose', (name) => `deliverystream/${name}`, byArn),
  'aws:s3/bucket:Bucket': (name, inputs, { region }) => {
    const bucket = text(inputs['bucket'], name);
    return {
      id: bucket,
      bucket,
      arn: `arn:aws:s3:::${bucket}`,
      bucketRegion: region,
      bucketDomainName: `${bucket}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${bucket}.s3.${region}.amazonaws.com`,
    };
  },
  'aws:s3/bucketObjectv2:BucketObjectv2': (name, inputs) => {
    const [bucket, key] = [text(inputs['bucket'], name), text(inputs['key'], name)];
    return { id: `${bucket}/${key}`, arn: `arn:aws:s3:::${bucket}/${key}` };
  },
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': ofBucket,
  'aws:s3/bucketOwnershipControls:BucketOwnershipControls': ofBucket,
  'aws:s3/bucketPolicy:BucketPolicy': ofBucket,
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': ofBucket,
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': ofBucket,
  'aws:s3/bucketVersioning:BucketVersioning': ofBucket,
  'aws:iam/role:Role': (resourceName, inputs, { accountId }) => {
    const name = text(inputs['name'], resourceName);
    return { id: name, name, arn: arnOf('iam', { accountId, region: '' }, `role/${name}`), uniqueId: `AROA${name}` };
  },
  'aws:iam/rolePolicy:RolePolicy': (resourceName, inputs) => {
    const name = text(inputs['name'], resourceName);
    return { id: `${text(inputs['role'], '')}:${name}`, name };
  },
  'aws:lambda/function:Function': named(
    'lambda',
    (name) => `function:${name}`,
    (_name, arn, { region }) => ({
      version: '$LATEST',
      qualifiedArn: `${arn}:$LATEST`,
      invokeArn: `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}/invocations`,
    }),
  ),
  'aws:lambda/eventSourceMapping:EventSourceMapping': (name, _inputs, place) => {
    const uuid = mappingUuid(name, place.accountId, place.region);
    return { id: uuid, uuid, arn: arnOf('lambda', place, `event-source-mapping:${uuid}`) };
  },
  'aws:cloudwatch/logGroup:LogGroup': named('logs', (name) => `log-group:${name}`),
  'aws:cloudwatch/logStream:LogStream': (resourceName, inputs, place) => {
    const name = text(inputs['name'], resourceName);
    return { id: name, name, arn: arnOf('logs', place, `log-group:${text(inputs['logGroupName'], '')}:log-stream:${name}`) };
  },
  'aws:glue/catalogDatabase:CatalogDatabase': named(
    'glue',
    (name) => `database/${name}`,
    (name, _arn, { accountId }) => ({ id: `${accountId}:${name}`, catalogId: accountId }),
  ),
  'aws:glue/catalogTable:CatalogTable': (resourceName, inputs, place) => {
    const name = text(inputs['name'], resourceName);
    const arn = arnOf('glue', place, `table/${text(inputs['databaseName'], '')}/${name}`);
    return { id: inDatabase(inputs, place, name), name, arn, catalogId: place.accountId };
  },
  'aws:glue/partitionIndex:PartitionIndex': (name, inputs, place) => ({
    id: inDatabase(inputs, place, `${text(inputs['tableName'], '')}:${name}`),
    catalogId: place.accountId,
  }),
  'aws:athena/workgroup:Workgroup': named('athena', (name) => `workgroup/${name}`),
  'aws:athena/namedQuery:NamedQuery': (name) => ({ id: name }),
  'aws:sfn/stateMachine:StateMachine': named('states', (name) => `stateMachine:${name}`, byArn),
  'aws:scheduler/schedule:Schedule': (resourceName, inputs, place) => {
    const [group, name] = [text(inputs['groupName'], 'default'), text(inputs['name'], resourceName)];
    return { id: `${group}/${name}`, name, groupName: group, arn: arnOf('scheduler', place, `schedule/${group}/${name}`) };
  },
  'aws:sqs/queue:Queue': named(
    'sqs',
    (name) => name,
    (name, _arn, { accountId, region }) => {
      const url = `https://sqs.${region}.amazonaws.com/${accountId}/${name}`;
      return { id: url, url };
    },
  ),
  'aws:dynamodb/table:Table': named('dynamodb', (name) => `table/${name}`),
  'aws:apigatewayv2/api:Api': (resourceName, inputs, { accountId, region }) => {
    const name = text(inputs['name'], resourceName);
    const id = shortId('api', name);
    return {
      id,
      name,
      arn: `arn:aws:apigateway:${region}::/apis/${id}`,
      apiEndpoint: `https://${id}.execute-api.${region}.amazonaws.com`,
      executionArn: arnOf('execute-api', { accountId, region }, id),
    };
  },
  'aws:apigatewayv2/authorizer:Authorizer': (name) => ({ id: shortId('authorizer', name) }),
  'aws:apigatewayv2/integration:Integration': (name) => ({ id: shortId('integration', name) }),
  'aws:apigatewayv2/route:Route': (name) => ({ id: shortId('route', name) }),
  'aws:apigatewayv2/stage:Stage': (name, inputs) => ({ id: text(inputs['name'], name) }),
  'aws:lambda/permission:Permission': (name, inputs) => ({ id: text(inputs['statementId'], name) }),
  'aws:sqs/queuePolicy:QueuePolicy': (name, inputs) => ({ id: text(inputs['queueUrl'], name) }),
};
