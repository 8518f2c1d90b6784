import type {
  PutRecordsCommandInput,
  PutRecordsCommandOutput,
  PutRecordsResultEntry,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import type { ProduceOptions, ProducerRecord } from '../../cli/producer';
import { MAX_BATCH_BYTES, MAX_RECORD_BYTES, produce } from '../../cli/producer';
import { Random } from '../../corpora/random';

const serviceError = (name: string, status: number): Error =>
  Object.assign(new Error(`${name}!`), { name, $metadata: { httpStatusCode: status } });

/** A stream that answers request by request as `answer` says, and notes what it took. */
const stream = (answer: (keys: readonly string[], request: number) => readonly boolean[] | Error) => {
  const requests: PutRecordsCommandInput[] = [];
  const taken: string[] = [];
  let [open, mostOpen] = [0, 0];
  const send = async (command: PutRecordsCommand): Promise<PutRecordsCommandOutput> => {
    mostOpen = Math.max(mostOpen, ++open);
    await new Promise((resolve) => setImmediate(resolve));
    open--;
    const keys = (command.input.Records ?? []).map(({ PartitionKey }) => PartitionKey!);
    const accepted = answer(keys, requests.push(command.input) - 1);
    if (accepted instanceof Error) throw accepted;
    taken.push(...keys.filter((_, index) => accepted[index]));
    const results = accepted.map((ok, index): PutRecordsResultEntry =>
      ok
        ? { SequenceNumber: String(index), ShardId: 's' }
        : { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'Rate exceeded' },
    );
    return {
      $metadata: {},
      Records: results,
      FailedRecordCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length,
    };
  };
  return { client: { send } as unknown as ProduceOptions['client'], requests, taken, mostOpen: () => mostOpen };
};

const records = (count: number): ProducerRecord[] =>
  Array.from({ length: count }, (_, index) => ({ data: `data-${index}`, partitionKey: `key-${index}` }));
const keysOf = (list: readonly ProducerRecord[]): string[] => list.map(({ partitionKey }) => partitionKey);
const all = (keys: readonly string[]): boolean[] => keys.map(() => true);

const producing = (client: ProduceOptions['client'], list: ProduceOptions['records'], more: Partial<ProduceOptions> = {}) => {
  const random = new Random(1);
  const waits: number[] = [];
  const sleep = (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
    return Promise.resolve();
  };
  return {
    waits,
    result: produce({ client, streamName: 'events', records: list, random: () => random.fraction(), sleep, ...more }),
  };
};

describe('the producer', () => {
  it('sends at most 500 records per request, a few requests at a time', async () => {
    const { client, requests, taken, mostOpen } = stream(all);
    const progress: number[] = [];
    const { result } = producing(client, records(2_301), {
      inFlight: 3,
      onProgress: ({ acknowledged }) => progress.push(acknowledged),
    });
    expect(await result).toEqual({ acknowledged: 2_301, retried: 0, failed: 0 });
    expect(requests.map(({ Records }) => Records!.length)).toEqual([500, 500, 500, 500, 301]);
    expect(requests.every(({ StreamName }) => StreamName === 'events')).toBe(true);
    expect([...taken].sort()).toEqual(keysOf(records(2_301)).sort());
    expect(mostOpen()).toBe(3);
    expect(progress.at(-1)).toBe(2_301);
  });

  it('sends at most 5 MiB per request', async () => {
    const { client, requests } = stream(all);
    const list = Array.from({ length: 12 }, (_, index) => ({ data: 'x'.repeat(1_000_000), partitionKey: String(index) }));
    expect(await producing(client, list).result).toMatchObject({ acknowledged: 12 });
    for (const { Records } of requests) {
      const bytes = Records!.reduce((sum, { Data, PartitionKey }) => sum + Data!.length + PartitionKey!.length, 0);
      expect(bytes).toBeLessThanOrEqual(MAX_BATCH_BYTES);
    }
    expect(requests.map(({ Records }) => Records!.length)).toEqual([5, 5, 2]);
  });

  it('sends only the failed records again, each until it is acknowledged', async () => {
    const { client, requests, taken } = stream((keys, request) => keys.map((_, index) => request >= 3 || index % 3 === 0));
    const { result, waits } = producing(client, records(30), { inFlight: 1 });
    expect(await result).toEqual({ acknowledged: 30, retried: 20 + 13 + 8, failed: 0 });
    expect(requests.map(({ Records }) => Records!.length)).toEqual([30, 20, 13, 8]);
    expect([...taken].sort()).toEqual(keysOf(records(30)).sort());
    expect(waits).toHaveLength(3);
    waits.forEach((wait, index) => expect(wait).toBeLessThan(100 * 2 ** index));
  });

  it.each([
    serviceError('ProvisionedThroughputExceededException', 400),
    serviceError('InternalFailure', 500),
    Object.assign(new Error('gone'), { code: 'ECONNRESET' }),
  ])('sends a whole request again after %s', async (error) => {
    const { client, taken } = stream((keys, request) => (request < 2 ? error : all(keys)));
    expect(await producing(client, records(5)).result).toEqual({ acknowledged: 5, retried: 10, failed: 0 });
    expect(taken).toEqual(keysOf(records(5)));
  });

  it('gives up after so many sendings, and says why', async () => {
    const { client, requests } = stream((keys) => keys.map((key) => key !== 'key-3'));
    const { result } = producing(client, records(5), { maxAttempts: 4 });
    const firstFailure = 'ProvisionedThroughputExceededException: Rate exceeded';
    expect(await result).toEqual({ acknowledged: 4, retried: 3, failed: 1, firstFailure });
    expect(requests).toHaveLength(4);
  });

  it('throws where trying again cannot help', async () => {
    const { client, requests } = stream(() => serviceError('ResourceNotFoundException', 400));
    await expect(producing(client, records(5_000), { inFlight: 1 }).result).rejects.toThrow('ResourceNotFoundException!');
    expect(requests).toHaveLength(1);
  });

  it('counts a record that is too large as failed and sends the others', async () => {
    const { client, taken } = stream(all);
    const large = (bytes: number, partitionKey: string): ProducerRecord => ({ data: Buffer.alloc(bytes, 'x'), partitionKey });
    const list = [large(MAX_RECORD_BYTES - 1, 'a'), large(MAX_RECORD_BYTES, 'b'), large(1, 'c')];
    expect(await producing(client, list).result).toMatchObject({
      acknowledged: 2,
      failed: 1,
      firstFailure: expect.stringContaining('1048577 bytes') as string,
    });
    expect(taken).toEqual(['a', 'c']);
  });

  it('keeps to its rate', async () => {
    let now = 0;
    const sleep = (milliseconds: number): Promise<void> => {
      now += milliseconds;
      return Promise.resolve();
    };
    const { client } = stream(all);
    const { result } = producing(client, records(1_000), { ratePerSecond: 100, sleep, now: () => now });
    expect(await result).toMatchObject({ acknowledged: 1_000 });
    // The last batch starts when its first record is due.
    expect(now).toBeCloseTo(9_750, 6);
  });

  it('takes records as they come, and none at all', async () => {
    const { client } = stream(all);
    async function* coming(): AsyncGenerator<ProducerRecord> {
      yield* records(3);
      await Promise.resolve();
    }
    expect(await producing(client, coming()).result).toMatchObject({ acknowledged: 3 });
    expect(await producing(client, []).result).toEqual({ acknowledged: 0, retried: 0, failed: 0 });
  });
});
