import type { FirehoseClient } from '@aws-sdk/client-firehose';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import {
  deliveryDestination,
  existingDelivery,
  existingStream,
  MAX_DELIVERY_BATCH_BYTES,
  MAX_DELIVERY_RECORD_BYTES,
  type Destination,
  type ProducerRecord,
} from '../../cli/destination';
import { batchesOf, send } from '../../cli/sending';

type Sent = { readonly input: Readonly<Record<string, unknown>>; readonly constructor: { readonly name: string } };
const clientOf = <T>(answer: (command: Sent) => object) => ({ send: async (command: Sent) => answer(command) }) as unknown as T;
const notFound = () => Object.assign(new Error('not found'), { name: 'ResourceNotFoundException', $fault: 'client' });

const records = (count: number, bytes = 10): ProducerRecord[] =>
  Array.from({ length: count }, (_, index) => ({ data: String(index).padEnd(bytes, ' '), partitionKey: '' }));

const sending = (destination: Destination, list: readonly ProducerRecord[]) => {
  const refused: string[] = [];
  const waits: number[] = [];
  return {
    refused,
    waits,
    result: send({
      destination,
      batches: batchesOf(list, destination, 500, (reason) => refused.push(reason)),
      random: () => 0.5,
      sleep: async (milliseconds) => void waits.push(milliseconds),
    }),
  };
};

describe('a delivery stream', () => {
  it('is sent only the records again that it did not take', async () => {
    const requests: string[][] = [];
    const client = clientOf<FirehoseClient>(({ input }) => {
      const data = (input['Records'] as { Data: Buffer }[]).map(({ Data }) => String(Data).trim());
      requests.push(data);
      const results = data.map((text, index) =>
        requests.length === 1 && Number(text) % 2 === 1
          ? { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' }
          : { RecordId: `r${index}` },
      );
      return { FailedPutCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length, RequestResponses: results };
    });
    const { result, waits } = sending(deliveryDestination(client, 'films'), records(6));
    expect(await result).toEqual({ acknowledged: 6, retried: 3, failed: 0 });
    expect(requests).toEqual([
      ['0', '1', '2', '3', '4', '5'],
      ['1', '3', '5'],
    ]);
    expect(waits).toEqual([50]);
  });

  it('gives up on what is never taken, and says why', async () => {
    const client = clientOf<FirehoseClient>(({ input }) => ({
      RequestResponses: (input['Records'] as unknown[]).map((_, index) =>
        index === 0 ? { ErrorCode: 'InternalFailure', ErrorMessage: 'x' } : { RecordId: 'r' },
      ),
    }));
    const { result } = sending(deliveryDestination(client, 'films'), records(3));
    expect(await result).toEqual({ acknowledged: 2, retried: 9, failed: 1, firstFailure: 'InternalFailure: x' });
  });

  it('takes 4 MiB to a request and 1,000 KiB to a record', async () => {
    const sizes: number[] = [];
    const client = clientOf<FirehoseClient>(({ input }) => {
      const data = input['Records'] as { Data: Buffer }[];
      sizes.push(data.reduce((sum, { Data }) => sum + Data.length, 0));
      return { RequestResponses: data.map(() => ({ RecordId: 'r' })) };
    });
    const big = MAX_DELIVERY_RECORD_BYTES;
    const { result, refused } = sending(deliveryDestination(client, 'films'), [...records(9, big), ...records(1, big + 1)]);
    expect(await result).toMatchObject({ acknowledged: 9, failed: 0 });
    expect(sizes).toEqual([4 * big, 4 * big, big]);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_DELIVERY_BATCH_BYTES);
    expect(refused).toEqual([`A record of ${big + 1} bytes must be at most ${big} bytes, its partition key included.`]);
  });
});

describe('a destination', () => {
  const kinesis = (status: string | undefined) =>
    clientOf<KinesisClient>(({ constructor }) => {
      if (constructor.name === 'ListStreamsCommand') return { StreamNames: ['a', 'b'] };
      if (status === undefined) throw notFound();
      return { StreamDescriptionSummary: { StreamStatus: status } };
    });
  const firehose = (description: object | undefined, names: readonly string[] = []) =>
    clientOf<FirehoseClient>(({ constructor }) => {
      if (constructor.name === 'ListDeliveryStreamsCommand') return { DeliveryStreamNames: names };
      if (description === undefined) throw notFound();
      return { DeliveryStreamDescription: description };
    });

  it('is there before anything is sent', async () => {
    expect((await existingStream(kinesis('ACTIVE'), 'a')).description).toBe('stream a');
    const active = { DeliveryStreamType: 'DirectPut', DeliveryStreamStatus: 'ACTIVE' };
    expect((await existingDelivery(firehose(active), 'f')).description).toBe('delivery stream f');
  });

  it.each([
    ['there is no stream "x"; there is a, b.', () => existingStream(kinesis(undefined), 'x')],
    ['stream "a" is DELETING, not ACTIVE.', () => existingStream(kinesis('DELETING'), 'a')],
    ['there is no delivery stream "x"; there is f, g.', () => existingDelivery(firehose(undefined, ['f', 'g']), 'x')],
    ['there is no delivery stream "x"; there is no delivery stream at all.', () => existingDelivery(firehose(undefined), 'x')],
    [
      'delivery stream "f" reads a stream and takes no records itself; produce to the stream.',
      () => existingDelivery(firehose({ DeliveryStreamType: 'KinesisStreamAsSource', DeliveryStreamStatus: 'ACTIVE' }), 'f'),
    ],
    [
      'delivery stream "f" is CREATING, not ACTIVE.',
      () => existingDelivery(firehose({ DeliveryStreamType: 'DirectPut', DeliveryStreamStatus: 'CREATING' }), 'f'),
    ],
  ])('%s', async (message, look) => {
    await expect(look()).rejects.toThrow(message);
    await expect(look()).rejects.toMatchObject({ code: 'usage' });
  });
});
