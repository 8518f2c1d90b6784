import type { FeedLayout } from './lake';
import type { AcceptedRecord, JudgedLine, JudgeSettings, Rejected } from './record-text';

/** A column of a table. */
export interface Column {
  readonly name: string;
  /** Hive type, as Glue has it. */
  readonly type: 'string' | 'bigint' | 'double';
  readonly comment: string;
}

/** Where a column's value comes from; a path is dotted (`member.id`). */
export type Reading =
  /** The text of a scalar member of the line. */
  | { readonly from: 'text'; readonly path: string; readonly lowerCase?: true }
  /** The same, as the column's number. */
  | { readonly from: 'number'; readonly path: string }
  /** A member that is ISO 8601 with an offset, as `yyyy-MM-ddTHH:mm:ss.SSSZ`. */
  | { readonly from: 'utc'; readonly path: string }
  /** The record as it was sent. */
  | { readonly from: 'payload' }
  /** SHA-256 of the record as it was sent, lower-case hexadecimal. */
  | { readonly from: 'hash' }
  /** How many records the row stands for. */
  | { readonly from: 'copies' }
  /** The UTC date of another column, which is ISO 8601 in UTC. */
  | { readonly from: 'date'; readonly of: string }
  /** Unix milliseconds of such a column. */
  | { readonly from: 'millis'; readonly of: string };

export interface FeedColumn extends Column {
  readonly reading: Reading;
}

/** What the delivery's Lambda does to each record. */
export interface Transform {
  /** Spliced in front of the record in this order; the last one is the arrival, ISO 8601, UTC, milliseconds. */
  readonly addedFields: readonly string[];
  /** Pure: the same record with the same arrival always becomes the same line. `arrivalMillis` is epoch. */
  readonly judgeRecord: (text: string, arrivalMillis: number, settings: JudgeSettings) => AcceptedRecord | Rejected;
}

/**
 * A feed is one kind of record with its sources, transform, prefixes, key, scope of de-duplication, partition columns and
 * curated columns, declared once. Infrastructure, SQL, lifecycle and compaction read it from here.
 */
export interface Feed extends FeedLayout {
  /** Also the name of the curated table and of the feed's prefixes. Lower case, for SQL without quotes. */
  readonly name: string;
  /** What one record is called, in the singular: `event`. */
  readonly record: string;
  /** One sentence for people, without a full stop. */
  readonly description: string;
  /** A stream, a delivery stream that takes records directly, or both. */
  readonly sources: { readonly stream: boolean; readonly direct: boolean };
  /** Undefined: records land as they were sent, so a producer ends each with a newline. */
  readonly transform: Transform | undefined;
  /** How one line of raw is judged: its own partition, or why it cannot be used. */
  readonly judgeLine: (line: string) => JudgedLine | Rejected;
  /** Whichever is met first triggers a delivery. A stack may choose others. */
  readonly buffer: { readonly mebibytes: number; readonly seconds: number };
  /** The types that are expected, where the feed has types; any other is late. Undefined: all. */
  readonly types?: readonly string[];
  /**
   * Columns that tell records apart, or none: equal records are then counted, never merged. `all time`: the key fixes the partition, so
   * one partition at a time is enough. `partition`: the same record in two partitions is two rows.
   */
  readonly key: { readonly columns: readonly string[]; readonly scope: 'all time' | 'partition' } | 'none';
  /** The column whose first part, lower-cased, is the type; where the feed has types. */
  readonly typedBy?: string;
  /** A type, where the feed has one, and last the date: one or two. */
  readonly partitionColumns: readonly FeedColumn[];
  /** Columns of `<name>_raw` and `<name>_late` (JSON SerDe): the fields that every record has. */
  readonly rawColumns: readonly Column[];
  /** Columns of the Parquet table, partition columns apart. One of them is `copies`, one `payload`. */
  readonly curatedColumns: readonly FeedColumn[];
  /** The column that Athena buckets by: many values, in every row. */
  readonly bucketColumn: string;
}

/** The column before the date; undefined where a feed is partitioned by date alone. */
export const typeColumn = ({ partitionColumns }: Pick<FeedLayout, 'partitionColumns'>): string | undefined =>
  partitionColumns.at(-2)?.name;

export const dateColumn = ({ partitionColumns }: Pick<FeedLayout, 'partitionColumns'>): string =>
  partitionColumns.at(-1)?.name ?? '';

/** The field with the arrival time; undefined without a transform. */
export const arrivalField = ({ transform }: Pick<Feed, 'transform'>): string | undefined => transform?.addedFields.at(-1);

export const column = (name: string, type: Column['type'], comment: string): Column => ({ name, type, comment });

export const read = (name: string, type: Column['type'], reading: Reading, comment: string): FeedColumn => ({
  name,
  type,
  comment,
  reading,
});

/** The two columns that every curated table has. */
export const COPIES = read('copies', 'bigint', { from: 'copies' }, 'How many times the record arrived');
export const PAYLOAD = read('payload', 'string', { from: 'payload' }, 'The record as sent: JSON text without the added fields');
