import validate from 'asl-validator';
import type { FunctionName } from '../../contracts/environments';
import { FUNCTION_NAMES } from '../../contracts/environments';
import type { State } from '../../workflows/asl';
import { PASSING_TROUBLE } from '../../workflows/steps';
import { compactionMachine, type CompactionTargets } from '../../workflows/compaction';

type Step = Exclude<FunctionName, 'transform'>;
const steps = FUNCTION_NAMES.filter((name): name is Step => name !== 'transform');

const machine = compactionMachine({
  functionArns: Object.fromEntries(
    steps.map((name) => [name, `arn:aws:lambda:eu-west-1:000000000000:function:lithify-${name}`]),
  ) as CompactionTargets['functionArns'],
  workgroup: 'compaction',
  database: 'lake',
  bucket: 'lake-bucket',
  concurrentBatches: 5,
  timeoutSeconds: 3_600,
});

interface Graph {
  readonly path: string;
  readonly startAt: string;
  readonly states: Readonly<Record<string, State>>;
}

/** The machine's own states and those of every Map in it. */
const graphsIn = (path: string, startAt: string, states: Readonly<Record<string, State>>): readonly Graph[] => [
  { path, startAt, states },
  ...Object.entries(states).flatMap(([name, state]) =>
    state.Type === 'Map' ? graphsIn(`${path}${name}/`, state.ItemProcessor.StartAt, state.ItemProcessor.States) : [],
  ),
];

const graphs = graphsIn('', machine.StartAt, machine.States);
const allStates = graphs.flatMap(({ path, states }) =>
  Object.entries(states).map(([name, state]) => [`${path}${name}`, state] as const),
);

const nextOf = (state: State): readonly string[] => [
  ...('Next' in state ? [state.Next] : []),
  ...(state.Type === 'Choice' ? [state.Default, ...state.Choices.map(({ Next }) => Next)] : []),
  ...('Catch' in state && state.Catch !== undefined ? state.Catch.map(({ Next }) => Next) : []),
];

const reachable = ({ startAt, states }: Graph): ReadonlySet<string> => {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const state = states[name];
    if (state === undefined) throw new Error(`no state is called ${name}`);
    nextOf(state).forEach(visit);
  };
  visit(startAt);
  return seen;
};

/** The validator writes into what it is given. */
const checkedByTool = (definition: unknown) => validate(structuredClone(definition), { checkArn: true, checkPaths: true });

const expressionsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return value.startsWith('{%') ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(expressionsIn);
};

describe('the compaction state machine', () => {
  it('is valid Amazon States Language', () => {
    const checked = checkedByTool(machine);
    expect(checked.errors).toEqual([]);
    expect(checked.isValid).toBe(true);
  });

  it('is refused by the validator when a transition leads nowhere', () => {
    const broken = { ...machine, States: { ...machine.States, Plan: { ...machine.States['Plan'], Next: 'Nowhere' } } };
    expect(checkedByTool(broken).isValid).toBe(false);
  });

  it.each(graphs.map((graph) => [graph.path === '' ? 'the machine' : graph.path, graph] as const))(
    'reaches every state of %s',
    (_, graph) => {
      expect([...reachable(graph)].sort()).toEqual(Object.keys(graph.states).sort());
    },
  );

  it('stays within the size of a definition', () => {
    // https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    expect(JSON.stringify(machine).length).toBeLessThan(1_048_576);
    expect(allStates.every(([name]) => name.split('/').at(-1)!.length <= 80)).toBe(true);
  });

  it('gives every task a time limit and something that catches what it throws', () => {
    const tasks = allStates.flatMap(([name, state]) => (state.Type === 'Task' ? [{ name, state }] : []));
    expect(tasks.length).toBeGreaterThan(10);
    const uncaught = tasks.filter(
      ({ state }) => state.Catch?.some(({ ErrorEquals }) => ErrorEquals.includes('States.ALL')) !== true,
    );
    // A gather task's failure is caught by the Map around it.
    expect(uncaught.map(({ name }) => name)).toEqual(['Rewrite batches/Gather/Gather objects']);
    expect(tasks.filter(({ state }) => state.TimeoutSeconds <= 0)).toEqual([]);
  });

  it('does every step again after a trouble of the moment or the death of its sandbox, and never after a refusal', () => {
    const steps = allStates.flatMap(([name, state]) =>
      state.Type === 'Task' && state.Resource === 'arn:aws:states:::lambda:invoke' ? [{ name, retried: state.Retry ?? [] }] : [],
    );
    for (const { name, retried } of steps) {
      const errors = retried.flatMap(({ ErrorEquals }) => ErrorEquals);
      expect({ name, errors }).toEqual({
        name,
        errors: expect.arrayContaining([PASSING_TROUBLE, 'Runtime.ExitError', 'Lambda.TooManyRequestsException']) as unknown,
      });
      expect(errors.filter((error) => /^States\.|AccessDenied|VerificationFailed/.test(error))).toEqual([]);
    }
  });

  it('gives the lock back on every way that took it', () => {
    const { States } = machine;
    const endings = Object.entries(States).filter(([, { Type }]) => Type === 'Succeed' || Type === 'Fail');
    const withoutUnlock = (name: string, seen: ReadonlySet<string>): readonly string[] => {
      if (seen.has(name) || name === 'Unlock' || name === 'Unlock after failure') return [];
      const next = nextOf(States[name]!);
      return next.length === 0 ? [name] : next.flatMap((to) => withoutUnlock(to, new Set([...seen, name])));
    };
    expect(endings.map(([name]) => name).sort()).toEqual(['Already running', 'Batches failed', 'Done', 'Failed', 'Refused']);
    expect(new Set(withoutUnlock('Locked?', new Set()))).toEqual(new Set(['Already running']));
    expect(new Set(withoutUnlock('Validate', new Set()))).toEqual(new Set(['Refused', 'Already running']));
  });

  it('calls every function, and hands each the time of its state', () => {
    const calls = allStates.flatMap(([, state]) =>
      state.Type === 'Task' && state.Resource === 'arn:aws:states:::lambda:invoke'
        ? [state.Arguments as { readonly FunctionName: string; readonly Payload: Readonly<Record<string, unknown>> }]
        : [],
    );
    expect(new Set(calls.map(({ FunctionName }) => FunctionName.split('lithify-')[1]))).toEqual(new Set(steps));
    const timeless = calls.filter(({ Payload }) => Payload['now'] !== '{% $states.context.State.EnteredTime %}');
    expect(timeless.map(({ FunctionName }) => FunctionName.split('lithify-')[1])).toEqual(['validate']);
  });

  it('uses no function that Step Functions does not offer', () => {
    const texts = expressionsIn(machine);
    expect(texts.length).toBeGreaterThan(30);
    expect(texts.filter((text) => /\$(eval|now|millis|random)\(/.test(text))).toEqual([]);
  });

  it('never lets one batch abort its siblings', () => {
    const map = machine.States['Rewrite batches'];
    expect(map).toMatchObject({ Type: 'Map', ToleratedFailurePercentage: 100, MaxConcurrency: 5 });
  });
});
