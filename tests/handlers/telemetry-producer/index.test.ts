import type { ProducerResult } from '../../../handlers/telemetry-producer/core';

const send = jest.fn<
  Promise<unknown>,
  [{ readonly input: { readonly Records: readonly { readonly PartitionKey: string }[] } }]
>();
jest.mock('@aws-sdk/client-kinesis', () => ({
  KinesisClient: jest.fn(() => ({ send })),
  PutRecordsCommand: jest.fn((input: unknown) => ({ input })),
}));
jest.spyOn(console, 'log').mockImplementation(() => undefined);

const run = async (event: unknown, remainingMillis: number | (() => number) = 30_000): Promise<ProducerResult> => {
  process.env['STREAM_NAME'] = 'points';
  process.env['PAUSE_SECONDS'] = '0';
  process.env['POINTS_PER_SEND'] = '4';
  const { handler } = await import('../../../handlers/telemetry-producer/index');
  const getRemainingTimeInMillis = typeof remainingMillis === 'number' ? () => remainingMillis : remainingMillis;
  return handler(event, { awsRequestId: 'request', getRemainingTimeInMillis });
};
const accepted = (records: readonly unknown[]) => ({ Records: records.map((_, index) => ({ SequenceNumber: String(index) })) });

describe('the function that produces positions', () => {
  beforeEach(() => send.mockReset());

  it('sends again only what was not taken, and counts what was', async () => {
    const keys: string[][] = [];
    send.mockImplementation(async ({ input: { Records } }) => {
      keys.push(Records.map(({ PartitionKey }) => PartitionKey));
      const results = accepted(Records).Records as { SequenceNumber?: string; ErrorCode?: string }[];
      if (keys.length === 1) results[2] = { ErrorCode: 'ProvisionedThroughputExceededException' };
      return { Records: results };
    });
    expect(await run({ seed: 's', points: 6 })).toEqual({
      seed: 's',
      acknowledged: 6,
      retried: 1,
      failed: 0,
      sends: 2,
      endedBy: 'points',
    });
    expect(keys.map((batch) => batch.length)).toEqual([4, 1, 2]);
    expect(keys[1]).toEqual([keys[0]![2]]);
  });

  it('stops before its time is up', async () => {
    send.mockImplementation(async ({ input: { Records } }) => accepted(Records));
    let left = 10_000;
    const result = await run({}, () => (left -= 1_000));
    expect(result).toMatchObject({ seed: 'request', endedBy: 'time', failed: 0 });
    expect(result.acknowledged).toBeGreaterThan(0);
    expect(left).toBeGreaterThan(1_000);
  });

  it('counts as failed what the stream never takes', async () => {
    send.mockImplementation(async ({ input: { Records } }) => ({
      Records: Records.map(() => ({ ErrorCode: 'ProvisionedThroughputExceededException' })),
    }));
    expect(await run({ points: 2 }, 3_500)).toMatchObject({ acknowledged: 0, failed: 2 });
  });

  it('throws where no try can help', async () => {
    send.mockRejectedValue(Object.assign(new Error('no such stream'), { name: 'ResourceNotFoundException' }));
    await expect(run({ points: 1 })).rejects.toThrow('no such stream');
    await expect(run({ points: -1 })).rejects.toThrow();
  });
});
