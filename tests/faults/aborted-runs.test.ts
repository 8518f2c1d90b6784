import { event, Lake, START } from '../flow/lake';
import type { Transition } from '../../local/stand-ins/state-machine/integrations';

const SECOND = START / 1_000;
/** Events of three types, half of them twice, in two deliveries: six raw objects, three partitions. */
const FIRST = Array.from({ length: 12 }, (_, index) => event(index, `type${index % 3}:x`, SECOND + index));
const COPIES = FIRST.slice(0, 6);
const EVERYTHING = [['12', '18', '12']];
const COUNTS = 'SELECT count(*), sum(copies), count(DISTINCT event_uuid) FROM events';

/** Every so many of the boundaries that are counted where nothing disturbs the runs; the last two come too late to abort anything. */
const STEP = 4;

const play = async (onTransition: (transition: Transition, lake: Lake) => void): Promise<Lake> => {
  const opened: { lake?: Lake } = {};
  const lake = await Lake.open(undefined, (transition) => {
    if (opened.lake !== undefined) onTransition(transition, opened.lake);
  });
  opened.lake = lake;
  await lake.put(...FIRST);
  await lake.deliver();
  await lake.put(...COPIES);
  await lake.deliver();
  await lake.night();
  return lake;
};

describe('a run that is aborted at a state boundary is healed by the next one', () => {
  let boundaries = 0;
  beforeAll(async () => {
    const lake = await play(() => boundaries++);
    expect(await lake.rows(COUNTS)).toEqual(EVERYTHING);
    await lake.remove();
  });

  test('at every boundary of a sample, after two more nights nothing is lost, doubled, locked or left to do', async () => {
    expect(boundaries).toBeGreaterThan(40);
    for (let point = 1; point < boundaries - 2; point += STEP) {
      let seen = 0;
      const lake = await play((transition, { host }) => {
        if (++seen !== point) return;
        // A child of the Distributed Map dies with its run.
        const parent = transition.executionArn.replace(/:execution:([^:/]+)\/[^:]+:.*$/, ':execution:$1');
        const executionArn = parent === transition.executionArn ? parent : undefined;
        void (async () => {
          const { executions } = (await host.call('states', 'ListExecutions', {
            stateMachineArn: String(host.outputs['stateMachineArn']),
            statusFilter: 'RUNNING',
          })) as { executions: { executionArn: string }[] };
          for (const running of executions)
            await host.call('states', 'StopExecution', { executionArn: executionArn ?? running.executionArn });
        })();
      });
      try {
        const { executions } = (await lake.host.call('states', 'ListExecutions', {
          stateMachineArn: String(lake.host.outputs['stateMachineArn']),
        })) as { executions: { status: string }[] };
        expect({ point, aborted: executions.filter(({ status }) => status === 'ABORTED').length }).toEqual({ point, aborted: 1 });
        await lake.night();
        await lake.night();
        expect({ point, rows: await lake.rows(COUNTS) }).toEqual({ point, rows: EVERYTHING });
        expect({ point, locks: await lake.keys('locks/') }).toEqual({ point, locks: [] });
        expect(await lake.report()).toMatchObject({ status: 'succeeded', partitions: 0, queries: 0 });
      } finally {
        await lake.remove();
      }
    }
  });
});
