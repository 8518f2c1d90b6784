import type { LedgerEntry, Published } from './documents';

/** What a run's folder and the catalog say of one partition, before anything is looked at closely. */
export interface RollbackFacts {
  /** Partition path. */
  readonly partition: string;
  /** The run to be undone. */
  readonly run: string;
  /** The run's attempts that worked on the partition: each with the state that it found, and whether it is known to have published. */
  readonly attempts: readonly {
    readonly attempt: string;
    readonly before: Published | undefined;
    readonly published: boolean;
  }[];
  /** What the catalog has now: undefined where it has no such partition; `published` is undefined where no run published it. */
  readonly current: { readonly location: string; readonly published: Published | undefined } | undefined;
}

export type RefusalCode =
  | 'never published'
  | 'not registered'
  | 'foreign'
  | 'rolled back already'
  | 'published since'
  | 'created by the run'
  | 'ledger gone'
  | 'files gone'
  | 'condemned'
  | 'source gone';

export interface Refusal {
  readonly code: RefusalCode;
  /** For people: goes on after the partition's name. */
  readonly reason: string;
}

/** The flip that a rollback would make: from the run's state to the one that it replaced. */
export interface Flip {
  readonly undone: Published;
  readonly before: Published;
}

export const isRefusal = (verdict: Flip | Refusal): verdict is Refusal => 'code' in verdict;

/** How a partition that is held names the state that was undone: its run and attempt. */
export const undoneState = ({ run, attempt }: Published): string => `${run}/${attempt}`;
const undoneRun = (held: string): string => held.split('/')[0] ?? held;

/** Whether the partition is in the state that the run published, and which one to flip back to. */
export const flipOf = ({ run, attempts, current }: RollbackFacts): Flip | Refusal => {
  const refuse = (code: RefusalCode, reason: string): Refusal => ({ code, reason });
  const state = current?.published;
  const its = attempts.find(({ attempt }) => state?.run === run && state.attempt === attempt);
  if (state === undefined || its === undefined) {
    if (state?.held !== undefined && undoneRun(state.held) === run)
      return refuse('rolled back already', `is rolled back already: it has been held since run ${run} was undone`);
    if (!attempts.some(({ published }) => published)) return refuse('never published', `was never published by run ${run}`);
    if (current === undefined) return refuse('not registered', 'is no longer in the catalog');
    if (state === undefined) return refuse('foreign', `is registered at ${current.location}, which no run published`);
    return refuse('published since', `is in a state that run ${state.run} published; only the newest publication can be undone`);
  }
  if (its.before === undefined)
    return refuse('created by the run', `was created by run ${run}, and a creation cannot be rolled back`);
  return { undone: state, before: its.before };
};

/** What is left of the state before, and of the sources that the undone one added. */
export interface Remains {
  /** Files and bytes below the location of the state before. */
  readonly files: number;
  readonly bytes: number;
  /** Undefined where the object is gone. */
  readonly ledgerBefore: readonly LedgerEntry[] | undefined;
  readonly ledgerUndone: readonly LedgerEntry[] | undefined;
  /** Since when a sweep has noted the state before as named by nobody, where that is longer than the grace period. */
  readonly condemnedSince: string | undefined;
  /** Whether a source lies there still, as the ledger names it. */
  readonly isThere: (source: LedgerEntry) => boolean;
}

const identity = ({ key, etag }: LedgerEntry): string => `${key}\n${etag}`;

/** Since when something of a state is noted, where a sweep may delete it by now; the earliest. */
export const condemnedSince = (
  notes: readonly (string | undefined)[],
  nowMillis: number,
  graceHours: number,
): string | undefined =>
  notes
    .filter((since) => since !== undefined)
    .filter((since) => nowMillis - Date.parse(since) >= graceHours * 3_600_000)
    .sort()[0];

/** The sources that the undone state has and the one before has not: a rollback makes them new again. */
export const addedSources = (before: readonly LedgerEntry[], undone: readonly LedgerEntry[]): readonly LedgerEntry[] => {
  const known = new Set(before.map(identity));
  return undone.filter((entry) => !known.has(identity(entry)));
};

/** Why the flip cannot be made although it is the right one; undefined where it can. Nothing may be lost by it. */
export const obstacle = ({ undone, before }: Flip, remains: Remains): Refusal | undefined => {
  const { files, bytes, ledgerBefore, ledgerUndone, condemnedSince, isThere } = remains;
  if (ledgerBefore === undefined)
    return { code: 'ledger gone', reason: `cannot go back to run ${before.run}: its ledger ${before.ledger} is gone` };
  if (ledgerUndone === undefined)
    return { code: 'ledger gone', reason: `cannot be undone: its ledger ${undone.ledger}, which names its sources, is gone` };
  if (files !== before.files || bytes !== before.bytes)
    return {
      code: 'files gone',
      reason: `cannot go back to run ${before.run}: of its ${before.files} files (${before.bytes} bytes) ${files} (${bytes} bytes) are left at ${before.location}`,
    };
  if (condemnedSince !== undefined)
    return {
      code: 'condemned',
      reason: `cannot go back to run ${before.run}: nobody has named its files since ${condemnedSince}, which is longer than the grace period, so a sweep may be deleting them`,
    };
  const added = addedSources(ledgerBefore, ledgerUndone);
  const gone = added.filter((source) => !isThere(source));
  return gone.length === 0
    ? undefined
    : {
        code: 'source gone',
        reason: `cannot be undone without losing events: ${gone.length} of the ${added.length} sources that run ${undone.run} added are gone, the first is ${gone[0]?.key}`,
      };
};

/** The state to be published: the one before, held until it is forced. */
export const heldState = ({ undone, before }: Flip): Published => ({ ...before, held: undoneState(undone) });
