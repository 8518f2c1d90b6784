import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:http';
import { FirehoseClient, PutRecordCommand } from '@aws-sdk/client-firehose';
import { GetDatabaseCommand, GlueClient } from '@aws-sdk/client-glue';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { UsageError } from '../../../contracts/errors';
import { AwsError } from '../../../local/aws-error';
import { accessKeyIdOf } from '../../../local/caller';
import { ManualClock } from '../../../local/clock';
import type { Endpoint } from '../../../local/endpoint/endpoint';
import { startEndpoint } from '../../../local/endpoint/endpoint';
import { TraceLog } from '../../../local/trace';

const accountId = '000000000000';
const role = `arn:aws:iam::${accountId}:role/lithify-dev-gather`;
const now = Date.UTC(2026, 0, 2);

let endpoint: Endpoint;
let log: TraceLog;
let bugs: unknown[];

const client = (arn = role) => ({
  endpoint: endpoint.url,
  region: 'eu-west-1',
  credentials: { accessKeyId: accessKeyIdOf(arn), secretAccessKey: 'not checked' },
  maxAttempts: 1,
});

const start = (port = 0): Promise<Endpoint> =>
  startEndpoint({
    port,
    accountId,
    roles: [role],
    services: [
      {
        name: 'kinesis',
        targetPrefix: 'Kinesis_20131202',
        jsonVersion: '1.1',
        operations: {
          PutRecords: (input) => {
            const records = input['Records'] as readonly { readonly Data: string }[];
            const bytes = records.reduce((sum, { Data }) => sum + Buffer.from(Data, 'base64').length, 0);
            return Promise.resolve({
              FailedRecordCount: 0,
              Records: [{ SequenceNumber: String(bytes), ShardId: 'shardId-000000000000' }],
            });
          },
        },
      },
      {
        name: 'glue',
        targetPrefix: 'AWSGlue',
        jsonVersion: '1.1',
        operations: {
          GetDatabase: () => Promise.reject(new AwsError('EntityNotFoundException', 'Database events not found.')),
          GetTable: () => Promise.reject(new Error('a bug')),
        },
      },
    ],
    restRoutes: [
      {
        service: 'scheduler',
        method: 'GET',
        pattern: '/schedules/{Name}',
        query: { groupName: 'GroupName' },
        name: 'GetSchedule',
        operation: (input) => Promise.resolve({ Name: input['Name'], GroupName: input['GroupName'] }),
      },
    ],
    s3: (exchange, caller) => {
      exchange.send(200, {}, `<ListAllMyBucketsResult><Owner><ID>${caller?.arn ?? ''}</ID></Owner></ListAllMyBucketsResult>`);
      return Promise.resolve();
    },
    admin: (asked) => Promise.resolve({ status: 200, body: asked }),
    trace: log.record,
    clock: new ManualClock(now),
    onBug: (thrown) => bugs.push(thrown),
  });

beforeEach(async () => {
  log = new TraceLog();
  bugs = [];
  endpoint = await start();
});

afterEach(() => endpoint.close());

/** A request as it stands, without an SDK. */
const raw = (
  path: string,
  options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): Promise<{ readonly status: number; readonly body: string; readonly headers: NodeJS.Dict<string | string[]> }> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options;
    const sent = request(`${endpoint.url}${path}`, { method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
    });
    sent.on('error', reject);
    sent.end(body);
  });

const signed = (service: string): string =>
  `AWS4-HMAC-SHA256 Credential=SOMEONE/20260102/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=00`;

test('clients over HTTP/2 and over HTTP/1.1 share the port, and the trace says who called', async () => {
  const kinesis = new KinesisClient(client());
  const answer = await kinesis.send(
    new PutRecordsCommand({ StreamName: 'events', Records: [{ Data: Buffer.from('hello'), PartitionKey: '1' }] }),
  );
  const identity = await new STSClient(client()).send(new GetCallerIdentityCommand({}));
  kinesis.destroy();

  expect(answer.Records?.[0]?.SequenceNumber).toBe('5');
  expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(identity).toMatchObject({
    Account: accountId,
    Arn: `arn:aws:sts::${accountId}:assumed-role/lithify-dev-gather/lithify`,
    UserId: expect.stringMatching(/^AROA\w+:lithify$/) as string,
  });
  expect(log.recent()).toEqual([
    {
      service: 'kinesis',
      operation: 'PutRecords',
      caller: { arn: role, accessKeyId: accessKeyIdOf(role) },
      at: now,
      resource: 'events',
    },
    { service: 'sts', operation: 'GetCallerIdentity', caller: { arn: role, accessKeyId: accessKeyIdOf(role) }, at: now },
  ]);
});

test('PutRecords of 10 MiB passes over HTTP/2', async () => {
  const kinesis = new KinesisClient(client());
  const record = { Data: Buffer.alloc(1024 * 1024, 'x'), PartitionKey: 'k' };
  const answer = await kinesis.send(
    new PutRecordsCommand({ StreamName: 'events', Records: Array.from({ length: 10 }, () => record) }),
  );
  kinesis.destroy();
  expect(answer.Records?.[0]?.SequenceNumber).toBe(String(10 * 1024 * 1024));
});

test('a key of no role is the operator', async () => {
  const identity = await new STSClient(client('arn:aws:iam::1:role/unheard-of')).send(new GetCallerIdentityCommand({}));
  expect(identity.Arn).toBe(`arn:aws:iam::${accountId}:user/operator`);
});

test('an AWS error reaches the client with its own name, and is traced', async () => {
  const call = new GlueClient(client()).send(new GetDatabaseCommand({ Name: 'events' }));
  await expect(call).rejects.toMatchObject({ name: 'EntityNotFoundException', message: 'Database events not found.' });
  expect(log.count('glue', 'GetDatabase', 'EntityNotFoundException')).toBe(1);
});

test('what nobody serves is the error of an unknown operation, never a success', async () => {
  const firehose = new FirehoseClient(client()).send(
    new PutRecordCommand({ DeliveryStreamName: 'd', Record: { Data: Buffer.from('x') } }),
  );
  await expect(firehose).rejects.toMatchObject({ name: 'UnknownOperationException' });
  await expect(new SchedulerClient(client()).send(new ListSchedulesCommand({}))).rejects.toMatchObject({
    name: 'UnknownOperationException',
  });
  await expect(new STSClient(client()).send(new GetSessionTokenCommand({}))).rejects.toMatchObject({ name: 'InvalidAction' });
  const inherited = await raw('/', {
    method: 'POST',
    headers: { 'x-amz-target': 'AWSGlue.constructor', authorization: signed('glue') },
    body: '{}',
  });
  expect(JSON.parse(inherited.body)).toMatchObject({ __type: 'UnknownOperationException' });
});

test('a bug of a stand-in answers 500 and is reported', async () => {
  const answer = await raw('/', {
    method: 'POST',
    headers: { 'x-amz-target': 'AWSGlue.GetTable', authorization: signed('glue') },
    body: '{}',
  });
  expect(answer.status).toBe(500);
  expect(JSON.parse(answer.body)).toMatchObject({ __type: 'InternalFailure' });
  expect(bugs).toEqual([new Error('a bug')]);
});

test.each([
  ['no credentials', { 'x-amz-target': 'Kinesis_20131202.PutRecords' }, '{}', 403, 'MissingAuthenticationToken'],
  [
    'half a body',
    { 'x-amz-target': 'Kinesis_20131202.PutRecords', authorization: signed('kinesis') },
    '{"a":',
    400,
    'SerializationException',
  ],
  [
    'a list',
    { 'x-amz-target': 'Kinesis_20131202.PutRecords', authorization: signed('kinesis') },
    '[]',
    400,
    'SerializationException',
  ],
  [
    'CBOR',
    {
      'x-amz-target': 'Kinesis_20131202.PutRecords',
      authorization: signed('kinesis'),
      'content-type': 'application/x-amz-cbor-1.1',
    },
    '\u00a0',
    415,
    'SerializationException',
  ],
])('a JSON request with %s is refused in the words of AWS', async (_, headers, body, status, code) => {
  const answer = await raw('/', { method: 'POST', headers: headers, body });
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.body)).toMatchObject({ __type: code });
  expect(answer.headers['x-amzn-errortype']).toBe(code);
  expect(answer.headers['x-amzn-requestid']).toBeDefined();
});

test('the credential scope tells a schedule from an object in a bucket called schedules', async () => {
  const schedule = await new SchedulerClient(client()).send(new GetScheduleCommand({ Name: 'night ly', GroupName: 'default' }));
  expect(schedule).toMatchObject({ Name: 'night ly', GroupName: 'default' });

  const buckets = await new S3Client(client()).send(new ListBucketsCommand({}));
  expect(buckets.Owner?.ID).toBe(role);

  const unknownParameter = await raw('/schedules/nightly?colour=red', { headers: { authorization: signed('scheduler') } });
  expect(JSON.parse(unknownParameter.body)).toMatchObject({ __type: 'ValidationException' });
});

test('the controls of the host answer to this machine and to no other web page', async () => {
  const answer = await raw('/_lithify/advance?by=1h', { method: 'POST', body: '{"hours":1}' });
  expect(JSON.parse(answer.body)).toEqual({ method: 'POST', path: 'advance', query: { by: '1h' }, body: { hours: 1 } });

  const elsewhere = await raw('/_lithify/advance', { method: 'POST', headers: { origin: 'https://elsewhere.example' } });
  const rebound = await raw('/_lithify/advance', { method: 'POST', headers: { host: 'elsewhere.example' } });
  expect([elsewhere.status, rebound.status]).toEqual([403, 403]);
});

test('a port in use is a sentence that names it', async () => {
  await expect(start(endpoint.port)).rejects.toThrow(UsageError);
  await expect(start(endpoint.port)).rejects.toThrow(`Port ${endpoint.port} of 127.0.0.1 is in use`);
  await expect(start(70_000)).rejects.toThrow('The port must be 0 to 65535, not 70000.');
});

test('closing ends open connections of both protocols', async () => {
  const own = await start();
  const session = connectHttp2(own.url);
  const ended = new Promise<void>((resolve) => session.on('close', resolve));
  session.on('error', () => undefined);
  await new Promise<void>((resolve) => session.on('connect', () => resolve()));
  await new Promise<void>((resolve, reject) => session.ping((error) => (error === null ? resolve() : reject(error))));
  await own.close();
  await ended;
  expect(session.destroyed).toBe(true);
});
