import { KinesisClient } from '@aws-sdk/client-kinesis';
import { produce } from '../cli/producer';
import { Random } from '../corpora/random';
import { benchRecords } from './records';

/** The producer's own process: one message in, one message out, until the parent lets go of it. */
export interface IngestRequest {
  readonly endpoint: string;
  readonly streamName: string;
  readonly records: number;
}

export interface IngestAnswer {
  readonly acknowledged: number;
  readonly retried: number;
  readonly failed: number;
  readonly firstFailure?: string;
  readonly seconds: number;
}

const REGION = 'eu-west-1';
const random = new Random(1, 1);
const all = new Map<number, ReturnType<typeof benchRecords>>();

const ingest = async ({ endpoint, streamName, records: count }: IngestRequest): Promise<IngestAnswer> => {
  const records = all.get(count) ?? benchRecords(count);
  all.set(count, records);
  // Everything as the SDK has it by default; HTTP/2 among it.
  const client = new KinesisClient({ endpoint, region: REGION, credentials: { accessKeyId: 'bench', secretAccessKey: 'local' } });
  const start = performance.now();
  try {
    const produced = await produce({
      client,
      streamName,
      records,
      random: () => random.fraction(),
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    });
    return { ...produced, seconds: (performance.now() - start) / 1_000 };
  } finally {
    client.destroy();
  }
};

process.on('message', (request: IngestRequest) => {
  ingest(request).then(
    (answer) => process.send!(answer),
    (thrown: unknown) => {
      process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
      process.exitCode = 1;
      process.disconnect();
    },
  );
});
