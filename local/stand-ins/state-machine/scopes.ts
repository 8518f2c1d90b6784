import type { Json, State, StateMachine } from '../../../workflows/asl';
import { FUNCTION_NAMES, freeVariables, isExpression } from './expression';

/**
 * What can be wrong between the states of a definition: transitions to nowhere, states that nothing reaches, names used twice, and
 * variables. A scope is the machine or the processor of a Map; an inline Map's states read the variables around them but cannot
 * assign to them, a Distributed Map's states see none of them.
 * https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
 */
interface Scope {
  readonly StartAt: string;
  readonly States: { readonly [name: string]: State };
}

export const scopeProblems = (machine: StateMachine): readonly string[] => [
  ...problemsOf(machine, 'definition', new Set()),
  ...repeated(namesOf(machine)).map((name) => `the name "${name}" is used by more than one state`),
];

const problemsOf = (scope: Scope, at: string, outer: ReadonlySet<string>): readonly string[] => {
  const own = new Set(Object.values(scope.States).flatMap(assignedBy));
  const visible = new Set([...outer, ...own]);
  return [
    ...transitionProblems(scope, at),
    ...[...own].filter((name) => outer.has(name)).map((name) => `${at} assigns to "$${name}", a variable of the scope around it`),
    ...Object.entries(scope.States).flatMap(([name, state]) => {
      const place = `${at}.States.${name}`;
      const { inner, rest } = split(state);
      return [
        ...unknownVariables(rest, visible).map(
          (variable) => `${place} reads "$${variable}", which no state of its scope assigns`,
        ),
        ...(inner === undefined ? [] : problemsOf(inner, `${place}.ItemProcessor`, isDistributed(state) ? new Set() : visible)),
      ];
    }),
  ];
};

const isDistributed = (state: State): boolean =>
  state.Type === 'Map' && state.ItemProcessor.ProcessorConfig.Mode === 'DISTRIBUTED';

/** A state without the scope inside it, and that scope. */
const split = (state: State): { readonly inner: Scope | undefined; readonly rest: object } => {
  if (state.Type !== 'Map') return { inner: undefined, rest: state };
  const { ItemProcessor: inner, ...rest } = state;
  return { inner, rest };
};

const transitionsOf = (state: State): readonly string[] => {
  const next = 'Next' in state ? [state.Next] : [];
  const caught = 'Catch' in state ? (state.Catch ?? []).map((catcher) => catcher.Next) : [];
  return state.Type === 'Choice' ? [...state.Choices.map((choice) => choice.Next), state.Default] : [...next, ...caught];
};

const transitionProblems = (scope: Scope, at: string): readonly string[] => {
  const reached = new Set<string>();
  const problems: string[] = [];
  const pending: (readonly [string, string])[] = [[scope.StartAt, `${at}.StartAt`]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [name, from] = next;
    const state = Object.hasOwn(scope.States, name) ? scope.States[name] : undefined;
    if (state === undefined) problems.push(`${from} goes to "${name}", which is no state of its scope`);
    else if (!reached.has(name)) {
      reached.add(name);
      pending.push(...transitionsOf(state).map((target) => [target, `${at}.States.${name}`] as const));
    }
  }
  const names = Object.keys(scope.States);
  return [
    ...problems,
    ...names.filter((name) => !reached.has(name)).map((name) => `${at}.States.${name} is reached by no transition`),
    // The places of iterations are told apart by it: `Gather/3`.
    ...names
      .filter((name) => scope.States[name]?.Type === 'Map' && name.includes('/'))
      .map((name) => `${at}.States.${name} is a Map with "/" in its name, which is not modelled`),
    ...names.filter((name) => name.length > 80).map((name) => `${at}.States.${name} has a name longer than 80 characters`),
  ];
};

const assignedBy = (state: State): readonly string[] => {
  const places: readonly { readonly Assign?: { readonly [name: string]: Json } }[] = [
    ...('Assign' in state ? [state] : []),
    ...('Catch' in state ? (state.Catch ?? []) : []),
    ...(state.Type === 'Choice' ? state.Choices : []),
  ];
  return places.flatMap((place) => Object.keys(place.Assign ?? {}));
};

const namesOf = (scope: Scope): readonly string[] =>
  Object.entries(scope.States).flatMap(([name, state]) => [name, ...(state.Type === 'Map' ? namesOf(state.ItemProcessor) : [])]);

const repeated = (names: readonly string[]): readonly string[] => [
  ...new Set(names.filter((name, index) => names.indexOf(name) !== index)),
];

const unknownVariables = (template: unknown, visible: ReadonlySet<string>): readonly string[] => {
  const unknown = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string' && isExpression(value)) {
      for (const name of freeVariables(value))
        if (!visible.has(name) && name !== 'states' && !FUNCTION_NAMES.has(name)) unknown.add(name);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit(template);
  return [...unknown];
};
