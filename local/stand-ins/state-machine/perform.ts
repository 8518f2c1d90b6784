import type { ChoiceState, FailState, State, WaitState } from '../../../workflows/asl';
import { performMap } from './map';
import { StateError } from './state-error';
import type { Outcome, Step, Strand } from './strand';
import { evaluateField, leave, nextOf, pauseUntil, withFailures } from './strand';
import { performTask } from './task';

/** Runs one state. Every kind of the language has its case: a new one does not compile until it has. */
export const perform = (strand: Strand, state: State, step: Step): Promise<Outcome> => {
  switch (state.Type) {
    case 'Task':
      return withFailures(strand, step, state, (attempt) => performTask(strand, state, step, attempt));
    case 'Map':
      return withFailures(strand, step, state, (attempt) => performMap(strand, state, step, attempt, perform));
    case 'Pass':
      return leave(strand, step, state, step.input, nextOf(state), { attempt: 0 });
    case 'Wait':
      return performWait(strand, state, step);
    case 'Choice':
      return performChoice(strand, state, step);
    case 'Succeed':
      return leave(strand, step, state, step.input, undefined, { attempt: 0 });
    case 'Fail':
      return performFail(strand, state, step);
    default:
      return unknownKind(state);
  }
};

const unknownKind = (state: never): never => {
  throw new Error(`This kind of state is not handled: ${JSON.stringify(state)}.`);
};

/** A wait that a restart interrupted ends when it would have. */
const performWait = async (strand: Strand, state: WaitState, step: Step): Promise<Outcome> => {
  const seconds = await evaluateField(strand, step, 'Seconds', state.Seconds, { attempt: 0 });
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 0 || seconds > 99_999_999)
    throw new StateError(
      'States.QueryEvaluationError',
      `The field 'Seconds' of the state '${step.name}' must be a whole number from 0 to 99999999; it is ${JSON.stringify(seconds)}.`,
    );
  await pauseUntil(strand, step.enteredAt + seconds * 1000);
  return leave(strand, step, state, step.input, nextOf(state), { attempt: 0 });
};

/** The state's own Output and Assign are those of its Default; a choice that is taken has its own. */
const performChoice = async (strand: Strand, state: ChoiceState, step: Step): Promise<Outcome> => {
  for (const [index, choice] of state.Choices.entries()) {
    const holds = await evaluateField(strand, step, `Choices[${index}].Condition`, choice.Condition, { attempt: 0 });
    if (typeof holds !== 'boolean')
      throw new StateError(
        'States.QueryEvaluationError',
        `The condition of choice ${index} of the state '${step.name}' must be true or false; it is ${JSON.stringify(holds)}.`,
      );
    if (holds) return leave(strand, step, choice, step.input, choice.Next, { attempt: 0 });
  }
  return leave(strand, step, state, step.input, state.Default, { attempt: 0 });
};

const performFail = async (strand: Strand, state: FailState, step: Step): Promise<never> => {
  const texts: string[] = [];
  for (const field of ['Error', 'Cause'] as const) {
    const value = await evaluateField(strand, step, field, state[field], { attempt: 0 });
    if (typeof value !== 'string')
      throw new StateError(
        'States.QueryEvaluationError',
        `The field '${field}' of the state '${step.name}' must be a text; it is ${JSON.stringify(value)}.`,
      );
    texts.push(value);
  }
  throw new StateError(texts[0] ?? '', texts[1] ?? '');
};
