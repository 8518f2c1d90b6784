import type { Partition } from './lake';
import { LATE } from './lake';
import type { BadText, ObjectText } from './json-text';
import { MAX_DEPTH, MAX_NUMBER_LENGTH, readObject } from './json-text';
import { canonicalMillis, dateOf, datetimeOf, DAY_MILLIS, epochDay, parseDatetime } from './event-time';

/**
 * The one judge of an event: what the transform makes of a record, and what compaction makes of a line that lies in the lake.
 * Both are pure: the same bytes with the same arrival time always give the same line.
 *
 * In:  `{"event_uuid":"0f8f…","event_name":"payment:order:completed","created_at":1795341600,…}`
 * Out: `{"created_datetime":"2026-11-22T10:00:00.000Z","event_type":"payment","event_subtype":"order","ingested_at":"2026-11-22T10:00:01.000Z",`
 *      and then the record as it was sent, from behind its opening brace.
 */
export type RejectCode = BadText['code'] | 'arrival' | 'event_uuid' | 'event_name' | 'created_at' | 'repeated' | 'size' | 'line';

export interface Rejected {
  readonly ok: false;
  readonly code: RejectCode;
  /** One sentence that names the field, the value and what is allowed. */
  readonly reason: string;
}

export interface Accepted {
  readonly ok: true;
  /** Without the newline. */
  readonly line: string;
  readonly eventType: string;
  /** `yyyy-MM-dd`, UTC. */
  readonly createdDate: string;
  readonly onTime: boolean;
  /** Where the line goes in the raw zone: late when it is not on time or its type is not in the list. */
  readonly partition: Partition;
}

export interface JudgedLine {
  readonly ok: true;
  /** The true one, whatever raw partition the line lies in. */
  readonly partition: Partition;
  /** Lower case. */
  readonly eventUuid: string;
  readonly createdDatetime: string;
  readonly ingestedAt: string;
}

export interface JudgeSettings {
  /** Created on the UTC date of arrival or this many days before it is on time. */
  readonly onTimeDaysBefore: number;
  /** Accepted types; empty accepts all. */
  readonly eventTypes: readonly string[];
}

/**
 * Longest line, UTF-8, in bytes. A stream takes records of 1 MiB unless it is told otherwise, and Athena reads rows of up to 32 MB;
 * this leaves room for the added fields, and keeps one line small against the memory of whatever reads it.
 * https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 * https://docs.aws.amazon.com/athena/latest/ug/other-notable-limitations.html
 */
export const MAX_LINE_BYTES = 2 * 1024 * 1024;

type KeyField = 'event_uuid' | 'event_name' | 'created_at';
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
  if (!(arrival >= EARLIEST_MILLIS && arrival <= LATEST_ARRIVAL_MILLIS)) {
    return rejected('arrival', `arrival time ${shown(String(arrivalMillis))} must be epoch milliseconds from 2000 to 9999`);
  }
  const read = readObject(text);
  if (!read.ok) return rejectedText(text, read);
  const fields = keyFields(text, read, arrival);
  if (!fields.ok) return fields;

  const added = addedOf(fields, datetimeOf(arrival));
  const rest = fields.hasAdded ? restWithoutAdded(text, read, added) : text.slice(read.open + 1, read.close + 1);
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
export const judgeLine = (line: string): JudgedLine | Rejected => {
  if (isTooLong(line)) return tooLong();
  const read = readObject(line);
  if (!read.ok) return rejectedText(line, read);
  const { spans } = read;
  const ingestedAt = spans.length > 16 ? line.slice(spans[14]! + 1, spans[15]! - 1) : '';
  const arrival = parseDatetime(ingestedAt);
  if (arrival === undefined || arrival < EARLIEST_MILLIS || arrival > LATEST_ARRIVAL_MILLIS) return notOurs(line);
  const fields = keyFields(line, read, arrival, ADDED_FIELDS.length);
  if (!fields.ok) return fields;
  const added = addedOf(fields, ingestedAt);
  // The prefix covers the four members and the comma behind them, and no line starts or ends with white space.
  if (fields.hasAdded || read.lineBreaks || read.close !== line.length - 1 || !line.startsWith(prefixOf(added)))
    return notOurs(line);
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

const EARLIEST_MILLIS = Date.UTC(2000, 0, 1);
/** A day less than four digits of year can tell, since an event may be created up to a day after its arrival. */
const LATEST_ARRIVAL_MILLIS = Date.UTC(9999, 11, 31) - 1;

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

/** The string that the text between `start` and `end` spells; undefined where it is not a string. */
const stringAt = (text: string, start: number, end: number): string | undefined => {
  if (text.charCodeAt(start) !== 0x22) return undefined;
  const inside = text.slice(start + 1, end - 1);
  return inside.includes('\\') ? (JSON.parse(`"${inside}"`) as string) : inside;
};

/** What a string spells, or the text of any other value. */
const scalarAt = (text: string, start: number, end: number): string => stringAt(text, start, end) ?? text.slice(start, end);

/**
 * What follows the opening brace where the producer itself sent some of the four fields: a member with the same value is left out, one with
 * another value is renamed in place: `original_<name>`, or `original_<name>_2` and so on where another member is called so.
 */
const restWithoutAdded = (text: string, { open, close, spans }: ObjectText, added: Added): string => {
  const names: (string | undefined)[] = [];
  for (let at = 0; at < spans.length; at += 4) names.push(stringAt(text, spans[at]!, spans[at + 1]!));
  const taken = new Set(names);
  const counts = new Map<string, number>();
  const kept: string[] = [];
  names.forEach((name, member) => {
    const [start, end, valueStart, valueEnd] = spans.slice(member * 4, member * 4 + 4) as [number, number, number, number];
    // From behind the opening brace or the comma before, up to the comma behind or the closing brace.
    const from = member === 0 ? open + 1 : text.indexOf(',', spans[member * 4 - 1]) + 1;
    const to = member === names.length - 1 ? close : text.indexOf(',', valueEnd);
    if (!isAdded(name)) return void kept.push(text.slice(from, to));
    const ours = name === 'event_subtype' ? added.event_subtype : `"${added[name]}"`;
    const value = stringAt(text, valueStart, valueEnd);
    if ((value === undefined ? text.slice(valueStart, valueEnd) : JSON.stringify(value)) === ours) return;
    // The count goes on from one such member to the next: a record that repeats a field ten thousand times costs no more than its length.
    let count = counts.get(name) ?? 1;
    let renamed = `original_${name}`;
    while (taken.has(renamed)) renamed = `original_${name}_${++count}`;
    taken.add(renamed);
    counts.set(name, count);
    kept.push(`${text.slice(from, start)}"${renamed}"${text.slice(end, to)}`);
  });
  return `${kept.join(',')}}`;
};

const rejected = (code: RejectCode, reason: string): Rejected => ({ ok: false, code, reason: `${reason}.` });

const repeated = (name: KeyField): Rejected =>
  rejected('repeated', `${name} is there more than once; readers disagree on which one counts, so it must be there once`);

const tooLong = (): Rejected => rejected('size', `the line must be at most ${MAX_LINE_BYTES} bytes long`);

const notOurs = (line: string): Rejected =>
  rejected('line', `the line ${shown(line)} must start with the fields ${ADDED_FIELDS.join(', ')} as the transform writes them`);

const rejectedText = (text: string, { code, at }: BadText): Rejected => {
  const place = `at character ${at} of ${shown(text.slice(Math.max(0, at - 20), at + 80))}`;
  switch (code) {
    case 'object':
      return rejected(code, `the record ${shown(text)} must be a JSON object`);
    case 'depth':
      return rejected(code, `the record must not be nested deeper than ${MAX_DEPTH} levels`);
    case 'number':
      return rejected(code, `the number ${place} must be at most ${MAX_NUMBER_LENGTH} characters long`);
    case 'surrogate':
      return rejected(code, `the text must not have half of a surrogate pair, as it has ${place}`);
    case 'json':
      return rejected(code, `the record must be JSON, which it ceases to be ${place}`);
  }
};

/** Quoted and cut: a reason is read by people, and a record can be a megabyte long. */
const shown = (value: string): string => JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);

const valueShown = (text: string, spans: readonly number[], at: number): string =>
  at < 0 ? '(missing)' : shown(text.slice(spans[at + 2], spans[at + 3]));

const isTooLong = (line: string): boolean => line.length * 3 > MAX_LINE_BYTES && Buffer.byteLength(line) > MAX_LINE_BYTES;
