import { AwsError } from '../../aws-error';

/** What a shard iterator stands for: the next record to read. Opaque on the wire; callers must not look inside. */
export interface ShardIterator {
  readonly stream: string;
  readonly shard: number;
  readonly ordinal: number;
  readonly issuedMillis: number;
}

/** "Shard iterators expire 5 minutes after they are returned." https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html */
const LIFETIME_MILLIS = 300_000;

export const encodeIterator = ({ stream, shard, ordinal, issuedMillis }: ShardIterator): string =>
  Buffer.from(JSON.stringify([stream, shard, ordinal, issuedMillis])).toString('base64');

export const decodeIterator = (text: string, nowMillis: number): ShardIterator => {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch {
    // Not JSON: not one of ours, which is what the next line says.
  }
  if (!Array.isArray(parts) || parts.length !== 4) throw new AwsError('InvalidArgumentException', 'Invalid ShardIterator.');
  const [stream, shard, ordinal, issuedMillis] = parts as [string, number, number, number];
  if (nowMillis - issuedMillis > LIFETIME_MILLIS) {
    const [issued, now] = [new Date(issuedMillis).toISOString(), new Date(nowMillis).toISOString()];
    throw new AwsError(
      'ExpiredIteratorException',
      `Iterator expired. The iterator was created at time ${issued} while right now it is ${now} which is further in the future than the tolerated delay of ${LIFETIME_MILLIS} milliseconds.`,
    );
  }
  return { stream, shard, ordinal, issuedMillis };
};
