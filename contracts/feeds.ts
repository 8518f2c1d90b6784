import { judgeLine, type JudgedLine, type Rejected } from './event';
import type { FeedLayout } from './lake';

/**
 * A feed is one kind of record with its sources, transform, prefixes, key, scope of de-duplication, partition columns and
 * curated columns, declared once. Infrastructure, SQL, lifecycle and compaction read it from here.
 */
export interface Column {
  readonly name: string;
  /** Hive type, as Glue has it. */
  readonly type: 'string' | 'bigint';
  readonly comment: string;
}

export interface Feed extends FeedLayout {
  /** Also the name of the curated table and of the feed's prefixes. */
  readonly name: string;
  /** How one line of raw is judged: its own partition, or why it cannot be used. */
  readonly judgeLine: (line: string) => JudgedLine | Rejected;
  /** The transform's four fields, spliced in front of the record in this order. */
  readonly addedFields: readonly string[];
  /** A type, where the feed has one, and last the date: one or two. */
  readonly partitionColumns: readonly Column[];
  /** Columns of `<name>_raw` and `<name>_late` (JSON SerDe): the fields that every record has. */
  readonly rawColumns: readonly Column[];
  /** Columns of the Parquet table, partition columns apart. */
  readonly curatedColumns: readonly Column[];
  /** The column that Athena buckets by: many values, in every row. */
  readonly bucketColumn: string;
}

const column = (name: string, type: Column['type'], comment: string): Column => ({ name, type, comment });

const EVENT_UUID = column('event_uuid', 'string', 'Unique identifier of the event; with type and creation time, the key');
const EVENT_NAME = column('event_name', 'string', 'Name as sent: parts separated by colons, the first is the type');
const CREATED_DATETIME = column('created_datetime', 'string', 'Creation time, ISO 8601, UTC, milliseconds');
const EVENT_SUBTYPE = column('event_subtype', 'string', 'Second part of the name as sent, or null');
const INGESTED_AT = column('ingested_at', 'string', 'Arrival on the stream, ISO 8601, UTC, milliseconds');

export const EVENTS: Feed = {
  name: 'events',
  rawPrefix: 'raw/events/',
  judgeLine,
  addedFields: ['created_datetime', 'event_type', 'event_subtype', 'ingested_at'],
  partitionColumns: [
    column('event_type', 'string', 'First part of the name, lower-cased'),
    column('created_date', 'string', 'UTC date of creation, yyyy-MM-dd'),
  ],
  rawColumns: [
    EVENT_UUID,
    EVENT_NAME,
    column('created_at', 'string', 'Creation time as sent: Unix seconds or milliseconds'),
    CREATED_DATETIME,
    EVENT_SUBTYPE,
    INGESTED_AT,
  ],
  curatedColumns: [
    EVENT_UUID,
    EVENT_NAME,
    column('created_at', 'bigint', 'Creation time, Unix milliseconds'),
    CREATED_DATETIME,
    EVENT_SUBTYPE,
    INGESTED_AT,
    column('copies', 'bigint', 'How many times the event arrived'),
    column('payload', 'string', 'The record as sent: JSON text without the added fields'),
  ],
  bucketColumn: 'event_uuid',
};

export const FEEDS: Readonly<Record<string, Feed>> = { events: EVENTS };
export const FEED_NAMES = ['events'] as const;
export type FeedName = (typeof FEED_NAMES)[number];

/** The column before the date; undefined where a feed is partitioned by date alone. */
export const typeColumn = ({ partitionColumns }: Pick<Feed, 'partitionColumns'>): string | undefined =>
  partitionColumns.at(-2)?.name;

export const dateColumn = ({ partitionColumns }: Pick<Feed, 'partitionColumns'>): string => partitionColumns.at(-1)?.name ?? '';

/** Throws RangeError. */
export const feedNamed = (name: string): Feed => {
  const feed = FEEDS[name];
  if (feed === undefined) throw new RangeError(`unknown feed "${name}"; known: ${FEED_NAMES.join(', ')}`);
  return feed;
};
