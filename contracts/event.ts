import type { Partition } from './lake';
import { LATE } from './lake';
import type { ObjectText } from './json-text';
import { readObject } from './json-text';
import {
  EARLIEST_MILLIS,
  isArrival,
  isTooLong,
  noArrival,
  notOurs,
  rejected,
  rejectedText,
  repeated,
  restWithoutAdded,
  scalarAt,
  stringAt,
  tooLong,
  valueShown,
  type AcceptedRecord,
  type JudgedLine,
  type JudgeSettings,
  type Rejected,
} from './record-text';
import { canonicalMillis, dateOf, datetimeOf, DAY_MILLIS, epochDay, parseDatetime } from './event-time';

/**
 * The one judge of an event: what the transform makes of a record, and what compaction makes of a line that lies in the lake.
 * Both are pure: the same bytes with the same arrival time always give the same line.
 *
 * In:  `{"event_uuid":"0f8f…","event_name":"payment:order:completed","created_at":1795341600,…}`
 * Out: `{"created_datetime":"2026-11-22T10:00:00.000Z","event_type":"payment","event_subtype":"order","ingested_at":"2026-11-22T10:00:01.000Z",`
 *      and then the record as it was sent, from behind its opening brace.
 */
export interface Accepted extends AcceptedRecord {
  readonly eventType: string;
  /** `yyyy-MM-dd`, UTC. */
  readonly createdDate: string;
  readonly onTime: boolean;
}

export interface JudgedEvent extends JudgedLine {
  /** Lower case. */
  readonly eventUuid: string;
  readonly createdDatetime: string;
  readonly ingestedAt: string;
}

const ADDED_FIELDS = ['created_datetime', 'event_type', 'event_subtype', 'ingested_at'] as const;

type AddedField = (typeof ADDED_FIELDS)[number];
const isAdded = (name: string | undefined): name is AddedField =>
  (ADDED_FIELDS as readonly (string | undefined)[]).includes(name);

/** Where `"ingested_at":"yyyy-MM-ddTHH:mm:ss.SSSZ",` stands, the payload follows after this many characters. */
const INGESTED_AT = '"ingested_at":"';
const INGESTED_AT_LENGTH = INGESTED_AT.length + 'yyyy-MM-ddTHH:mm:ss.SSSZ'.length + '",'.length;

/** The record as it was sent, cut from a line that the transform wrote, as SQL cuts it: `'{' || substr(line, strpos(line, '"ingested_at":"') + 41)`. */
export const payloadOf = (line: string): string => `{${line.slice(line.indexOf(INGESTED_AT) + INGESTED_AT_LENGTH)}`;

/** Judges a record as it arrived on the stream at `arrivalMillis` (epoch). */
export const judgeRecord = (text: string, arrivalMillis: number, settings: JudgeSettings): Accepted | Rejected => {
  const arrival = Math.trunc(arrivalMillis);
  if (!isArrival(arrival)) return noArrival(arrivalMillis);
  const read = readObject(text);
  if (!read.ok) return rejectedText(text, read);
  const fields = keyFields(text, read, arrival);
  if (!fields.ok) return fields;

  const added = addedOf(fields, datetimeOf(arrival));
  const rest = fields.hasAdded ? restWithoutAdded(text, read, textOf(added)) : text.slice(read.open + 1, read.close + 1);
  const line = `${prefixOf(added)}${read.lineBreaks ? rest.replaceAll(/[\r\n]+/g, '') : rest}`;
  if (isTooLong(line)) return tooLong();

  const { eventType, created } = fields;
  const createdDate = dateOf(created);
  const age = epochDay(arrival) - epochDay(created);
  const onTime = age >= 0 && age <= settings.onTimeDaysBefore;
  const listed = settings.eventTypes.length === 0 || settings.eventTypes.includes(eventType);
  return {
    ok: true,
    line,
    eventType,
    createdDate,
    onTime,
    partition: onTime && listed ? eventPartition(eventType, createdDate) : LATE_EVENTS,
  };
};

/**
 * Judges a line of the raw zone (without its newline): it must be, to the byte, what the transform makes of its payload and its arrival
 * time. Anything else was placed there by somebody else.
 */
export const judgeLine = (line: string): JudgedEvent | Rejected => {
  if (isTooLong(line)) return tooLong();
  const read = readObject(line);
  if (!read.ok) return rejectedText(line, read);
  const { spans } = read;
  const ingestedAt = spans.length > 16 ? line.slice(spans[14]! + 1, spans[15]! - 1) : '';
  const arrival = parseDatetime(ingestedAt);
  if (arrival === undefined || !isArrival(arrival)) return notOurs(line, ADDED_FIELDS);
  const fields = keyFields(line, read, arrival, ADDED_FIELDS.length);
  if (!fields.ok) return fields;
  const added = addedOf(fields, ingestedAt);
  // The prefix covers the four members and the comma behind them, and no line starts or ends with white space.
  if (fields.hasAdded || read.lineBreaks || read.close !== line.length - 1 || !line.startsWith(prefixOf(added)))
    return notOurs(line, ADDED_FIELDS);
  return {
    ok: true,
    partition: eventPartition(fields.eventType, dateOf(fields.created)),
    eventUuid: fields.eventUuid.toLowerCase(),
    createdDatetime: added.created_datetime,
    ingestedAt,
  };
};

const eventPartition = (eventType: string, createdDate: string): Partition => ({
  event_type: eventType,
  created_date: createdDate,
});
const LATE_EVENTS: Partition = eventPartition(LATE, LATE);

/** The four added fields: the subtype as JSON text, the others stand between quotes as they are. */
interface Added {
  readonly created_datetime: string;
  readonly event_type: string;
  readonly event_subtype: string;
  readonly ingested_at: string;
}

const addedOf = ({ created, eventType, eventSubtype }: KeyFields, ingestedAt: string): Added => ({
  created_datetime: datetimeOf(created),
  event_type: eventType,
  event_subtype: eventSubtype === undefined ? 'null' : JSON.stringify(eventSubtype),
  ingested_at: ingestedAt,
});

/** As JSON text, in their order. */
const textOf = (added: Added): Readonly<Record<AddedField, string>> => ({
  created_datetime: `"${added.created_datetime}"`,
  event_type: `"${added.event_type}"`,
  event_subtype: added.event_subtype,
  ingested_at: `"${added.ingested_at}"`,
});

const prefixOf = (added: Added): string =>
  `{"created_datetime":"${added.created_datetime}","event_type":"${added.event_type}","event_subtype":${added.event_subtype},${INGESTED_AT}${added.ingested_at}",`;

interface KeyFields {
  readonly ok: true;
  /** As sent. */
  readonly eventUuid: string;
  readonly eventType: string;
  readonly eventSubtype: string | undefined;
  /** Epoch milliseconds. */
  readonly created: number;
  /** Whether the record itself has any of the four added fields. */
  readonly hasAdded: boolean;
}

/** Finds and judges the three key fields among the top-level members from number `firstMember` on. */
const keyFields = (text: string, read: ObjectText, arrival: number, firstMember = 0): KeyFields | Rejected => {
  const { spans, escapedNames } = read;
  let uuidAt = -1;
  let nameAt = -1;
  let createdAt = -1;
  let hasAdded = false;
  for (let at = firstMember * 4; at < spans.length; at += 4) {
    const start = spans[at]!;
    const end = spans[at + 1]!;
    const length = end - start - 2;
    // The lengths of the seven names; an escaped one is longer than what it spells.
    if (length !== 10 && length !== 11 && length !== 13 && length !== 16 && !escapedNames) continue;
    const name = escapedNames ? stringAt(text, start, end) : text.slice(start + 1, end - 1);
    if (name === 'event_uuid') {
      if (uuidAt >= 0) return repeated(name);
      uuidAt = at;
    } else if (name === 'event_name') {
      if (nameAt >= 0) return repeated(name);
      nameAt = at;
    } else if (name === 'created_at') {
      if (createdAt >= 0) return repeated(name);
      createdAt = at;
    } else if (isAdded(name)) hasAdded = true;
  }

  const uuid = uuidAt < 0 ? undefined : stringAt(text, spans[uuidAt + 2]!, spans[uuidAt + 3]!);
  if (uuid === undefined || !UUID.test(uuid)) {
    return rejected('event_uuid', `event_uuid ${valueShown(text, spans, uuidAt)} must be a UUID: 8-4-4-4-12 hexadecimal digits`);
  }
  const name = nameAt < 0 ? undefined : stringAt(text, spans[nameAt + 2]!, spans[nameAt + 3]!);
  const colon = name === undefined ? -1 : name.indexOf(':');
  const first = name === undefined ? '' : colon < 0 ? name : name.slice(0, colon);
  // Judged before it is lower-cased: some letters outside ASCII (the Kelvin sign) have a lower case inside it.
  const eventType = EVENT_TYPE.test(first) ? first.toLowerCase() : '';
  if (name === undefined || eventType === '' || eventType === LATE) {
    const allowed = `1 to 64 letters, digits, "_" and "-", and not "${LATE}"`;
    return rejected(
      'event_name',
      `event_name ${valueShown(text, spans, nameAt)} must be a string whose first part is ${allowed}`,
    );
  }
  const created = createdAt < 0 ? undefined : canonicalMillis(scalarAt(text, spans[createdAt + 2]!, spans[createdAt + 3]!));
  if (created === undefined || created < EARLIEST_MILLIS || created > arrival + DAY_MILLIS) {
    const allowed = 'Unix seconds or milliseconds, as a number or numeric string, from 2000 to a day after arrival';
    return rejected('created_at', `created_at ${valueShown(text, spans, createdAt)} must be ${allowed} (${datetimeOf(arrival)})`);
  }
  return { ok: true, eventUuid: uuid, eventType, eventSubtype: secondPart(name, colon), created, hasAdded };
};

const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const EVENT_TYPE = /^[A-Za-z0-9_-]{1,64}$/;

const secondPart = (name: string, colon: number): string | undefined => {
  if (colon < 0) return undefined;
  const next = name.indexOf(':', colon + 1);
  return next < 0 ? name.slice(colon + 1) : name.slice(colon + 1, next);
};
