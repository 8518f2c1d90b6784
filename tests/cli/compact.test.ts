import type { SFNClient } from '@aws-sdk/client-sfn';
import { alreadyRunning, causeText, failureSentence, inputOf } from '../../cli/commands/compact';
import { follow, runIdOf, type Following } from '../../cli/execution';
import { partitionDollars, planLines } from '../../cli/format/run-report';
import { runOf } from '../../handlers/validate/core';
import type { Plan, PlannedPartition } from '../../workflows/documents';
import { runInputSchema } from '../../workflows/run';

const nothing = {
  feed: 'events',
  'event-type': undefined,
  from: undefined,
  to: undefined,
  full: false,
  force: false,
  rebuild: false,
  'dry-run': false,
};

describe('the input of a run', () => {
  it('says only what was asked for', () => {
    expect(inputOf(nothing)).toEqual({ feed: 'events' });
  });

  it('has a key that the machine knows for every flag', () => {
    const input = inputOf({
      feed: 'events',
      'event-type': 'cart',
      from: '2026-11-01',
      to: '2026-11-02',
      full: true,
      force: true,
      rebuild: true,
      'dry-run': true,
    });
    expect(runInputSchema.parse(input)).toEqual({
      feed: 'events',
      eventType: 'cart',
      from: '2026-11-01',
      to: '2026-11-02',
      full: true,
      force: true,
      rebuild: true,
      dryRun: true,
    });
  });
});

const ARN = 'arn:aws:states:eu-west-1:000000000000:execution:lithify-dev-compaction:x';
const STARTED = new Date('2026-11-22T00:30:00.123Z');

/** A state machine whose execution is seen in these states, one per look. */
const machine = (looks: readonly { readonly status: string; readonly state?: string; readonly output?: string }[]) => {
  let look = -1;
  const answer = (command: object): object => {
    if (command.constructor.name === 'DescribeExecutionCommand') {
      look = Math.min(look + 1, looks.length - 1);
      const { status, output } = looks[look]!;
      return { status, startDate: STARTED, ...(output !== undefined && { output }) };
    }
    const { state } = looks[look]!;
    return {
      events: [
        { type: 'LambdaFunctionScheduled' },
        ...(state === undefined ? [] : [{ stateEnteredEventDetails: { name: state } }]),
      ],
    };
  };
  return { send: (command: object) => Promise.resolve(answer(command)) } as unknown as SFNClient;
};

const followed = async (client: SFNClient, idleMillis = 1e9) => {
  const told: string[] = [];
  const following: Following = {
    client,
    executionArn: ARN,
    onState: (name) => told.push(name),
    onIdle: () => told.push('(idle)'),
    idleMillis,
    pause: () => Promise.resolve(),
  };
  return { ended: await follow(following), told };
};

describe('following a run', () => {
  it('tells each state once and ends with the output', async () => {
    const { ended, told } = await followed(
      machine([
        { status: 'RUNNING', state: 'Validate' },
        { status: 'RUNNING', state: 'Plan' },
        { status: 'RUNNING', state: 'Plan' },
        { status: 'SUCCEEDED', output: '{"status":"succeeded"}' },
      ]),
    );
    expect(told).toEqual(['Validate', 'Plan']);
    expect(ended).toEqual({
      status: 'SUCCEEDED',
      run: runIdOf(ARN, STARTED),
      output: { status: 'succeeded' },
      error: undefined,
      cause: undefined,
    });
  });

  it('says once that nothing moves', async () => {
    const still = Array.from({ length: 30 }, () => ({ status: 'RUNNING', state: 'Wait out predecessor' }));
    const { told } = await followed(machine([...still, { status: 'FAILED' }]), 3_000);
    expect(told).toEqual(['Wait out predecessor', '(idle)']);
  });

  it('knows the run by the id that the machine gives it', () => {
    expect(runIdOf(ARN, STARTED)).toBe(
      runOf({ input: { force: true }, executionArn: ARN, startedAt: STARTED.toISOString() }).run,
    );
    expect(runIdOf(ARN, STARTED)).toMatch(/^20261122T003000Z-[0-9a-f]{8}$/);
  });
});

describe('the end of a run', () => {
  it('that found another one at work is not a failure', () => {
    expect(alreadyRunning({ status: 'already running', owner: 'arn:x' })).toBe('arn:x');
    expect(alreadyRunning({ status: 'succeeded' })).toBeUndefined();
    expect(alreadyRunning(undefined)).toBeUndefined();
  });

  it("is told with a function's own sentence", () => {
    expect(causeText('{"errorType":"InvalidInput","errorMessage":"from is 3"}')).toBe('from is 3');
    expect(causeText('batch b0001 failed')).toBe('batch b0001 failed');
    expect(failureSentence({ status: 'FAILED', error: 'BatchesFailed', cause: 'b0001 (X: y)' })).toBe(
      'the run ended as FAILED: BatchesFailed: b0001 (X: y)',
    );
    expect(failureSentence({ status: 'TIMED_OUT', error: undefined, cause: undefined })).toBe('the run ended as TIMED_OUT');
  });
});

describe('a plan', () => {
  const partition = (eventType: string, due: boolean, newBytes: number): PlannedPartition => ({
    partition: `event_type=${eventType}/created_date=2026-11-21`,
    due,
    reason: due ? 'forced' : 'its day is still open',
    newObjects: 3,
    newBytes,
    bucketCount: 1,
  });
  const plan: Plan = {
    run: 'r1',
    at: STARTED.toISOString(),
    full: false,
    lastFullAt: STARTED.toISOString(),
    listedObjects: 9,
    misplaced: ['raw/events/stray.txt'],
    alone: [],
    estimatedBytes: 400,
    estimatedDollars: 0.8,
    batchesKey: 'k',
    batches: [{ batch: 'b0001', batchKey: 'k', partitions: 2, bucketCount: 1, bytes: 400 }],
    partitions: [partition('cart', false, 50), partition('order', true, 100), partition('user', true, 300)],
    carry: [],
  };

  it('shares its cost among the partitions that are due', () => {
    expect(plan.partitions.map((one) => partitionDollars(plan, one))).toEqual([0, 0.2, 0.6]);
  });

  it('shows why each partition is in or out, the due ones first', () => {
    const lines = planLines(plan, undefined);
    expect(lines[0]).toContain('2 partitions due in 1 batch, about 400 B to scan for $0.80');
    expect(lines.slice(3, 6).map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
      'event_type=order/created_date=2026-11-21 | due | 3 | 100 B | $0.20 | forced',
      'event_type=user/created_date=2026-11-21 | due | 3 | 300 B | $0.60 | forced',
      'event_type=cart/created_date=2026-11-21 | not due | 3 | 50 B | - | its day is still open',
    ]);
    expect(lines.at(-1)).toBe('not laid out as a partition, and left alone: raw/events/stray.txt');
  });
});
