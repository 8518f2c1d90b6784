import type { MapState, State, TaskState } from '../../workflows/asl';

/** How often a state may be visited in one execution of its graph, where it is more than once; and how many items an inline Map may have. */
export interface Repeats {
  readonly visits: Readonly<Record<string, number>>;
  readonly items: Readonly<Record<string, number>>;
}

/** Execution started and ended. */
const OWN_EVENTS = 2;

/**
 * The most events that one execution of a graph of states can write into its history, every task retried as often as it may be. Events by kind of
 * state: the developer guide's "Execution history" and what `GetExecutionHistory` answers. A Distributed Map's children have histories of their own.
 */
export const mostEvents = (states: Readonly<Record<string, State>>, repeats: Repeats): number =>
  OWN_EVENTS +
  Object.entries(states).reduce((sum, [name, state]) => sum + (repeats.visits[name] ?? 1) * eventsOf(name, state, repeats), 0);

const eventsOf = (name: string, state: State, repeats: Repeats): number => {
  if (state.Type === 'Task') return taskEvents(state);
  if (state.Type === 'Map') return mapEvents(name, state, repeats);
  return 2;
};

/** Entered and exited, and for each try scheduled, started, (submitted,) ended. */
const taskEvents = ({ Resource, Retry = [] }: TaskState): number => {
  const tries = 1 + Retry.reduce((sum, { MaxAttempts }) => sum + MaxAttempts, 0);
  return 2 + tries * (Resource.endsWith('.sync') ? 4 : 3);
};

/** Entered, started, ended, exited; and for each item of an inline one its iteration's start and end, and its states. */
const mapEvents = (name: string, { ItemProcessor: { ProcessorConfig, States } }: MapState, repeats: Repeats): number => {
  if (ProcessorConfig.Mode === 'DISTRIBUTED') return 4;
  const items = repeats.items[name];
  if (items === undefined) throw new Error(`nobody says how many items ${name} may have`);
  return 4 + items * (2 + mostEvents(States, repeats) - OWN_EVENTS);
};
