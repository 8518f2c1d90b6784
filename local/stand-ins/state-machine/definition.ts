import { messageOf } from '../../../contracts/errors';
import type { MapState, State, StateMachine, TaskState } from '../../../workflows/asl';
import type { Check, Field } from './checks';
import { fields, isRecord, listOf, mapOf, nonEmpty, numberBetween, oneOf, optional, required, text } from './checks';
import { expressionProblem, isExpression } from './expression';
import { scopeProblems } from './scopes';

/**
 * Reads the definition of a state machine: exactly the language typed in workflows/asl.ts. What is not typed there is a problem
 * here, so a field or a kind that the interpreter would pass over never runs.
 */

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const DEFINITION_LIMIT_BYTES = 1_048_576;
const MAX_SECONDS = 99_999_999;

type KeysOf<Union> = Union extends unknown ? keyof Union : never;
/** One entry per field of a type: a field that is added to the language does not compile until it is checked here. */
type FieldsOf<Shape> = { readonly [Name in Extract<KeysOf<Shape>, string>]: Field };

const json: Check = (value, at) => {
  if (typeof value === 'string') {
    const problem = expressionProblem(value);
    return problem === undefined ? [] : [`${at}: ${problem}`];
  }
  if (Array.isArray(value)) return listOf(json)(value, at);
  return isRecord(value) ? mapOf(json)(value, at) : [];
};

const expression: Check = (value, at) =>
  typeof value === 'string' && isExpression(value) ? json(value, at) : [`${at} must be an expression, {% … %}`];

const secondsOrExpression: Check = (value, at) =>
  typeof value === 'string' ? expression(value, at) : numberBetween(0, MAX_SECONDS, true)(value, at);

const textOrExpression: Check = (value, at) => [...text(value, at), ...json(value, at)];

const assign: Check = (value, at) => [
  ...mapOf(json)(value, at),
  ...Object.keys(isRecord(value) ? value : {})
    .filter((name) => !/^\p{ID_Start}[\p{ID_Continue}]{0,79}$/u.test(name) || name === 'states')
    .map((name) => `${at} assigns to "${name}", which cannot be the name of a variable`),
];

const retrier = fields({
  ErrorEquals: required(nonEmpty(listOf(text))),
  IntervalSeconds: required(numberBetween(1, MAX_SECONDS, true)),
  MaxAttempts: required(numberBetween(0, MAX_SECONDS, true)),
  BackoffRate: required(numberBetween(1, Number.MAX_SAFE_INTEGER, false)),
  MaxDelaySeconds: optional(numberBetween(1, 31_622_400, true)),
  JitterStrategy: optional(oneOf('FULL', 'NONE')),
} satisfies FieldsOf<NonNullable<TaskState['Retry']>[number]>);

const catcher = fields({
  ErrorEquals: required(nonEmpty(listOf(text))),
  Next: required(text),
  Output: optional(json),
  Assign: optional(assign),
} satisfies FieldsOf<NonNullable<TaskState['Catch']>[number]>);

const common = { Comment: optional(text), Assign: optional(assign), Output: optional(json) };
const transition = { Next: optional(text), End: optional(oneOf(true)) };
const failures = { Retry: optional(listOf(retrier)), Catch: optional(listOf(catcher)) };

/** What the arguments of each integration may name; `undefined`: its own service judges them. */
const ARGUMENTS: Readonly<Record<TaskState['Resource'], Readonly<Record<string, Field>> | undefined>> = {
  'arn:aws:states:::lambda:invoke': { FunctionName: required(text), Payload: optional(json) },
  'arn:aws:states:::athena:startQueryExecution.sync': undefined,
  'arn:aws:states:::aws-sdk:glue:deleteTable': undefined,
};

const itemReader = fields({
  Resource: required(oneOf('arn:aws:states:::s3:getObject')),
  ReaderConfig: required(fields({ InputType: required(oneOf('JSON')) })),
  Arguments: required((value, at) => [
    ...json(value, at),
    ...(typeof value === 'string' ? [] : fields({ Bucket: required(text), Key: required(text) })(value, at)),
  ]),
} satisfies FieldsOf<NonNullable<MapState['ItemReader']>>);

const itemProcessor = fields({
  ProcessorConfig: required(
    fields({ Mode: required(oneOf('INLINE', 'DISTRIBUTED')), ExecutionType: optional(oneOf('STANDARD')) }),
  ),
  StartAt: required(text),
  States: required((value, at) => states(value, at)),
} satisfies FieldsOf<MapState['ItemProcessor']>);

type StateOf<Kind extends State['Type']> = Extract<State, { readonly Type: Kind }>;

const KINDS: { readonly [Kind in State['Type']]: FieldsOf<StateOf<Kind>> } = {
  Task: {
    ...common,
    ...transition,
    ...failures,
    Type: required(text),
    Resource: required(oneOf(...Object.keys(ARGUMENTS))),
    Arguments: required(json),
    TimeoutSeconds: required(numberBetween(1, MAX_SECONDS, true)),
  },
  Pass: { ...common, ...transition, Type: required(text) },
  Wait: { ...common, ...transition, Type: required(text), Seconds: required(secondsOrExpression) },
  Choice: {
    ...common,
    Type: required(text),
    Choices: required(
      nonEmpty(
        listOf(
          fields({
            Condition: required(expression),
            Next: required(text),
            Assign: optional(assign),
            Output: optional(json),
          } satisfies FieldsOf<StateOf<'Choice'>['Choices'][number]>),
        ),
      ),
    ),
    Default: required(text),
  },
  Map: {
    ...common,
    ...transition,
    ...failures,
    Type: required(text),
    Items: optional(json),
    ItemReader: optional(itemReader),
    ItemSelector: optional(json),
    MaxConcurrency: required(numberBetween(0, 10_000, true)),
    ItemProcessor: required(itemProcessor),
    Label: optional(text),
    ToleratedFailurePercentage: optional(numberBetween(0, 100, false)),
  },
  Succeed: { Comment: optional(text), Type: required(text), Output: optional(json) },
  Fail: { Comment: optional(text), Type: required(text), Error: required(textOrExpression), Cause: required(textOrExpression) },
};

const isKind = (kind: unknown): kind is State['Type'] => typeof kind === 'string' && kind in KINDS;

const state: Check = (value, at) => {
  if (!isRecord(value)) return [`${at} is not an object`];
  const { Type: kind } = value;
  if (!isKind(kind)) return [`${at} is of the kind ${JSON.stringify(kind)}; modelled: ${Object.keys(KINDS).join(', ')}`];
  return [...fields(KINDS[kind])(value, at), ...kindProblems(kind, value, at)];
};

/** What the table of fields cannot say. */
const kindProblems = (kind: State['Type'], value: Readonly<Record<string, unknown>>, at: string): readonly string[] => {
  const problems: string[] = [];
  if ('Next' in KINDS[kind] && (value['Next'] === undefined) === (value['End'] === undefined))
    problems.push(`${at} must have either "Next" or "End"`);
  if (kind === 'Task') {
    const known = ARGUMENTS[value['Resource'] as TaskState['Resource']];
    if (known !== undefined && typeof value['Arguments'] !== 'string')
      problems.push(...fields(known)(value['Arguments'], `${at}.Arguments`));
  }
  if (kind === 'Map') problems.push(...mapProblems(value, at));
  return problems;
};

const mapProblems = (value: Readonly<Record<string, unknown>>, at: string): readonly string[] => {
  const processor = isRecord(value['ItemProcessor']) ? value['ItemProcessor'] : {};
  const config = isRecord(processor['ProcessorConfig']) ? processor['ProcessorConfig'] : {};
  const problems: string[] = [];
  if (value['Items'] !== undefined && value['ItemReader'] !== undefined) problems.push(`${at} has both "Items" and "ItemReader"`);
  if (config['Mode'] === 'DISTRIBUTED') {
    if (config['ExecutionType'] === undefined) problems.push(`${at}.ItemProcessor.ProcessorConfig has no "ExecutionType"`);
    const { Label: label } = value;
    if (label !== undefined && (typeof label !== 'string' || !/^[A-Za-z0-9_-]{1,40}$/.test(label)))
      problems.push(`${at}.Label must be 1 to 40 letters, digits, - or _`);
  } else {
    for (const name of ['ItemReader', 'Label', 'ToleratedFailurePercentage'])
      if (value[name] !== undefined) problems.push(`${at} has "${name}", which only a Distributed Map has`);
    if (config['ExecutionType'] !== undefined) problems.push(`${at} is inline and has an "ExecutionType"`);
  }
  return problems;
};

const states: Check = mapOf(state);

const machine = fields({
  Comment: required(text),
  QueryLanguage: required(oneOf('JSONata')),
  StartAt: required(text),
  TimeoutSeconds: required(numberBetween(1, MAX_SECONDS, true)),
  States: required(states),
} satisfies FieldsOf<StateMachine>);

/** What keeps the text of a definition from being run here, as sentences; empty where nothing does. */
export const definitionProblems = (definition: string): readonly string[] => {
  if (Buffer.byteLength(definition) > DEFINITION_LIMIT_BYTES)
    return [`the definition is larger than ${DEFINITION_LIMIT_BYTES} bytes`];
  let parsed: unknown;
  try {
    parsed = JSON.parse(definition);
  } catch (error) {
    return [`the definition is not JSON: ${messageOf(error)}`];
  }
  const problems = machine(parsed, 'definition');
  // The scopes are looked into only where the shape is right, so that a problem is told once.
  return problems.length > 0 ? problems : scopeProblems(parsed as StateMachine);
};

/** The definition that a text holds. Throws where `definitionProblems` has any. */
export const parseDefinition = (definition: string): StateMachine => {
  const problems = definitionProblems(definition);
  if (problems.length > 0) throw new Error(`The definition cannot be interpreted: ${problems.join('; ')}.`);
  return JSON.parse(definition) as StateMachine;
};
