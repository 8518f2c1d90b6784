import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { capture } from '../local/capture';
import { bundleOf } from '../local/function-code';
import type { Clock } from '../local/clock';
import { startEndpoint } from '../local/endpoint/endpoint';
import type { Graph } from '../local/graph';
import { resourcesOf } from '../local/graph';
import { DeliveryStandIn } from '../local/stand-ins/delivery/delivery-stand-in';
import { deliverySettings } from '../local/stand-ins/delivery/settings';
import { FunctionHost } from '../local/stand-ins/function/function-host';
import { s3Rest } from '../local/stand-ins/s3/rest';
import { S3StandIn } from '../local/stand-ins/s3/s3';
import { streamSettings } from '../local/stand-ins/stream/settings';
import { StreamStandIn } from '../local/stand-ins/stream/stream-stand-in';

export const CHECKOUT = resolve(__dirname, '..');

/** The half of the host that an event crosses on its way in: endpoint, stream, delivery with its transform, bucket. */
export interface Pipeline {
  readonly url: string;
  readonly streamName: string;
  readonly stream: StreamStandIn;
  readonly delivery: DeliveryStandIn;
  close(): Promise<void>;
}

/** The stack `prod`, whose stream is on demand, as the program declares it. Everything it writes is gone afterwards. */
export const startPipeline = async (clock: Clock): Promise<Pipeline> => {
  const graph = await capture({ stack: 'prod', projectDir: CHECKOUT });
  const { accountId, region } = graph;
  const dataDir = mkdtempSync(join(tmpdir(), 'lithify-bench-'));
  const trace = (): void => undefined;
  const streams = resourcesOf(graph, 'aws:kinesis/stream:Stream').map(streamSettings);
  const stream = new StreamStandIn({ streams, clock, dataDir, accountId });
  const s3 = new S3StandIn({ dataDir, buckets: namesOf(graph), clock, trace, region, accountId });
  let url = '';
  const functions = new FunctionHost({
    functions: resourcesOf(graph, 'aws:lambda/function:Function'),
    bundleOf,
    endpointUrl: () => url,
    region,
    clock,
    dataDir,
  });
  const delivery = new DeliveryStandIn({
    deliveries: resourcesOf(graph, 'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream').map(deliverySettings),
    clock,
    dataDir,
    region,
    accountId,
    streamWithArn: (arn) => stream.streamWithArn(arn),
    functions,
    sink: s3,
  });
  const endpoint = await startEndpoint({
    port: 0,
    accountId,
    roles: resourcesOf(graph, 'aws:iam/role:Role').map(({ outputs }) => String(outputs['arn'])),
    services: [stream.service, delivery.service],
    restRoutes: [],
    s3: s3Rest(s3, (thrown) => {
      throw thrown;
    }),
    admin: () => Promise.resolve({ status: 404, body: {} }),
    trace,
    clock,
  });
  url = endpoint.url;
  return {
    url,
    streamName: streams[0]!.name,
    stream,
    delivery,
    close: async () => {
      await endpoint.close();
      await delivery.close();
      await functions.close();
      await stream.close();
      s3.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

const namesOf = (graph: Graph): readonly string[] =>
  resourcesOf(graph, 'aws:s3/bucket:Bucket').map(({ inputs, outputs }) => String(inputs['bucket'] ?? outputs['bucket']));
