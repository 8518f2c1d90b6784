import { EVENTS } from '../../contracts/feeds';
import { ledgerKey, type Partition } from '../../contracts/lake';
import { FUNCTION_NAMES, type FunctionName } from '../../contracts/environments';
import type { MapState } from '../../workflows/asl';
import { ATTEMPTS, compactionMachine, type CompactionTargets } from '../../workflows/compaction';
import type { Plan } from '../../workflows/documents';
import { MAX_ROUNDS, MAX_TASKS } from '../../workflows/planning';
import { compareStatement } from '../../workflows/comparison';
import { createStatement, verifyStatement } from '../../workflows/sql';
import { openMachine, FunctionError, type FunctionFake } from '../local/state-machine-host';
import { plannedWith, publishedWith, runWith } from './arbitraries';
import { mostEvents } from './history-bound';

type Step = Exclude<FunctionName, 'transform'>;

const machine = compactionMachine({
  functionArns: Object.fromEntries(FUNCTION_NAMES.map((name) => [name, name])) as CompactionTargets['functionArns'],
  workgroup: 'compaction',
  database: 'lake',
  bucket: 'lake',
  concurrentBatches: 5,
  timeoutSeconds: 86_000,
});
const batchMap = machine.States['Rewrite batches'] as MapState;
const batchStates = batchMap.ItemProcessor.States;

/** A history ends at 25,000 events, and a state's input and output at 262,144 bytes. */
const EVENTS_ALLOWED = 20_000;
const BYTES_ALLOWED = 200 * 1024;

const batchRepeats = {
  visits: Object.fromEntries(Object.keys(batchStates).map((name) => [name, name === 'Take batch' ? 1 : ATTEMPTS])),
  items: { Gather: MAX_TASKS },
};
const rounds = ['Route', 'All routed?', 'Plan', 'Anything due?'];
const runRepeats = { visits: Object.fromEntries(rounds.map((name) => [name, MAX_ROUNDS])), items: {} };

/** As many partitions as one CTAS may write, with the longest names that there are. */
const partitions = Array.from({ length: 100 }, (_, index): Partition => ({
  event_type: `${'x'.repeat(61)}${String(index).padStart(3, '0')}`,
  created_date: '2026-11-20',
}));
const table = `tmp_events_${'x'.repeat(60)}`;
const statements = {
  partitions: partitions.length,
  createStatement: createStatement({
    feed: EVENTS,
    database: 'lithify_production_stack',
    table,
    location: `s3://lithify-production-stack-lake-000000000000-eu-west-1/curated/events/${'x'.repeat(80)}/`,
    run: '20261121T003000Z-1a2b3c4d',
    batchAttempt: 'b0001-0123456789ab',
    bucketCount: 1,
    partitions,
    united: partitions,
  }),
  verifyStatement: verifyStatement(EVENTS, 'lithify_production_stack', table),
  compareStatement: compareStatement(EVENTS, 'lithify_production_stack', table, partitions),
  createToken: 'x'.repeat(64),
  verifyToken: 'x'.repeat(64),
  compareToken: 'x'.repeat(64),
};

describe('the history of one execution', () => {
  it('has room for the longest run: every round of routing and planning, every call retried as often as it may be', () => {
    expect(mostEvents(machine.States, runRepeats)).toBeLessThan(EVENTS_ALLOWED);
  });

  it('has room for the largest batch: all gather tasks of both attempts', () => {
    const most = mostEvents(batchStates, batchRepeats);
    expect(most).toBeLessThan(EVENTS_ALLOWED);
    // Not because next to nothing fits.
    expect(most).toBeGreaterThan(EVENTS_ALLOWED / 2);
  });
});

describe('a run as large as one may be', () => {
  it('passes no state more than its payload may have, and writes no more events than were worked out', async () => {
    let [routes, plans] = [0, 0];
    const tried = new Map<string, number>();
    const verified = new Set<string>();
    let published = 0;
    const answers: Record<Step, FunctionFake> = {
      validate: () => runWith({ executionArn: `arn:aws:states:eu-west-1:000000000000:execution:compaction:${'x'.repeat(80)}` }),
      lock: () => ({ status: 'locked', owner: 'me', waitSeconds: 0 }),
      // One that never ends by itself.
      route: () => ({ done: false, round: ++routes, after: 'x'.repeat(1_024), routed: 1_000, unreadable: 1_000 }),
      plan: () => ({ done: ++plans === 3, round: plans, batches: 2, partitions: 200, batchesKey: 'batches.json' }),
      attempt: ({ attempt }) => ({ attempt, tasks: Array.from({ length: MAX_TASKS }, (_, task) => task), table }),
      gather: () => ({ lines: 1e9 }),
      statements: () => statements,
      verify: ({ kind }) => {
        verified.add(String(kind));
        return { partitions: 100 };
      },
      publish: ({ batch }) => {
        tried.set(String(batch), (tried.get(String(batch)) ?? 0) + 1);
        if (tried.get(String(batch)) === 1) throw new FunctionError({ errorType: 'Error', errorMessage: 'x'.repeat(200_000) });
        published += 1;
        return { published: 100, superseded: 0 };
      },
      sweep: () => ({ deletedObjects: 1e6, notices: 1e6, status: 'swept' }),
      report: () => ({ status: 'succeeded', failedBatches: 0, summary: 'x'.repeat(2_000) }),
      unlock: () => ({ status: 'unlocked' }),
    };
    const opened = openMachine({
      machine,
      functions: answers,
      objects: {
        'lake/batches.json': JSON.stringify(['b0001', 'b0002'].map((batch) => ({ batch, batchKey: `runs/${batch}.json` }))),
      },
      queriesEnd: 'SUCCEEDED',
    });
    const run = await opened.run({});
    expect(run).toMatchObject({ status: 'SUCCEEDED' });
    expect([routes, plans]).toEqual([MAX_ROUNDS, 3]);
    expect(published).toBe(2);
    // The statements of a rebuild, which also compares, were among what was passed.
    expect([...verified].sort()).toEqual(['comparison', 'verification']);

    const { mapRuns } = await opened.call<{ mapRuns: readonly { mapRunArn: string }[] }>('ListMapRuns', {
      executionArn: run.executionArn,
    });
    const { executions } = await opened.call<{ executions: readonly { executionArn: string }[] }>('ListExecutions', {
      mapRunArn: mapRuns[0]!.mapRunArn,
    });
    expect(executions).toHaveLength(2);
    const all = async (executionArn: string): Promise<number> => {
      let token: string | undefined;
      let [count, largest] = [0, 0];
      do {
        const page = await opened.call<{ events: readonly object[]; nextToken?: string }>('GetExecutionHistory', {
          executionArn,
          maxResults: 1_000,
          ...(token === undefined ? {} : { nextToken: token }),
        });
        count += page.events.length;
        for (const event of page.events)
          for (const details of Object.values(event))
            if (typeof details === 'object' && details !== null)
              for (const text of Object.values(details as object))
                if (typeof text === 'string') largest = Math.max(largest, Buffer.byteLength(text));
        token = page.nextToken;
      } while (token !== undefined);
      expect(largest).toBeLessThan(BYTES_ALLOWED);
      return count;
    };
    expect(await all(run.executionArn)).toBeLessThanOrEqual(mostEvents(machine.States, runRepeats));
    for (const { executionArn } of executions) {
      const count = await all(executionArn);
      expect(count).toBeLessThanOrEqual(mostEvents(batchStates, batchRepeats));
      // Both attempts gathered all there is: seven events each.
      expect(count).toBeGreaterThan(ATTEMPTS * MAX_TASKS * 7);
    }
  });

  it('has a plan of 10,000 partitions that a function reads in one go', () => {
    const planned = Array.from({ length: 10_000 }, (_, index) => {
      const partition = { event_type: `type-${String(index % 100).padStart(3, '0')}`, created_date: '2026-11-20' };
      return plannedWith({
        partition: `event_type=${partition.event_type}/created_date=${partition.created_date}`,
        reason: '1000 new objects (threshold 1)',
        published: publishedWith({
          ledger: ledgerKey('events', partition, '20261121T003000Z-1a2b3c4d', 'b0001', '0123456789ab'),
        }),
        sourcesKey: `runs/events/20261121T003000Z-1a2b3c4d/plans/${'x'.repeat(36)}/sources/event_type=${partition.event_type}/created_date=${partition.created_date}.ndjson.gz`,
      });
    });
    const plan: Partial<Plan> = { partitions: planned, carry: planned.map(({ partition }) => partition) };
    expect(JSON.stringify(plan).length).toBeLessThan(16 * 1024 * 1024);
  });
});
