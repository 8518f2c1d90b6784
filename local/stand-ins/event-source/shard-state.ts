import type { SourceRecord } from '../delivery/source';
import type { Verdict } from './answer';
import type { Condition } from './events';
import type { MappingSettings } from './settings';

/** A batch that was begun and is not done: the records up to `to`, exclusive. */
export interface Piece {
  readonly to: number;
  /** Failed invocations that count against the quota of retries; splitting a batch does not. */
  readonly failures: number;
  readonly invocations: number;
}

export interface OpenWindow {
  readonly startMillis: number;
  readonly state: unknown;
}

/** How far a mapping has come in one shard. Everything before `position` is done, or was given up on. */
export interface ShardState {
  readonly position: number;
  /** What was begun from `position` on, one after another. */
  readonly pieces: readonly Piece[];
  /** Nothing is tried before. */
  readonly waitUntil: number;
  readonly window: OpenWindow | undefined;
  /** Failed attempts to end the window. */
  readonly closings: number;
}

export const shardState = (position: number, window?: OpenWindow): ShardState => ({
  position,
  pieces: [],
  waitUntil: 0,
  window,
  closings: 0,
});

export type Move =
  /** `until` undefined: until something arrives. */
  | { readonly kind: 'wait'; readonly until: number | undefined }
  | { readonly kind: 'invoke'; readonly records: readonly SourceRecord[]; readonly piece: Piece }
  | { readonly kind: 'discard'; readonly records: readonly SourceRecord[]; readonly invocations: number }
  | { readonly kind: 'close'; readonly terminatedEarly: boolean };

/** A shard is read once a second. */
const POLL_MILLIS = 1_000;
/** "Your state can be a maximum of 1 MB per shard": https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html */
const STATE_BYTES = 1024 * 1024;
/** What a request may hold, and about what the form around a record's data takes of it. */
const EVENT_BYTES = 6_291_456;
const ENVELOPE_BYTES = 640;

/** Retries become rarer: AWS says no numbers. */
export const backoffMillis = (failures: number): number => Math.min(60_000, 1_000 * 2 ** (failures - 1));

const windowStart = ({ windowSeconds }: MappingSettings, { arrivalMillis }: SourceRecord): number =>
  Math.floor(arrivalMillis / (windowSeconds * 1_000)) * windowSeconds * 1_000;

export const windowEnd = ({ windowSeconds }: MappingSettings, { startMillis }: OpenWindow): number =>
  startMillis + windowSeconds * 1_000;

/** What to do now. `records` are those from `position` on, at most a batch; `more` says whether others follow them. */
export const nextMove = (
  state: ShardState,
  records: readonly SourceRecord[],
  more: boolean,
  settings: MappingSettings,
  now: number,
): Move => {
  if (now < state.waitUntil) return { kind: 'wait', until: state.waitUntil };
  const { window } = state;
  const first = records[0];
  if (window !== undefined) {
    if (JSON.stringify(window.state).length > STATE_BYTES) return { kind: 'close', terminatedEarly: true };
    if (first === undefined || windowStart(settings, first) !== window.startMillis) {
      const end = windowEnd(settings, window);
      return now >= end ? { kind: 'close', terminatedEarly: false } : { kind: 'wait', until: end };
    }
  }
  if (first === undefined) return { kind: 'wait', until: undefined };
  const begun = state.pieces[0];
  const batch = begun === undefined ? freshBatch(records, settings, window) : records.filter(({ ordinal }) => ordinal < begun.to);
  if (begun === undefined) {
    const full = batch.length >= settings.batchRecords || batch.length < records.length || more;
    const due = dueAt(first, settings);
    if (!full && now < due) return { kind: 'wait', until: due };
  }
  const piece = begun ?? { to: batch.at(-1)!.ordinal + 1, failures: 0, invocations: 0 };
  const { maximumAgeSeconds } = settings;
  if (maximumAgeSeconds !== undefined) {
    const old = batch.filter(({ arrivalMillis }) => now - arrivalMillis > maximumAgeSeconds * 1_000);
    if (old.length > 0) return { kind: 'discard', records: old, invocations: piece.invocations };
  }
  return { kind: 'invoke', records: batch, piece };
};

/** Records of one window, as many as an event can hold, one at least. */
const freshBatch = (
  records: readonly SourceRecord[],
  settings: MappingSettings,
  window: OpenWindow | undefined,
): readonly SourceRecord[] => {
  let room = EVENT_BYTES - (window === undefined ? 0 : JSON.stringify(window.state).length) - 1_024;
  const first = records[0]!;
  const end = records.findIndex((record, index) => {
    if (settings.windowSeconds > 0 && windowStart(settings, record) !== windowStart(settings, first)) return true;
    room -= Math.ceil(record.data.length / 3) * 4 + Buffer.byteLength(record.partitionKey) + ENVELOPE_BYTES;
    return room < 0 && index > 0;
  });
  return end === -1 ? records : records.slice(0, end);
};

/** When a batch that is not full is sent on. */
const dueAt = (first: SourceRecord, settings: MappingSettings): number => {
  const due = first.arrivalMillis + Math.max(POLL_MILLIS, settings.batchingSeconds * 1_000);
  return settings.windowSeconds === 0 ? due : Math.min(due, windowStart(settings, first) + settings.windowSeconds * 1_000);
};

export interface GivenUp {
  readonly condition: Condition;
  readonly records: readonly SourceRecord[];
  readonly invocations: number;
}

export interface After {
  readonly state: ShardState;
  readonly givenUp?: GivenUp;
}

const opened = (settings: MappingSettings, records: readonly SourceRecord[], state: unknown): OpenWindow | undefined =>
  settings.windowSeconds === 0 ? undefined : { startMillis: windowStart(settings, records[0]!), state };

/** What an invocation with the first piece's records changes. */
export const afterInvocation = (
  state: ShardState,
  { records, piece }: Extract<Move, { readonly kind: 'invoke' }>,
  verdict: Verdict,
  settings: MappingSettings,
  now: number,
): After => {
  const rest = state.pieces.slice(1);
  const invocations = piece.invocations + 1;
  if (verdict.kind === 'done') {
    const window = opened(settings, records, verdict.state);
    return { state: { ...state, position: piece.to, pieces: rest, waitUntil: 0, window } };
  }
  const progressed = verdict.kind === 'failedFrom' && verdict.index > 0;
  const left = progressed ? records.slice(verdict.index) : records;
  const position = left[0]!.ordinal;
  const window = progressed ? opened(settings, records, verdict.state) : state.window;
  const going = { ...state, position, window };
  // "Lambda bisects the batch at the returned sequence number and retries only the remaining records": that much was split off.
  if (settings.bisect && progressed) {
    return { state: { ...going, waitUntil: 0, pieces: [{ to: piece.to, failures: piece.failures, invocations }, ...rest] } };
  }
  if (settings.bisect && left.length > 1) {
    const middle = left[Math.ceil(left.length / 2)]!.ordinal;
    const halves = [middle, piece.to].map((to) => ({ to, failures: piece.failures, invocations }));
    return { state: { ...going, waitUntil: 0, pieces: [...halves, ...rest] } };
  }
  const failures = piece.failures + 1;
  if (settings.maximumRetries !== undefined && failures > settings.maximumRetries) {
    return {
      state: { ...going, position: piece.to, pieces: rest, waitUntil: 0 },
      givenUp: { condition: 'RetryAttemptsExhausted', records: left, invocations },
    };
  }
  const pieces = [{ to: piece.to, failures, invocations }, ...rest];
  return { state: { ...going, pieces, waitUntil: now + backoffMillis(failures) } };
};

/** What leaving out the oldest records of the first piece changes. */
export const afterDiscard = (state: ShardState, { records, invocations }: Extract<Move, { readonly kind: 'discard' }>): After => {
  const position = records.at(-1)!.ordinal + 1;
  const pieces = state.pieces.filter(({ to }) => to > position);
  return { state: { ...state, position, pieces }, givenUp: { condition: 'RecordAgeExceeded', records, invocations } };
};

/** The end of a window is tried until it succeeds; meanwhile the shard stands still. */
export const afterClosing = (state: ShardState, succeeded: boolean, now: number): ShardState => {
  if (succeeded) return { ...state, window: undefined, closings: 0, waitUntil: 0 };
  const closings = state.closings + 1;
  return { ...state, closings, waitUntil: now + backoffMillis(closings) };
};
