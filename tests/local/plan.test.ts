import type { Graph, Resource } from '../../local/graph';
import { HostPlanError, planHost } from '../../local/plan';
import type { Support } from '../../local/support';
import { programGraph } from '../graphs';

const graphOf = (...resources: readonly Partial<Resource>[]): Graph => ({
  accountId: '000000000000',
  region: 'eu-west-1',
  project: 'lithify',
  stack: 'test',
  outputs: {},
  resources: resources.map((resource) => ({ type: 'test:stream', name: 'a', id: 'a', inputs: {}, outputs: {}, ...resource })),
});

const SUPPORT: Readonly<Record<string, Support>> = {
  'test:stream': {
    standIn: 'stream',
    honoured: ['name', 'target.arn', 'hints', 'items.kind'],
    ignored: { tags: 'none', 'target.retry': 'none' },
  },
  'test:role': { inert: 'nobody asks' },
};

const problemsOf = (graph: Graph): readonly string[] => {
  try {
    planHost(graph, SUPPORT);
  } catch (error) {
    if (error instanceof HostPlanError) return error.problems;
    throw error;
  }
  return [];
};

test('what is listed goes to its stand-in or is inert for a reason', () => {
  const graph = graphOf(
    {
      inputs: {
        name: 'a',
        tags: { any: 'tag' },
        hints: { deep: { down: 1 } },
        items: [{ kind: 'x' }, { kind: 'y' }],
        target: { retry: { times: 3 } },
      },
    },
    { type: 'test:role', name: 'b', inputs: { whatever: 1 } },
  );
  const plan = planHost(graph, SUPPORT);

  expect(plan.standIns.stream.map(({ name }) => name)).toEqual(['a']);
  expect(plan.standIns.athena).toEqual([]);
  expect(plan.inert).toEqual([{ resource: graph.resources[1], because: 'nobody asks' }]);
});

test('unknown types, unknown inputs however deep, and ARNs that lead nowhere are all told at once', () => {
  const known = 'arn:aws:kinesis:eu-west-1:000000000000:stream/a';
  const graph = graphOf(
    {
      outputs: { arn: known },
      inputs: { name: 'a', speed: 9, items: [{ kind: 'x' }, { colour: 'red' }], target: { region: 'x' } },
    },
    { type: 'test:teapot', name: 'pot' },
    {
      type: 'test:role',
      name: 'c',
      inputs: {
        policy: JSON.stringify({
          Resource: [
            known,
            `${known}/consumer/1`,
            'arn:aws:kinesis:eu-west-1:000000000000:stream/b',
            'arn:aws:s3:::nowhere/raw/*',
          ],
        }),
      },
    },
  );

  expect(problemsOf(graph)).toEqual([
    'test:stream "a": the input speed is neither honoured nor ignored',
    'test:stream "a": the input items.colour is neither honoured nor ignored',
    'test:stream "a": the input target.region is neither honoured nor ignored',
    'test:teapot "pot": the type is not modelled',
    'test:role "c": arn:aws:kinesis:eu-west-1:000000000000:stream/b names no resource of the program',
    'test:role "c": arn:aws:s3:::nowhere/raw/* names no resource of the program',
  ]);
});

test('an ARN that merely begins like another one leads nowhere', () => {
  const arn = 'arn:aws:states:eu-west-1:000000000000:stateMachine:night';
  const graph = graphOf(
    { outputs: { arn } },
    {
      type: 'test:role',
      name: 'c',
      inputs: {
        a: `${arn}ly`,
        b: `${arn}:3`,
        c: 'arn:aws:states:eu-west-1:000000000000:execution:night:*',
        d: 'arn:aws:states:eu-west-1:000000000000:execution:day:*',
      },
    },
  );

  expect(problemsOf(graph)).toEqual([
    `test:role "c": ${arn}ly names no resource of the program`,
    'test:role "c": arn:aws:states:eu-west-1:000000000000:execution:day:* names no resource of the program',
  ]);
});

test.each(['dev', 'prod'] as const)('the whole program of %s runs locally', async (stack) => {
  const { standIns, inert } = planHost(await programGraph(stack));

  expect(Object.fromEntries(Object.entries(standIns).map(([name, resources]) => [name, resources.length]))).toEqual({
    stream: 4,
    delivery: 6,
    storage: 5,
    function: 18,
    catalog: 24,
    athena: 17,
    'state-machine': 1,
    schedule: 6,
    table: 0,
    'http-api': 0,
    'event-source': 1,
  });
  expect(inert.every(({ because }) => because.length > 10)).toBe(true);
});
