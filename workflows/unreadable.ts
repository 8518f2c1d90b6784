import { piecePrefix, rejectedPrefix } from '../contracts/lake';
import { HOUR_MILLIS, type Arrived } from './acknowledged';

/**
 * What objects that nobody can read may hold at most: all records that arrived in the hours in which theirs could. Hours that several objects
 * share count once.
 */

/** Records that arrived in an hour, by its beginning, ISO 8601. */
export type UnreadableHours = Readonly<Record<string, number>>;

interface StoredObject {
  readonly key: string;
  /** ISO 8601. */
  readonly lastModified: string;
}

/**
 * From a record's arrival to its object: Firehose buffers for up to 900 s, which its stages make half as much again, and tries a partition for
 * up to 7,200 s. https://docs.aws.amazon.com/firehose/latest/APIReference/API_RetryOptions.html
 */
const BUFFERED_MILLIS = 1.5 * 900_000;
const DELIVERED_MILLIS = BUFFERED_MILLIS + 7_200_000;
/** What routing rejected waited for a run before; nights may have failed. */
const ROUTED_MILLIS = 7 * 24 * HOUR_MILLIS + DELIVERED_MILLIS;

/** Whether nobody has noted when an object's records arrived: a piece has those of a late object, and may have been made long after. */
export const isPiece = (table: string, key: string): boolean => key.startsWith(piecePrefix(table));

export const UNREADABLE_PIECES = 'pieces of late objects are unreadable, and nobody has noted when their records arrived';

/** The beginning of its hour. */
export const hourOf = (millis: number): number => Math.floor(millis / HOUR_MILLIS) * HOUR_MILLIS;

/**
 * Firehose names an object by the arrival of its oldest record, UTC. Somebody may have written over it since, so that its last modification says
 * nothing of its records. https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
 */
const NAMED = /-(\d{4}-\d{2}-\d{2})-(\d{2})-(\d{2})-(\d{2})-[^/]*$/;

/** When an object may have been written first, milliseconds since the epoch. */
const writtenAt = ({ key, lastModified }: StoredObject): readonly number[] => {
  const [, date, hours, minutes, seconds] = NAMED.exec(key) ?? [];
  const named = Date.parse(`${date}T${hours}:${minutes}:${seconds}Z`) + BUFFERED_MILLIS;
  return Number.isNaN(named) ? [Date.parse(lastModified)] : [named, Date.parse(lastModified)];
};

const hoursOf = (table: string, object: StoredObject): readonly number[] => {
  const waited = object.key.startsWith(rejectedPrefix(table)) ? ROUTED_MILLIS : DELIVERED_MILLIS;
  return writtenAt(object).flatMap((written) => {
    const [first, last] = [hourOf(written - waited), hourOf(written)];
    return Array.from({ length: (last - first) / HOUR_MILLIS + 1 }, (_, index) => first + index * HOUR_MILLIS);
  });
};

/** The hour since which arrivals must be known; undefined without any object. */
export const unreadableSince = (table: string, objects: readonly StoredObject[]): number | undefined =>
  objects.length === 0 ? undefined : objects.reduce((least, object) => Math.min(least, ...hoursOf(table, object)), Infinity);

/** The hours that are known, with those of more objects. CloudWatch learns late and forgets: the most that it ever said of an hour counts. */
export const withUnreadable = (
  before: UnreadableHours,
  table: string,
  objects: readonly StoredObject[],
  arrived: Arrived,
): UnreadableHours => {
  const records = new Map<number, number>();
  for (const [start, count] of arrived) records.set(hourOf(start), (records.get(hourOf(start)) ?? 0) + count);
  const hours = new Set(Object.keys(before).map((hour) => Date.parse(hour)));
  for (const object of objects) for (const hour of hoursOf(table, object)) hours.add(hour);
  return Object.fromEntries(
    [...hours]
      .sort((left, right) => left - right)
      .map((hour) => [new Date(hour).toISOString(), records.get(hour) ?? 0] as const)
      .map(([hour, count]) => [hour, Math.max(count, before[hour] ?? 0)]),
  );
};

export const unreadableRecords = (hours: UnreadableHours): number =>
  Object.values(hours).reduce((total, records) => total + records, 0);
