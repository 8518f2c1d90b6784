import { dateOf, datetimeOf, parseDatetime } from './event-time';
import { readObject, type ObjectText } from './json-text';
import type { Partition } from './lake';
import {
  isArrival,
  isTooLong,
  noArrival,
  notOurs,
  rejected,
  rejectedText,
  repeated,
  restWithoutAdded,
  stringAt,
  tooLong,
  valueShown,
  type AcceptedRecord,
  type JudgedLine,
  type Rejected,
} from './record-text';

/** A member of a record that must be there, once. */
export interface MemberRule {
  /** `value` is what a string spells, undefined for any other value; `text` is the JSON text. */
  readonly accepts: (value: string | undefined, text: string) => boolean;
  /** `a string`: what is allowed, for the sentence of a rejection. */
  readonly allowed: string;
}

export const textMember = (allowed = 'a string', accepts: (value: string) => boolean = () => true): MemberRule => ({
  allowed,
  accepts: (value) => value !== undefined && accepts(value),
});

export const numberMember = (least: number, most: number): MemberRule => ({
  allowed: `a number from ${least} to ${most}`,
  accepts: (value, text) => value === undefined && NUMBER.test(text) && Number(text) >= least && Number(text) <= most,
});

const NUMBER = /^-?\d/;

/**
 * A transform for records that are filed by the day on which they arrive: it puts fields in front of the record, the arrival time as the
 * last of them, and keeps the record's own text to the byte.
 *
 * In:  `{"name":"…","email":"blake57@example.com",…}`
 * Out: `{"email_domain":"example.com","processed_at":"2026-11-22T10:00:01.000Z",` and then the record from behind its opening brace.
 */
export interface Stamp {
  /** What must be there; the values that strings spell are what `fields` are made of. */
  readonly members: Readonly<Record<string, MemberRule>>;
  /** Fields in front of the arrival time: a text each. */
  readonly fields: readonly { readonly name: string; readonly of: (members: Readonly<Record<string, string>>) => string }[];
  readonly arrivalField: string;
  /** The one partition column. */
  readonly dateColumn: string;
}

/** The names of what a stamp adds, in their order. */
export const stampedFields = ({ fields, arrivalField }: Pick<Stamp, 'fields' | 'arrivalField'>): readonly string[] => [
  ...fields.map(({ name }) => name),
  arrivalField,
];

/** Judges a record as it arrived at `arrivalMillis` (epoch). */
export const stampRecord = (stamp: Stamp, text: string, arrivalMillis: number): AcceptedRecord | Rejected => {
  const arrival = Math.trunc(arrivalMillis);
  if (!isArrival(arrival)) return noArrival(arrivalMillis);
  const read = readObject(text);
  if (!read.ok) return rejectedText(text, read);
  const members = membersOf(stamp, text, read, 0);
  if (!members.ok) return members;
  const added = addedOf(stamp, members.values, datetimeOf(arrival));
  const rest = members.hasAdded ? restWithoutAdded(text, read, added) : text.slice(read.open + 1, read.close + 1);
  const line = `${prefixOf(added)}${read.lineBreaks ? rest.replaceAll(/[\r\n]+/g, '') : rest}`;
  return isTooLong(line) ? tooLong() : { ok: true, line, partition: partitionAt(stamp, arrival) };
};

/** Judges a line of the raw zone: it must be, to the byte, what the stamp makes of its payload and its arrival time. */
export const judgeStamped = (stamp: Stamp, line: string): JudgedLine | Rejected => {
  if (isTooLong(line)) return tooLong();
  const read = readObject(line);
  if (!read.ok) return rejectedText(line, read);
  const names = stampedFields(stamp);
  const at = 4 * (names.length - 1);
  const stamped = read.spans.length > at + 4 ? line.slice(read.spans[at + 2]! + 1, read.spans[at + 3]! - 1) : '';
  const arrival = parseDatetime(stamped);
  if (arrival === undefined || !isArrival(arrival)) return notOurs(line, names);
  const members = membersOf(stamp, line, read, names.length);
  if (!members.ok) return members;
  const expected = prefixOf(addedOf(stamp, members.values, stamped));
  if (members.hasAdded || read.lineBreaks || read.close !== line.length - 1 || !line.startsWith(expected))
    return notOurs(line, names);
  return { ok: true, partition: partitionAt(stamp, arrival) };
};

const partitionAt = ({ dateColumn }: Stamp, arrival: number): Partition => ({ [dateColumn]: dateOf(arrival) });

const addedOf = ({ fields, arrivalField }: Stamp, values: Readonly<Record<string, string>>, arrival: string) => ({
  ...Object.fromEntries(fields.map(({ name, of }) => [name, JSON.stringify(of(values))])),
  [arrivalField]: `"${arrival}"`,
});

const prefixOf = (added: Readonly<Record<string, string>>): string =>
  `{${Object.entries(added)
    .map(([name, text]) => `"${name}":${text},`)
    .join('')}`;

interface Members {
  readonly ok: true;
  /** What the strings among the members spell. */
  readonly values: Readonly<Record<string, string>>;
  /** Whether the record itself has a member that is called as one of the added ones. */
  readonly hasAdded: boolean;
}

/** Finds and judges the members among those from number `first` on. */
const membersOf = (stamp: Stamp, text: string, { spans }: ObjectText, first: number): Members | Rejected => {
  const added = stampedFields(stamp);
  const found = new Map<string, number>();
  let hasAdded = false;
  for (let at = first * 4; at < spans.length; at += 4) {
    const name = stringAt(text, spans[at]!, spans[at + 1]!) ?? '';
    if (added.includes(name)) hasAdded = true;
    if (!Object.hasOwn(stamp.members, name)) continue;
    if (found.has(name)) return repeated(name);
    found.set(name, at);
  }
  const values: Record<string, string> = {};
  for (const [name, { accepts, allowed }] of Object.entries(stamp.members)) {
    const at = found.get(name);
    const [start, end] = at === undefined ? [0, 0] : [spans[at + 2]!, spans[at + 3]!];
    const value = at === undefined ? undefined : stringAt(text, start, end);
    if (at === undefined || !accepts(value, text.slice(start, end)))
      return rejected(name, `${name} ${valueShown(text, spans, at ?? -1)} must be ${allowed}`);
    if (value !== undefined) values[name] = value;
  }
  return { ok: true, values, hasAdded };
};
