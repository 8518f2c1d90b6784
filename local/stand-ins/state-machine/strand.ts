import type { Catcher, Json, Retrier, State } from '../../../workflows/asl';
import { holding } from '../../clock';
import { evaluateTemplate } from './expression';
import type { EventType } from './history';
import type { Life, Scope } from './life';
import type { Lifeline } from './lifeline';
import { randomness } from './randomness';
import { StateError, payloadText, takes } from './state-error';
import type { Variables } from './store';

/** One line of states: an execution, a child execution, or an iteration of an inline Map. */
export interface Strand {
  readonly life: Life;
  readonly lifeline: Lifeline;
  readonly scope: Scope;
  /** `''`, or the place of the iteration: `Gather/3`. */
  readonly path: string;
  /** Variables of the scopes around, which can be read and not assigned. */
  readonly outer: Variables;
  readonly seed: string;
  /** What `$states.context.Map.Item` is in an iteration. */
  readonly item: Item | undefined;
  /** The last event of this line. */
  previous: number;
}

export interface Item {
  readonly Index: number;
  readonly Value: Json;
}

/** One entry of a state. */
export interface Step {
  readonly name: string;
  readonly input: Json;
  readonly variables: Variables;
  readonly visit: number;
  /** Milliseconds since the epoch. */
  readonly enteredAt: number;
  /** The state was entered in an earlier life: no second event says so, and a Map goes on with what it has. */
  readonly resumed: boolean;
}

export interface Outcome {
  readonly output: Json;
  readonly assigned: Variables;
  /** Absent: the line ends here. */
  readonly next?: string;
}

export const note = (strand: Strand, type: EventType, details?: Readonly<Record<string, unknown>>): void => {
  strand.lifeline.check();
  strand.previous = strand.life.append(strand.previous, type, details);
};

/** Waits on the clock, without holding it, unless the line is cut. */
export const pauseUntil = async (strand: Strand, at: number): Promise<void> => {
  let cancel: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => {
    const timer = strand.life.around.clock.schedule(at, () => resolve());
    cancel = () => timer.cancel();
  });
  try {
    await strand.lifeline.race(reached);
  } finally {
    cancel();
  }
};

/** What a field's expressions see: the state's input and context, and what else the field has. */
export interface Sight {
  readonly attempt: number;
  readonly result?: Json;
  readonly errorOutput?: Json;
  readonly item?: Item;
}

export const evaluateField = async (strand: Strand, step: Step, field: string, template: Json, sight: Sight): Promise<Json> => {
  const { clock } = strand.life.around;
  const scope = {
    states: {
      input: step.input,
      context: contextOf(strand, step, sight),
      ...(sight.result === undefined ? {} : { result: sight.result }),
      ...(sight.errorOutput === undefined ? {} : { errorOutput: sight.errorOutput }),
    },
    variables: { ...strand.outer, ...step.variables },
    now: clock.now(),
    seed: `${seedOf(strand, step, sight.attempt)}${sight.item === undefined ? '' : ` item ${sight.item.Index}`}`,
  };
  try {
    return await strand.lifeline.race(holding(clock, () => evaluateTemplate(template, scope, field)));
  } catch (error) {
    if (error instanceof StateError && !strand.lifeline.isCut)
      note(strand, 'EvaluationFailed', { error: error.error, cause: error.cause, location: field, state: step.name });
    throw error;
  }
};

export const seedOf = (strand: Strand, step: Step, attempt: number): string =>
  `${strand.seed}/${step.name}#${step.visit}.${attempt}`;

/** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
const contextOf = (strand: Strand, step: Step, sight: Sight): Json => {
  const { execution, input } = strand.life;
  const item = sight.item ?? strand.item;
  return {
    Execution: {
      Id: execution.arn,
      Input: input,
      Name: execution.name,
      RoleArn: execution.roleArn,
      StartTime: new Date(execution.startedAt).toISOString(),
      RedriveCount: execution.redriveCount,
      ...(execution.redrivenAt === undefined ? {} : { RedriveTime: new Date(execution.redrivenAt).toISOString() }),
    },
    State: { EnteredTime: new Date(step.enteredAt).toISOString(), Name: step.name, RetryCount: sight.attempt },
    StateMachine: { Id: execution.machineArn, Name: execution.machineName },
    ...(item === undefined ? {} : { Map: { Item: { Index: item.Index, Value: item.Value } } }),
  };
};

interface Ends {
  readonly Output?: Json;
  readonly Assign?: { readonly [name: string]: Json };
}

/** The output and the assignments with which a state is left: both see the variables as they were before. */
export const leave = async (
  strand: Strand,
  step: Step,
  ends: Ends,
  unlessGiven: Json,
  next: string | undefined,
  sight: Sight,
): Promise<Outcome> => {
  const output = ends.Output === undefined ? unlessGiven : await evaluateField(strand, step, 'Output', ends.Output, sight);
  payloadText(output, `The output of the state '${step.name}'`);
  const assigned = ends.Assign === undefined ? {} : await evaluateField(strand, step, 'Assign', ends.Assign, sight);
  payloadText(assigned, `What the state '${step.name}' assigns`);
  return { output, assigned: assigned as Variables, ...(next === undefined ? {} : { next }) };
};

export const nextOf = (state: { readonly Next: string } | { readonly End: true }): string | undefined =>
  'Next' in state ? state.Next : undefined;

/** How long a Retrier waits before its `used + 1`th retry, in milliseconds. */
export const retryDelayMillis = (retrier: Retrier, used: number, draw: () => number): number => {
  const seconds = Math.min(
    retrier.IntervalSeconds * retrier.BackoffRate ** used,
    retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY,
  );
  return Math.round(seconds * 1000 * (retrier.JitterStrategy === 'FULL' ? draw() : 1));
};

interface Failures {
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

/**
 * Runs a state that may fail, with its Retriers (the first that takes the error counts, each has its own number of attempts) and
 * then its Catchers. Counts begin anew when a restart of the host or a redrive takes the state up again.
 */
export const withFailures = async (
  strand: Strand,
  step: Step,
  state: Failures,
  perform: (attempt: number) => Promise<Outcome>,
): Promise<Outcome> => {
  const used = new Map<Retrier, number>();
  for (let attempt = 0; ; attempt++) {
    try {
      return await perform(attempt);
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      const retrier = state.Retry?.find(({ ErrorEquals }) => takes(ErrorEquals, error.error));
      const before = retrier === undefined ? 0 : (used.get(retrier) ?? 0);
      if (retrier !== undefined && before < retrier.MaxAttempts) {
        used.set(retrier, before + 1);
        const { clock } = strand.life.around;
        const delay = retryDelayMillis(retrier, before, randomness(`${seedOf(strand, step, attempt)} jitter`));
        await pauseUntil(strand, clock.now() + delay);
        continue;
      }
      const catcher = state.Catch?.find(({ ErrorEquals }) => takes(ErrorEquals, error.error));
      if (catcher === undefined) throw error;
      return leave(strand, step, catcher, error.output, catcher.Next, { attempt, errorOutput: error.output });
    }
  }
};

/** Runs the states of a line from where it stands to its end, and answers its output. Throws StateError or Cut. */
export const runStrand = async (
  strand: Strand,
  input: Json,
  perform: (strand: Strand, state: State, step: Step) => Promise<Outcome>,
): Promise<Json> => {
  const saved = strand.life.execution.frames.get(strand.path);
  if (saved?.kind === 'done') return saved.output;
  let step: Step =
    saved === undefined
      ? enter(strand, strand.scope.StartAt, input, {}, 0)
      : {
          name: saved.state,
          input: JSON.parse(saved.input) as Json,
          variables: saved.variables,
          visit: saved.visit,
          enteredAt: saved.enteredAt,
          resumed: true,
        };
  for (;;) {
    const outcome = await perform(strand, stateOf(strand, step.name), step);
    const variables = { ...step.variables, ...outcome.assigned };
    exit(strand, step, outcome);
    if (outcome.next === undefined) {
      if (strand.path !== '')
        strand.life.around.store.record({
          kind: 'done',
          arn: strand.life.execution.arn,
          path: strand.path,
          output: outcome.output,
        });
      return outcome.output;
    }
    step = enter(strand, outcome.next, outcome.output, variables, step.visit + 1);
  }
};

const stateOf = (strand: Strand, name: string): State => {
  const state = strand.scope.States[name];
  if (state === undefined) throw new Error(`There is no state "${name}"; the definition was not checked.`);
  return state;
};

const enter = (strand: Strand, name: string, input: Json, variables: Variables, visit: number): Step => {
  strand.lifeline.check();
  const { life, path } = strand;
  const { Type: type } = stateOf(strand, name);
  const enteredAt = life.around.clock.now();
  const details = { name, input: JSON.stringify(input) };
  strand.previous = life.enter(strand.previous, `${type}StateEntered`, details, path, variables, visit);
  announce(strand, name, 'entered', enteredAt);
  return { name, input, variables, visit, enteredAt, resumed: false };
};

const exit = (strand: Strand, step: Step, outcome: Outcome): void => {
  const { Type: type } = stateOf(strand, step.name);
  // A Fail state is never left: performing it throws.
  if (type === 'Fail') return;
  const texts = Object.entries(outcome.assigned).map(([name, value]) => [name, JSON.stringify(value)]);
  note(strand, `${type}StateExited`, {
    name: step.name,
    output: JSON.stringify(outcome.output),
    ...(texts.length === 0 ? {} : { assignedVariables: Object.fromEntries(texts) as Record<string, string> }),
  });
  announce(strand, step.name, 'exited', strand.life.around.clock.now());
};

const announce = (strand: Strand, state: string, phase: 'entered' | 'exited', at: number): void => {
  const { execution, around } = strand.life;
  const { Type: type } = stateOf(strand, state);
  around.onTransition({
    executionArn: execution.arn,
    machineName: execution.machineName,
    state,
    type,
    phase,
    path: strand.path,
    at,
  });
};
