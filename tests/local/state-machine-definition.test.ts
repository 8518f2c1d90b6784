import { definitionProblems } from '../../local/stand-ins/state-machine/definition';
import { compactionMachine } from '../../workflows/compaction';
import type { FunctionName } from '../../contracts/environments';

type Loose = Record<string, unknown>;

const definitionOf = (states: Loose, rest: Loose = {}): string =>
  JSON.stringify({
    Comment: 'a test',
    QueryLanguage: 'JSONata',
    StartAt: Object.keys(states)[0],
    TimeoutSeconds: 60,
    States: states,
    ...rest,
  });

const pass = { Type: 'Pass', End: true };
const task = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'f' },
  TimeoutSeconds: 1,
  End: true,
};
const mapOf = (mode: Loose, inner: Loose, rest: Loose = {}): Loose => ({
  Type: 'Map',
  Items: [1],
  MaxConcurrency: 1,
  ItemProcessor: { ProcessorConfig: mode, StartAt: 'In', States: { In: inner } },
  End: true,
  ...rest,
});
const DISTRIBUTED = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };

test('the compaction itself has no problems', () => {
  const functionArns = new Proxy({} as Record<Exclude<FunctionName, 'transform'>, string>, {
    get: (_target, name) => `arn:aws:lambda:eu-west-1:000000000000:function:${String(name)}`,
  });
  const targets = {
    functionArns,
    workgroup: 'compaction',
    database: 'lake',
    bucket: 'lake',
    concurrentBatches: 4,
    timeoutSeconds: 3600,
  };
  expect(definitionProblems(JSON.stringify(compactionMachine(targets)))).toEqual([]);
});

test.each<[string, string, string]>([
  ['no JSON', '{', 'not JSON'],
  ['JSONPath', definitionOf({ A: pass }, { QueryLanguage: 'JSONPath' }), 'QueryLanguage is "JSONPath"'],
  ['an unknown field of the machine', definitionOf({ A: pass }, { Version: '1.0' }), 'has the field "Version"'],
  ['an unknown kind', definitionOf({ A: { Type: 'Parallel', End: true } }), 'of the kind "Parallel"'],
  ['an unknown field of a state', definitionOf({ A: { ...pass, ResultPath: '$' } }), 'has the field "ResultPath"'],
  ['an unknown resource', definitionOf({ A: { ...task, Resource: 'arn:aws:states:::sqs:sendMessage' } }), 'Resource is'],
  [
    'an unknown argument',
    definitionOf({ A: { ...task, Arguments: { FunctionName: 'f', Qualifier: 'x' } } }),
    'the field "Qualifier"',
  ],
  ['a task without a timeout', definitionOf({ A: { ...task, TimeoutSeconds: undefined } }), 'has no "TimeoutSeconds"'],
  ['no way on', definitionOf({ A: { Type: 'Pass' } }), 'either "Next" or "End"'],
  ['a way to nowhere', definitionOf({ A: { Type: 'Pass', Next: 'B' } }), 'goes to "B"'],
  ['a state that nothing reaches', definitionOf({ A: pass, B: pass }), 'States.B is reached by no transition'],
  ['bad JSONata', definitionOf({ A: { ...pass, Output: '{% 1 + %}' } }), 'not valid JSONata'],
  ['half an expression', definitionOf({ A: { ...pass, Output: ' {% 1 %}' } }), 'must begin with "{%"'],
  ['$eval', definitionOf({ A: { ...pass, Output: "{% $eval('1') %}" } }), '$eval is not supported'],
  ['a variable that nothing assigns', definitionOf({ A: { ...pass, Output: '{% $nope %}' } }), 'reads "$nope"'],
  [
    'a condition that is none',
    definitionOf({ A: { Type: 'Choice', Choices: [{ Condition: true, Next: 'B' }], Default: 'B' }, B: pass }),
    'must be an expression',
  ],
  ['a name used twice', definitionOf({ In: mapOf({ Mode: 'INLINE' }, pass) }), 'the name "In" is used by more than one state'],
  [
    'an assignment to a variable around the map',
    definitionOf({
      A: { Type: 'Pass', Assign: { x: 1 }, Next: 'M' },
      M: mapOf({ Mode: 'INLINE' }, { ...pass, Assign: { x: 2 } }),
    }),
    'assigns to "$x", a variable of the scope around it',
  ],
  [
    'a variable from around a Distributed Map',
    definitionOf({ A: { Type: 'Pass', Assign: { x: 1 }, Next: 'M' }, M: mapOf(DISTRIBUTED, { ...pass, Output: '{% $x %}' }) }),
    'reads "$x"',
  ],
  [
    'a tolerance of an inline map',
    definitionOf({ M: mapOf({ Mode: 'INLINE' }, pass, { ToleratedFailurePercentage: 5 }) }),
    'only a Distributed Map has',
  ],
])('%s is a problem', (_what, definition, expected) => {
  expect(definitionProblems(definition).join('\n')).toContain(expected);
});

test('an inline map reads the variables around it, and expressions bind their own', () => {
  const inner = { ...pass, Output: '{% ($y := $x; $map([1], function($v) { $v + $y })) %}' };
  const states = { A: { Type: 'Pass', Assign: { x: 1 }, Next: 'M' }, M: mapOf({ Mode: 'INLINE' }, inner) };
  expect(definitionProblems(definitionOf(states))).toEqual([]);
});

test('all problems are told at once', () => {
  expect(
    definitionProblems(definitionOf({ A: { Type: 'Pass', End: true, InputPath: '$' }, B: { Type: 'Succeed', Result: 1 } })),
  ).toHaveLength(2);
});
