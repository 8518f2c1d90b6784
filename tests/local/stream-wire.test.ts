import { gunzipSync } from 'node:zlib';
import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import { accessKeyIdOf } from '../../local/caller';
import { type Endpoint, startEndpoint } from '../../local/endpoint/endpoint';
import { ACCOUNT, DeliveryHost, deliveryResource, plain, START } from './delivery-host';

/** The JavaScript SDK with its defaults (HTTP/2 for Kinesis) against the stand-ins on their port. */
describe('the stream and the delivery stream over the wire', () => {
  let host: DeliveryHost;
  let endpoint: Endpoint;
  let client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly maxAttempts: number;
  };
  const role = `arn:aws:iam::${ACCOUNT}:role/producer`;

  beforeAll(async () => {
    host = new DeliveryHost(deliveryResource({}, plain(), true));
    endpoint = await startEndpoint({
      port: 0,
      accountId: ACCOUNT,
      roles: [role],
      services: [host.stream.service, host.delivery.service],
      restRoutes: [],
      s3: () => Promise.reject(new Error('not in this test')),
      admin: () => Promise.reject(new Error('not in this test')),
      trace: () => undefined,
      clock: host.clock,
    });
    client = {
      endpoint: endpoint.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: accessKeyIdOf(role), secretAccessKey: 'x' },
      maxAttempts: 1,
    };
  });
  afterAll(async () => {
    await endpoint.close();
    await host.remove();
  });

  it('takes and gives records', async () => {
    const kinesis = new KinesisClient(client);
    try {
      const Records = ['one', 'zwei', 'drei ü'].map((text) => ({ PartitionKey: text, Data: Buffer.from(text) }));
      expect(await kinesis.send(new PutRecordsCommand({ StreamName: 'events', Records }))).toMatchObject({
        FailedRecordCount: 0,
      });
      const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: 'events' }));
      const texts: string[] = [];
      for (const { ShardId } of Shards) {
        const position = { StreamName: 'events', ShardId, ShardIteratorType: 'TRIM_HORIZON' as const };
        const { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(position));
        const got = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
        for (const record of got.Records ?? []) {
          expect(record.ApproximateArrivalTimestamp?.getTime()).toBe(START);
          texts.push(Buffer.from(record.Data!).toString());
        }
      }
      expect(texts.sort()).toEqual(['drei ü', 'one', 'zwei']);
      const summary = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: 'events' }));
      expect(summary.StreamDescriptionSummary).toMatchObject({ OpenShardCount: 2, StreamStatus: 'ACTIVE' });
      await expect(kinesis.send(new PutRecordsCommand({ StreamName: 'other', Records }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    } finally {
      kinesis.destroy();
    }
  });

  it('delivers direct puts', async () => {
    const firehose = new FirehoseClient(client);
    try {
      const Records = ['a\n', 'b\n'].map((text) => ({ Data: Buffer.from(text) }));
      const put = await firehose.send(new PutRecordBatchCommand({ DeliveryStreamName: 'delivery', Records }));
      expect(put.RequestResponses).toHaveLength(2);
      await host.clock.advance(120_000);
      expect([...host.objects.values()].map((body) => gunzipSync(body).toString())).toEqual(['a\nb\n']);
    } finally {
      firehose.destroy();
    }
  });
});
