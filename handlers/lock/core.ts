import type { Lock } from '../../workflows/documents';
import type { Run } from '../../workflows/run';

export type OwnerState = 'running' | 'finished' | 'unknown';

export interface Held {
  readonly lock: Lock | undefined;
  /** ISO 8601. */
  readonly lastModified: string;
}

export type Decision =
  | { readonly action: 'mine'; readonly waitSeconds: number }
  | { readonly action: 'refuse'; readonly owner: string }
  | { readonly action: 'take over' };

/**
 * What to do about a lock that is taken. A living owner keeps it; a finished one loses it at once; an owner that is unreadable,
 * unknown or no execution counts as finished once the lock is older than the longest execution.
 */
export const decideLock = (
  held: Held,
  owner: OwnerState,
  run: Pick<Run, 'executionArn'>,
  nowMillis: number,
  staleSeconds: number,
): Decision => {
  if (held.lock?.owner === run.executionArn) return { action: 'mine', waitSeconds: held.lock.waitSeconds };
  if (held.lock !== undefined && owner === 'running') return { action: 'refuse', owner: held.lock.owner };
  if (held.lock !== undefined && owner === 'finished') return { action: 'take over' };
  const ageSeconds = (nowMillis - Date.parse(held.lastModified)) / 1_000;
  return ageSeconds > staleSeconds
    ? { action: 'take over' }
    : { action: 'refuse', owner: held.lock?.owner ?? 'an owner that cannot be read' };
};

export const lockOf = (run: Run, now: string, waitSeconds: number): string =>
  JSON.stringify({ owner: run.executionArn, run: run.run, at: now, waitSeconds } satisfies Lock);
