import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { GetBucketLifecycleConfigurationCommand, type LifecycleRule, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { accountsKey, errorsPrefix, piecePrefix } from '../../contracts/lake';
import { readArrivals } from '../../handlers/aws/arrivals';
import type { LakeObjects, ListedObject } from '../../handlers/aws/objects';
import {
  accountsSchema,
  arrivedInAll,
  arrivedSince,
  firstArrival,
  type Accounts,
  type RecordSource,
} from '../../workflows/acknowledged';
import { isPiece, unreadableRecords, unreadableSince, withUnreadable } from '../../workflows/unreadable';

/** What a producer put, and was told that it is kept, with the delivery stream that brings it to raw. */
export type DeliveredSource = RecordSource & { readonly delivery: string };

const feedOutputsSchema = z.object({
  streamName: z.string().optional(),
  deliveryStreamName: z.string(),
  directDeliveryStreamName: z.string().optional(),
});

/** Where a feed's records come in, by the outputs of the stack. */
export const recordSources = (outputs: Readonly<Record<string, unknown>>, feed: string): readonly DeliveredSource[] => {
  const byFeed = z.record(z.string(), z.looseObject({})).safeParse(outputs['feeds']).data;
  const { streamName, deliveryStreamName, directDeliveryStreamName } = feedOutputsSchema.parse(byFeed?.[feed] ?? outputs);
  return [
    streamName === undefined
      ? { kind: 'delivery', name: deliveryStreamName, delivery: deliveryStreamName }
      : { kind: 'stream', name: streamName, delivery: deliveryStreamName },
    ...(directDeliveryStreamName === undefined
      ? []
      : [{ kind: 'delivery' as const, name: directDeliveryStreamName, delivery: directDeliveryStreamName }]),
  ];
};

/** How many records unreadable objects may hold at most: those of the account, and others as they are listed. */
export const heldByUnreadable = async (
  client: Pick<CloudWatchClient, 'send'>,
  sources: readonly RecordSource[],
  feed: string,
  accounts: Accounts | undefined,
  others: readonly ListedObject[],
  nowMillis: number,
): Promise<number> => {
  const known = accounts?.unreadableHours ?? {};
  const dated = others.filter(({ key }) => !isPiece(feed, key));
  if (dated.length === 0) return unreadableRecords(known);
  const { hours } = await readArrivals(client, sources, unreadableSince(feed, dated), nowMillis);
  return unreadableRecords(withUnreadable(known, feed, dated, hours));
};

const DAY = 24 * 3_600_000;

/** The account that the runs keep; undefined before the first one. */
export const readAccounts = (objects: LakeObjects, feed: string): Promise<Accounts | undefined> =>
  objects.readJson(accountsKey(feed), accountsSchema);

export interface Acknowledged {
  /** Records acknowledged, as far back as the account and CloudWatch remember. */
  readonly records: number;
  /** Those of them that arrived within the window before now. */
  readonly recent: number;
  /** Milliseconds since the epoch; undefined where there was none, or the account knows better. */
  readonly firstMillis: number | undefined;
}

/** What was acknowledged: by the runs' account up to where it reaches, and by CloudWatch since. */
export const acknowledgedOf = async (
  client: Pick<CloudWatchClient, 'send'>,
  sources: readonly RecordSource[],
  accounts: Accounts | undefined,
  nowMillis: number,
  recentMillis: number,
): Promise<Acknowledged> => {
  const since = accounts === undefined ? undefined : Date.parse(accounts.until);
  const arrivals = await readArrivals(client, sources, since, nowMillis);
  return {
    records: (accounts?.acknowledged ?? 0) - (accounts?.unexplained ?? 0) + arrivedInAll(arrivals),
    recent: arrivedSince(arrivals, nowMillis - recentMillis, nowMillis),
    firstMillis: accounts === undefined ? firstArrival(arrivals) : undefined,
  };
};

/** Days after which what accounts for a record is forgotten: errors and markers leave by the bucket's own lifecycle. Undefined: never. */
export const forgottenAfterDays = async (
  s3: Pick<S3Client, 'send'>,
  bucket: string,
  feed: string,
): Promise<number | undefined> => {
  const days = (await rulesOf(s3, bucket)).flatMap(({ Status, Filter, Expiration }) => {
    const prefix = Filter?.Prefix ?? '';
    const covers = [errorsPrefix(feed), piecePrefix(feed)].some((one) => one.startsWith(prefix) || prefix.startsWith(one));
    return Status === 'Enabled' && covers && Expiration?.Days !== undefined ? [Expiration.Days] : [];
  });
  return days.length === 0 ? undefined : Math.min(...days);
};

const rulesOf = async (s3: Pick<S3Client, 'send'>, bucket: string): Promise<readonly LifecycleRule[]> => {
  try {
    return (await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }))).Rules ?? [];
  } catch (thrown) {
    if ((thrown as { readonly name?: unknown }).name === 'NoSuchLifecycleConfiguration') return [];
    throw thrown;
  }
};

/** The sentence for records that are older than what accounts for them, in a lake without an account, or with one that no run could judge yet. */
export const forgottenSince = (
  accounts: Pick<Accounts, 'unexplained'> | undefined,
  firstMillis: number | undefined,
  days: number | undefined,
  nowMillis: number,
): string | undefined =>
  accounts?.unexplained === null
    ? 'the lake is older than its account, and no run could judge yet what had been forgotten before'
    : firstMillis !== undefined && days !== undefined && nowMillis - firstMillis > days * DAY
      ? `errors and markers are kept for ${days} days, the first record is older, and no run has counted them`
      : undefined;
