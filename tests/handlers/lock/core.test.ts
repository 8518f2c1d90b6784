import { decideLock, lockOf, type OwnerState } from '../../../handlers/lock/core';
import { lockSchema } from '../../../workflows/documents';
import { runWith } from '../../workflows/arbitraries';

const run = runWith();
const NOW = Date.parse('2026-11-21T00:30:00.000Z');
const STALE_SECONDS = 6 * 3_600;
const other = {
  owner: 'arn:aws:states:eu-west-1:000000000000:execution:compaction:other',
  run: 'r0',
  at: '2026-11-20T23:00:00.000Z',
  waitSeconds: 0,
};
const secondsAgo = (seconds: number): string => new Date(NOW - seconds * 1_000).toISOString();
const FRESH = secondsAgo(60);
const OLD = secondsAgo(STALE_SECONDS + 1);

describe('a lock that is taken', () => {
  it.each([
    ['stays with a living owner, however old', other, OLD, 'running', { action: 'refuse', owner: other.owner }],
    ['is taken over from a finished owner at once', other, FRESH, 'finished', { action: 'take over' }],
    ['stays with an unknown owner while it is young', other, FRESH, 'unknown', { action: 'refuse', owner: other.owner }],
    ['is taken over from an unknown owner when it is old', other, OLD, 'unknown', { action: 'take over' }],
    [
      'stays when it cannot be read while it is young',
      undefined,
      FRESH,
      'unknown',
      { action: 'refuse', owner: 'an owner that cannot be read' },
    ],
    ['is taken over when it cannot be read and is old', undefined, OLD, 'unknown', { action: 'take over' }],
    [
      'is not old at exactly the longest execution',
      undefined,
      secondsAgo(STALE_SECONDS),
      'unknown',
      { action: 'refuse', owner: 'an owner that cannot be read' },
    ],
    [
      'is mine when it names me, with the wait that it was taken with',
      { ...other, owner: run.executionArn, waitSeconds: 900 },
      FRESH,
      'unknown',
      { action: 'mine', waitSeconds: 900 },
    ],
  ] as const)('%s', (_, lock, lastModified, owner, decision) => {
    expect(decideLock({ lock, lastModified }, owner satisfies OwnerState, run, NOW, STALE_SECONDS)).toEqual(decision);
  });
});

describe("a run's lock", () => {
  it('names the execution, so that anyone can look its owner up', () => {
    expect(lockSchema.parse(JSON.parse(lockOf(run, '2026-11-21T00:30:01.000Z', 900)))).toEqual({
      owner: run.executionArn,
      run: run.run,
      at: '2026-11-21T00:30:01.000Z',
      waitSeconds: 900,
    });
  });
});
