import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { MAX_BATCH_RECORDS } from '../cli/producer';
import { WallClock } from '../local/clock';
import type { IngestAnswer, IngestRequest } from './ingest-client';
import type { Benchmark } from './measurement';
import { startNullEndpoint } from './null-endpoint';
import { startPipeline } from './pipeline';
import { benchRecords, meanBytes } from './records';

const RECORDS = 60_000;
const ROUNDS = 5;

/**
 * Through the wire: a process with the real SDK puts, this process takes, and delivers at its own pace what it took. The reference is
 * the same client at an endpoint that does nothing; it goes first, while there is nothing to deliver.
 */
export const ingestBenchmark: Benchmark = {
  name: 'ingest',
  run: async () => {
    const client = fork(join(__dirname, 'ingest-client.ts'), [], { execArgv: ['--require', require.resolve('tsx/cjs')] });
    try {
      const nothing = await startNullEndpoint(MAX_BATCH_RECORDS);
      const reference = await rounds(client, { endpoint: nothing.url, streamName: 'none', records: RECORDS });
      await nothing.close();
      const pipeline = await startPipeline(new WallClock());
      try {
        const { url: endpoint, streamName } = pipeline;
        const measured = await rounds(client, { endpoint, streamName, records: RECORDS });
        return [
          {
            name: 'ingest',
            what: `SDK over HTTP/2, PutRecords of ${MAX_BATCH_RECORDS} x ${meanBytes(benchRecords(1_000))} B, delivery running`,
            unit: 'records/s',
            rounds: measured,
            reference: { what: 'the same client at an endpoint that does nothing', rounds: reference },
          },
        ];
      } finally {
        await pipeline.close();
      }
    } finally {
      if (client.connected) client.disconnect();
    }
  },
};

/** The first round warms both sides up and does not count. */
const rounds = async (client: ChildProcess, request: IngestRequest): Promise<readonly number[]> => {
  const rates: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const { acknowledged, failed, firstFailure, seconds } = await ask(client, request);
    if (failed > 0 || acknowledged !== request.records) {
      throw new Error(`${acknowledged} of ${request.records} records were acknowledged: ${firstFailure ?? 'no reason given'}`);
    }
    if (round >= 0) rates.push(acknowledged / seconds);
  }
  return rates;
};

const ask = async (client: ChildProcess, request: IngestRequest): Promise<IngestAnswer> => {
  const over = new AbortController();
  const answered = once(client, 'message', { signal: over.signal });
  const gone = once(client, 'exit', { signal: over.signal }).then(([code]): never => {
    throw new Error(`the client ended with ${String(code)}`);
  });
  client.send(request);
  try {
    const [answer] = (await Promise.race([answered, gone])) as [IngestAnswer];
    return answer;
  } finally {
    // The one that lost rejects when it is called off, and nobody waits for it any more.
    void Promise.allSettled([answered, gone]);
    over.abort();
  }
};
