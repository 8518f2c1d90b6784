import * as z from 'zod';

/**
 * The account of what producers were told is kept: acknowledged = compacted lines + lines that wait + lines under errors/ + in flight.
 */

/** Where records of a feed come in, and are counted. */
export const recordSourceSchema = z.object({
  kind: z.enum(['stream', 'delivery']),
  /** Of the stream, or of the delivery stream that takes records directly. */
  name: z.string().min(1),
});
export type RecordSource = z.infer<typeof recordSourceSchema>;

const MINUTE = 60_000;
export const HOUR_MILLIS = 60 * MINUTE;

/** Records by the beginning of the period in which they arrived, milliseconds since the epoch. */
export type Arrived = readonly (readonly [startMillis: number, records: number])[];

export interface Arrivals {
  /** By the hour, from wherever was asked for up to the present. */
  readonly hours: Arrived;
  /** By the minute, of the last `MINUTES_MILLIS`. */
  readonly minutes: Arrived;
}

/** So far back arrivals are told by the minute. CloudWatch may learn of a record some minutes late: what is older counts as settled. */
export const MINUTES_MILLIS = 3 * HOUR_MILLIS;

/** The hour up to which arrivals are settled. */
export const settledUntil = (nowMillis: number): number => Math.floor((nowMillis - MINUTES_MILLIS) / HOUR_MILLIS) * HOUR_MILLIS;

const sum = (points: Arrived): number => points.reduce((total, [, records]) => total + records, 0);

export const arrivedBefore = ({ hours }: Arrivals, hourMillis: number): number =>
  sum(hours.filter(([start]) => start < hourMillis));

export const arrivedInAll = ({ hours }: Arrivals): number => sum(hours);

/** At least those that arrived since then: by whole minutes, and by whole hours where that is longer ago. */
export const arrivedSince = ({ hours, minutes }: Arrivals, sinceMillis: number, nowMillis: number): number => {
  const byMinute = sinceMillis >= nowMillis - MINUTES_MILLIS + MINUTE;
  const unit = byMinute ? MINUTE : HOUR_MILLIS;
  const from = Math.floor(sinceMillis / unit) * unit;
  return sum((byMinute ? minutes : hours).filter(([start]) => start >= from));
};

export const firstArrival = ({ hours }: Arrivals): number | undefined =>
  hours.reduce<number | undefined>(
    (first, [start, records]) => (records > 0 ? Math.min(first ?? start, start) : first),
    undefined,
  );

/**
 * What outlives the objects that it counts. Error objects expire, or are moved away once they were replayed, and CloudWatch forgets after 455
 * days; ledgers do not. Every run brings it up to date, so that the account stays exact for as long as the lake is there.
 */
export const accountsSchema = z.object({
  /** ISO 8601, a whole hour: `acknowledged` counts what arrived before it. */
  until: z.string(),
  acknowledged: z.number(),
  /**
   * Acknowledged before the account began, and accounted for nowhere: of a lake that was there before it. Null until a run comes that can judge:
   * one that looks at the whole table, and leaves nothing uncounted.
   */
  unexplained: z.number().nullable(),
  /** Error objects that were counted and are no longer there. */
  gone: z.object({ objects: z.number(), lines: z.number() }),
  /** Lines of those that are there, by key. */
  errors: z.record(z.string(), z.number()),
  /** Error objects, gone or not, that nobody could read: their lines count as none. */
  unreadable: z.number(),
  /**
   * Records of the hours in which those of unreadable error objects may have arrived, by the hour's beginning, ISO 8601: as many may be missing.
   * Undefined in accounts that were written before it was kept.
   */
  unreadableHours: z.record(z.string(), z.number()).optional(),
});
export type Accounts = z.infer<typeof accountsSchema>;

export type CountedErrors = Pick<Accounts, 'gone' | 'errors' | 'unreadable' | 'unreadableHours'>;

export const NO_ERRORS: CountedErrors = { gone: { objects: 0, lines: 0 }, errors: {}, unreadable: 0, unreadableHours: {} };

export const errorLinesIn = ({ gone, errors }: Pick<Accounts, 'gone' | 'errors'>): number =>
  Object.values(errors).reduce((total, lines) => total + lines, gone.lines);

/** Whether an account does not say what its unreadable objects may hold. */
const isUnbounded = ({ unreadable, unreadableHours }: CountedErrors): boolean => unreadable > 0 && unreadableHours === undefined;

/** The keys that an account does not know yet; of an older one also those without lines, of which it does not say whether they are unreadable. */
export const uncounted = (account: CountedErrors, keys: readonly string[]): readonly string[] =>
  keys.filter((key) => !Object.hasOwn(account.errors, key) || (isUnbounded(account) && account.errors[key] === 0));

/** The account of errors with what is listed now: `counted` has the lines of those that were not known before, undefined where unreadable. */
export const withErrors = (
  before: CountedErrors,
  keys: readonly string[],
  counted: ReadonlyMap<string, number | undefined>,
): CountedErrors => {
  const there = new Set(keys);
  const left = Object.entries(before.errors).filter(([key]) => !there.has(key));
  const known = keys.flatMap((key) => {
    const lines = !counted.has(key) && Object.hasOwn(before.errors, key) ? before.errors[key] : counted.get(key);
    return lines === undefined && !counted.has(key) ? [] : [[key, lines ?? 0] as const];
  });
  return {
    gone: {
      objects: before.gone.objects + left.length,
      lines: before.gone.lines + left.reduce((total, [, lines]) => total + lines, 0),
    },
    errors: Object.fromEntries(known),
    unreadable:
      (isUnbounded(before) ? 0 : before.unreadable) + [...counted.values()].filter((lines) => lines === undefined).length,
    unreadableHours: before.unreadableHours ?? {},
  };
};

export interface AcknowledgedFacts {
  readonly acknowledged: number;
  /** Lines that lie in raw, or did before they expired: compacted, or not yet compacted as far as they are counted. */
  readonly accepted: number;
  /** Lines under errors/: of delivery, and of routing. */
  readonly errors: number;
  /** Read from the sources but not delivered, or not yet read. Undefined where nobody can tell (on AWS, and for a run). */
  readonly inFlight: number | undefined;
  /** What may be in flight, or wait uncounted, where nobody can tell: as many as arrived within that time. */
  readonly recent: number;
  /** Why as many. */
  readonly recentBecause: string;
  /** Objects whose lines nobody can count, and how many records all of them may hold at most. */
  readonly unreadable: { readonly objects: number; readonly records: number };
  /**
   * Of a feed without a transform, whose records lie as they were sent and need not be a line each: lines that cannot be used. Undefined where
   * every record is a line.
   */
  readonly unusableLines: number | undefined;
  /** Why some of the records cannot be accounted for; undefined where all can. */
  readonly excuse: string | undefined;
}

export interface AcknowledgedCheck {
  readonly acknowledged: number;
  readonly accepted: number;
  readonly errors: number;
  /** Exact where it can be told; otherwise what is missing, as far as the tolerance reaches. */
  readonly inFlight: number;
  /** How many records may be missing, and why; null: none. */
  readonly tolerance: { readonly records: number; readonly because: string } | null;
  /** Where records are missing beyond that: as many as unreadable objects may hold (`records`) are taken for theirs (`held`). */
  readonly unreadable?: { readonly objects: number; readonly records: number; readonly held: number } | undefined;
  /** Beyond both. */
  readonly missing: number;
  /**
   * Accepted more than once, on balance: delivery is at least once, and a file may have been placed by hand. Without a transform, also records
   * of several lines. A record that is lost and one that came twice cancel out here; the ledgers and the copies of each partition tell them apart.
   */
  readonly redelivered: number;
  /** Whether every record is a line: a transform sees to that. */
  readonly linePerRecord: boolean;
  /** Why a missing record is no difference here; null where it is one. */
  readonly notJudged: string | null;
  readonly ok: boolean;
}

/** Acknowledged = accepted lines + errors + in flight. */
export const judgeAcknowledged = (facts: AcknowledgedFacts): AcknowledgedCheck => {
  const { acknowledged, accepted, errors, inFlight, recent, recentBecause, unusableLines } = facts;
  const open = acknowledged - accepted - errors - (inFlight ?? 0);
  const tolerated = inFlight === undefined ? Math.min(Math.max(open, 0), recent) : 0;
  const beyond = Math.max(0, open - tolerated);
  const held = Math.min(beyond, facts.unreadable.records);
  const missing = beyond - held;
  const notJudged = missing === 0 ? undefined : excuseOf(facts);
  return {
    acknowledged,
    accepted,
    errors,
    inFlight: inFlight ?? tolerated,
    tolerance: inFlight === undefined ? { records: recent, because: recentBecause } : null,
    ...(held === 0 ? {} : { unreadable: { ...facts.unreadable, held } }),
    missing,
    redelivered: Math.max(0, -open),
    linePerRecord: unusableLines === undefined,
    notJudged: notJudged ?? null,
    ok: missing === 0 || notJudged !== undefined,
  };
};

const excuseOf = ({ excuse, unusableLines = 0 }: AcknowledgedFacts): string | undefined =>
  excuse ??
  (unusableLines > 0
    ? `${unusableLines} lines cannot be used, and each may be several records that were sent without a line break`
    : undefined);
