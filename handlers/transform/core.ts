import { isUtf8 } from 'node:buffer';
import type { Feed } from '../../contracts/feed';
import { isLate, type Partition } from '../../contracts/lake';
import { MAX_LINE_BYTES, type JudgeSettings, type RejectCode } from '../../contracts/record-text';

/**
 * Firehose's transform: records of the stream in, one verdict per record out, all of them, in their order. Pure and deterministic:
 * Firehose may send a batch again, and the same record must become the same line. A bad record is `ProcessingFailed` with its original
 * data, which Firehose keeps under the errors prefix; nothing is ever `Dropped`, and nothing in a record makes this throw.
 * https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
 */
export interface TransformEvent {
  readonly records: readonly TransformRecord[];
}

export interface TransformRecord {
  readonly recordId: string;
  /** Epoch milliseconds. */
  readonly approximateArrivalTimestamp: number;
  /** Base64. */
  readonly data: string;
  /** Only with a stream as the source. */
  readonly kinesisRecordMetadata?: { readonly approximateArrivalTimestamp: number };
}

export interface TransformResponse {
  readonly records: readonly TransformVerdict[];
}

export type TransformVerdict =
  | {
      readonly recordId: string;
      readonly result: 'Ok';
      readonly data: string;
      /** Only where the delivery partitions by it. */
      readonly metadata?: { readonly partitionKeys: Partition };
    }
  | { readonly recordId: string; readonly result: 'ProcessingFailed'; readonly data: string };

/** Why a record has its verdict; `late` went to the late partition, `overflow` is a good record that no longer fits into the response. */
export type VerdictCode = 'onTime' | 'late' | 'utf8' | 'overflow' | RejectCode;

/** What the transform needs to know of its feed. */
export type TransformedFeed = Pick<Feed, 'name' | 'transform' | 'rawLayout'>;

export interface Transformed {
  readonly response: TransformResponse;
  /** Records per verdict. */
  readonly counts: Readonly<Record<string, number>>;
  /** The first reason of each kind of rejection, one sentence. */
  readonly reasons: Readonly<Record<string, string>>;
}

/**
 * Bytes of JSON that a function may answer when it is invoked synchronously. A larger response fails the whole batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MAX_RESPONSE_BYTES = 6 * 1024 * 1024;

export const transform = (feed: TransformedFeed, event: TransformEvent, settings: JudgeSettings): TransformResponse =>
  transformed(feed, event, settings).response;

/**
 * The same with an account of it. Room is kept for every record's original data; a good record takes the difference to its line as long as there is
 * room, and else fails alone, to be replayed. The request is below the same limit, so the originals always fit.
 */
export const transformed = (feed: TransformedFeed, event: TransformEvent, settings: JudgeSettings): Transformed => {
  const counts: Record<string, number> = {};
  const reasons: Record<string, string> = {};
  const records: TransformVerdict[] = [];
  let responseBytes = EMPTY_RESPONSE_BYTES;
  for (const { recordId, data } of event.records) responseBytes += failedBytes(recordId, data);

  for (const record of event.records) {
    const { code, reason, verdict } = judged(feed, record, settings);
    const bytes = verdict.result === 'Ok' ? okBytes(verdict) - failedBytes(record.recordId, record.data) : 0;
    const fits = bytes <= 0 || responseBytes + bytes <= MAX_RESPONSE_BYTES;
    if (fits) responseBytes += bytes;
    records.push(fits ? verdict : failed(record));
    const said = fits ? code : 'overflow';
    counts[said] = (counts[said] ?? 0) + 1;
    const why = fits ? reason : OVERFLOW_REASON;
    if (why !== undefined) reasons[said] ??= why;
  }
  return { response: { records }, counts, reasons };
};

const OVERFLOW_REASON = `The line did not fit into the response of at most ${MAX_RESPONSE_BYTES} bytes; the record can be replayed.`;

interface Judged {
  readonly code: VerdictCode;
  readonly reason?: string;
  readonly verdict: TransformVerdict;
}

const judged = (feed: TransformedFeed, record: TransformRecord, settings: JudgeSettings): Judged => {
  if (feed.transform === undefined) throw new Error(`the feed ${feed.name} has no transform`);
  const bytes = Buffer.from(record.data, 'base64');
  if (!isUtf8(bytes)) return { code: 'utf8', reason: 'The record must be UTF-8.', verdict: failed(record) };
  // The stream's own arrival time stays the same when Firehose reads or delivers a record again.
  const arrival = record.kinesisRecordMetadata?.approximateArrivalTimestamp ?? record.approximateArrivalTimestamp;
  const judgement = feed.transform.judgeRecord(bytes.toString('utf8'), arrival, settings);
  if (!judgement.ok) return { code: judgement.code, reason: judgement.reason, verdict: failed(record) };
  return {
    code: isLate(judgement.partition) ? 'late' : 'onTime',
    verdict: {
      recordId: record.recordId,
      result: 'Ok',
      data: encoded(judgement.line),
      ...(feed.rawLayout === 'partition' ? { metadata: { partitionKeys: judgement.partition } } : {}),
    },
  };
};

/** A scratch pad: the judge lets no line through that is longer, and encoding neither pauses nor nests. */
const pad = Buffer.allocUnsafe(MAX_LINE_BYTES + 1);

/** Base64 of the line and its one newline. */
const encoded = (line: string): string => {
  const bytes = pad.write(line, 'utf8');
  pad[bytes] = 0x0a;
  return pad.toString('base64', 0, bytes + 1);
};

const failed = ({ recordId, data }: TransformRecord): TransformVerdict => ({ recordId, result: 'ProcessingFailed', data });

/** Lengths of the JSON around what varies; base64, types and dates need no escapes. */
const EMPTY_RESPONSE_BYTES = JSON.stringify({ records: [] }).length;
const FAILED_BYTES = JSON.stringify({ recordId: '', result: 'ProcessingFailed', data: '' }).length + ','.length - '""'.length;
const OK_BYTES = JSON.stringify({ recordId: '', result: 'Ok', data: '' }).length + ','.length - '""'.length;
const KEYS_BYTES = JSON.stringify({ metadata: { partitionKeys: {} } }).length - '{}'.length + ','.length;
const KEY_BYTES = '"":"",'.length;

const SIMPLE_ID = /^[\w.-]*$/;
const idBytes = (recordId: string): number =>
  SIMPLE_ID.test(recordId) ? recordId.length + '""'.length : Buffer.byteLength(JSON.stringify(recordId));

const failedBytes = (recordId: string, data: string): number => FAILED_BYTES + idBytes(recordId) + data.length;

const okBytes = ({ recordId, data, metadata }: Extract<TransformVerdict, { result: 'Ok' }>): number =>
  OK_BYTES + idBytes(recordId) + data.length + (metadata === undefined ? 0 : keyBytes(metadata.partitionKeys));

const keyBytes = (partition: Partition): number => {
  let bytes = KEYS_BYTES;
  for (const name in partition) bytes += KEY_BYTES + name.length + (partition[name]?.length ?? 0);
  return bytes - ','.length;
};
