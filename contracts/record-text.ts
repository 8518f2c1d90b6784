import type { BadText, ObjectText } from './json-text';
import type { Partition } from './lake';
import { MAX_DEPTH, MAX_NUMBER_LENGTH } from './json-text';

/** What a feed's judge says of a record or a line, and how fields are spliced in front of a record's own text. */
export interface AcceptedRecord {
  readonly ok: true;
  /** Without the newline. */
  readonly line: string;
  /** Where the line goes in the raw zone: the late one when it is not on time or its type is not in the list. */
  readonly partition: Partition;
}

export interface JudgedLine {
  readonly ok: true;
  /** The true one, whatever raw partition the line lies in. */
  readonly partition: Partition;
  /**
   * As the line is to lie in the lake, where it cannot lie there as it is: readers of text end a line at a carriage return as well, and only
   * routing writes lines anew.
   */
  readonly line?: string;
}

export interface JudgeSettings {
  /** Created on the UTC date of arrival or this many days before it is on time. */
  readonly onTimeDaysBefore: number;
  /** Accepted types; empty accepts all. */
  readonly eventTypes: readonly string[];
}

/**
 * Why a record is refused: what is wrong with its text, its arrival, its length, a field that it repeats or that is not what it must be,
 * or (of a line of the lake) that it is not what the transform writes.
 */
export type RejectCode = BadText['code'] | 'arrival' | 'repeated' | 'size' | 'line' | (string & {});

export interface Rejected {
  readonly ok: false;
  readonly code: RejectCode;
  /** One sentence that names the field, the value and what is allowed. */
  readonly reason: string;
}

/**
 * Longest line, UTF-8, in bytes. A stream takes records of 1 MiB unless it is told otherwise, and Athena reads rows of up to 32 MB;
 * this leaves room for the added fields, and keeps one line small against the memory of whatever reads it.
 * https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 * https://docs.aws.amazon.com/athena/latest/ug/other-notable-limitations.html
 */
export const MAX_LINE_BYTES = 2 * 1024 * 1024;

/** Epoch milliseconds of what may be: four digits of year, and nothing from before the service was there. */
export const EARLIEST_MILLIS = Date.UTC(2000, 0, 1);
/** A day less than four digits of year can tell, since an event may be created up to a day after its arrival. */
const LATEST_ARRIVAL_MILLIS = Date.UTC(9999, 11, 31) - 1;

export const isArrival = (millis: number): boolean => millis >= EARLIEST_MILLIS && millis <= LATEST_ARRIVAL_MILLIS;

export const noArrival = (millis: number): Rejected =>
  rejected('arrival', `arrival time ${shown(String(millis))} must be epoch milliseconds from 2000 to 9999`);

/** The string that the text between `start` and `end` spells; undefined where it is not a string. */
export const stringAt = (text: string, start: number, end: number): string | undefined => {
  if (text.charCodeAt(start) !== 0x22) return undefined;
  const inside = text.slice(start + 1, end - 1);
  return inside.includes('\\') ? (JSON.parse(`"${inside}"`) as string) : inside;
};

/** What a string spells, or the text of any other value. */
export const scalarAt = (text: string, start: number, end: number): string =>
  stringAt(text, start, end) ?? text.slice(start, end);

/** The fields that a transform adds: their JSON text by name, in the order in which they stand. */
export type AddedText = Readonly<Record<string, string>>;

/**
 * What follows the opening brace where the producer itself sent some of the added fields: a member with the same value is left out, one with
 * another value is renamed in place: `original_<name>`, or `original_<name>_2` and so on where another member is called so.
 */
export const restWithoutAdded = (text: string, { open, close, spans }: ObjectText, added: AddedText): string => {
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
    const ours = name === undefined || !Object.hasOwn(added, name) ? undefined : added[name];
    if (name === undefined || ours === undefined) return void kept.push(text.slice(from, to));
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

export const rejected = (code: RejectCode, reason: string): Rejected => ({ ok: false, code, reason: `${reason}.` });

export const repeated = (name: string): Rejected =>
  rejected('repeated', `${name} is there more than once; readers disagree on which one counts, so it must be there once`);

export const tooLong = (): Rejected => rejected('size', `the line must be at most ${MAX_LINE_BYTES} bytes long`);

/** A line of the lake that is not, to the byte, what the transform makes of its payload: somebody else placed it there. */
export const notOurs = (line: string, addedFields: readonly string[]): Rejected =>
  rejected('line', `the line ${shown(line)} must start with the fields ${addedFields.join(', ')} as the transform writes them`);

export const rejectedText = (text: string, { code, at }: BadText): Rejected => {
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
export const shown = (value: string): string => JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);

export const valueShown = (text: string, spans: readonly number[], at: number): string =>
  at < 0 ? '(missing)' : shown(text.slice(spans[at + 2], spans[at + 3]));

export const isTooLong = (line: string): boolean => line.length * 3 > MAX_LINE_BYTES && Buffer.byteLength(line) > MAX_LINE_BYTES;
