import { KinesisClient, PutRecordsCommand, type PutRecordsRequestEntry } from '@aws-sdk/client-kinesis';
import type { Context } from 'aws-lambda';
import { producerEnvironmentSchema, telemetryEnvironment } from '../../contracts/telemetry';
import { isPassing } from '../aws/passing';
import { entriesOf, nextSend, pauseMillis, type ProducerResult, producerInputSchema, retryWait } from './core';

/**
 * Puts random positions on the stream, some at a time with a pause in between, and stops before its time is up. Throws where nothing could be
 * sent at all: no stream, no permission, wrong input.
 */
const client = new KinesisClient({});

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Entries that are not on the stream. PutRecords answers 200 with an error per record. */
const put = async (
  streamName: string,
  entries: readonly PutRecordsRequestEntry[],
): Promise<readonly PutRecordsRequestEntry[]> => {
  try {
    const { Records = [] } = await client.send(new PutRecordsCommand({ StreamName: streamName, Records: [...entries] }));
    return entries.filter((_, index) => Records[index]?.SequenceNumber === undefined);
  } catch (thrown) {
    if (!isPassing(thrown)) throw thrown;
    return entries;
  }
};

export const handler = async (event: unknown, context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>) => {
  const settings = telemetryEnvironment('telemetry-producer', producerEnvironmentSchema, process.env);
  const input = producerInputSchema.parse(event ?? {});
  const seed = input.seed ?? context.awsRequestId;
  const remaining = (): number => context.getRemainingTimeInMillis();
  const totals = { acknowledged: 0, retried: 0, failed: 0 };
  let [sent, sends, pause] = [0, 0, 0];
  for (;;) {
    const count = nextSend(input, sent, settings.POINTS_PER_SEND, remaining(), pause);
    if (count === 0) break;
    if (pause > 0) await sleep(pause);
    let left: readonly PutRecordsRequestEntry[] = entriesOf(seed, sent, count);
    for (let attempt = 1; ; attempt++) {
      left = await put(settings.STREAM_NAME, left);
      if (left.length === 0) break;
      const wait = retryWait(attempt, remaining(), Math.random());
      if (wait === undefined) break;
      totals.retried += left.length;
      await sleep(wait);
    }
    totals.acknowledged += count - left.length;
    totals.failed += left.length;
    sent += count;
    pause = pauseMillis(seed, ++sends, settings.PAUSE_SECONDS);
  }
  const result: ProducerResult = { seed, ...totals, sends, endedBy: sent === input.points ? 'points' : 'time' };
  console.log(JSON.stringify(result));
  return result;
};
