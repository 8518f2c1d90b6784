import { randomUUID } from 'node:crypto';
import { DescribeStateMachineCommand, type SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { LithifyError } from '../../contracts/errors';
import { lockKey } from '../../contracts/lake';
import { readLock } from '../../handlers/aws/lock';
import type { LakeObjects } from '../../handlers/aws/objects';
import { ownerState } from '../../handlers/aws/owner';
import { decideLock } from '../../handlers/lock/core';
import { longestWriteSeconds } from '../../infra/sizing';
import type { Lock } from '../../workflows/documents';

export interface LockRequest {
  readonly objects: LakeObjects;
  readonly sfn: Pick<SFNClient, 'send'>;
  readonly stateMachineArn: string;
  readonly table: string;
  /** What it is taken for: the lock names it as its run. */
  readonly purpose: string;
  /** Milliseconds since the epoch, of the host. */
  readonly now: number;
  /** The same, whenever it is asked for. */
  readonly clock: () => Promise<number>;
}

/** The table's lock in the hands of a terminal. */
export interface TerminalLock {
  /** Not before this instant may anything be flipped: what an abandoned lock's owner may still be writing ends first. */
  readonly readyAt: number;
  /** Whether it is still this terminal's, and will be for a while: a terminal that slept for hours may find it taken at any time. */
  owned(): Promise<boolean>;
  /** Gives it back, if it is still this terminal's. */
  release(): Promise<void>;
}

const TRIES = 10;
/** Before the lock counts as abandoned, so long nothing more is begun under it. */
const MARGIN_MILLIS = 10 * 60_000;

const machineTimeoutSeconds = async (sfn: Pick<SFNClient, 'send'>, stateMachineArn: string): Promise<number> => {
  const { definition = '{}' } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  return z.object({ TimeoutSeconds: z.number() }).parse(JSON.parse(definition)).TimeoutSeconds;
};

/**
 * Takes the lock as an owner that is no execution, by the rules of the machine's own lock step.
 * Throws a LithifyError that names the owner where it is somebody else's.
 */
export const takeLock = async (request: LockRequest): Promise<TerminalLock> => {
  const { objects, sfn, table, now } = request;
  const owner = `lithify ${request.purpose} ${randomUUID()}`;
  const key = lockKey(table);
  const body = (waitSeconds: number): string =>
    JSON.stringify({ owner, run: request.purpose, at: new Date(now).toISOString(), waitSeconds } satisfies Lock);
  const staleSeconds = await machineTimeoutSeconds(sfn, request.stateMachineArn);
  const held = (readyAt: number): TerminalLock => ({
    readyAt,
    owned: async () =>
      (await request.clock()) < now + staleSeconds * 1_000 - MARGIN_MILLIS &&
      (await readLock(objects, table))?.lock?.owner === owner,
    release: async () => {
      const there = await readLock(objects, table);
      if (there?.lock?.owner === owner) await objects.remove(key, there.etag);
    },
  });
  for (let round = 1; round <= TRIES; round++) {
    if (await objects.create(key, body(0))) return held(now);
    const there = await readLock(objects, table);
    if (there === undefined) continue;
    const state = there.lock === undefined ? 'unknown' : await ownerState(sfn, there.lock.owner);
    const decision = decideLock(there, state, { executionArn: owner }, now, staleSeconds);
    // An answer that got lost: the lock names this terminal.
    if (decision.action === 'mine') return held(now + decision.waitSeconds * 1_000);
    if (decision.action === 'refuse')
      throw lockedBy(table, decision.owner, state, there.lock?.at ?? there.lastModified, staleSeconds);
    if (await objects.replace(key, there.etag, body(longestWriteSeconds))) return held(now + longestWriteSeconds * 1_000);
  }
  throw new LithifyError('locked', `the lock of ${table} changed hands ${TRIES} times while it was asked for; try again.`);
};

const lockedBy = (table: string, owner: string, state: string, since: string, staleSeconds: number): LithifyError =>
  new LithifyError(
    'locked',
    state === 'running'
      ? `the lock of ${table} is held by ${owner}, which is still running; wait for its end, or stop it.`
      : `the lock of ${table} has been held since ${since} by ${owner}, of which nobody can tell whether it is at work; ` +
          `it counts as abandoned after ${staleSeconds / 3_600} hours.`,
  );
