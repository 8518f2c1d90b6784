import { LithifyError } from '../../../contracts/errors';
import type { Graph, Resource } from '../../graph';
import { resourcesOf } from '../../graph';
import { definitionProblems } from './definition';

export const STATE_MACHINE_TYPE = 'aws:sfn/stateMachine:StateMachine';

/** A state machine as the graph describes it. */
export interface StateMachineSettings {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  /** Amazon States Language, as text. */
  readonly definition: string;
  readonly loggingConfiguration?: Readonly<Record<string, unknown>>;
  readonly tracingConfiguration?: Readonly<Record<string, unknown>>;
}

/** Inputs of the resource that change what the stand-in does. */
export const honouredInputs: readonly string[] = ['name', 'roleArn', 'definition', 'type'];

/** Inputs that it takes and does nothing about, and why. */
export const ignoredInputs: Readonly<Record<string, string>> = {
  region: 'the host has one region',
  tags: 'tags change no behaviour',
  loggingConfiguration: 'the history of every execution is kept whole; DescribeStateMachine shows the setting',
  tracingConfiguration: 'no X-Ray; DescribeStateMachine shows the setting',
  encryptionConfiguration: 'nothing is encrypted at rest on a laptop',
  publish: 'versions and aliases are not modelled',
};

const textInput = (resource: Resource, name: string): string | undefined => {
  const value = resource.inputs[name] ?? resource.outputs[name];
  return typeof value === 'string' ? value : undefined;
};

const recordInput = (resource: Resource, name: string): Readonly<Record<string, unknown>> | undefined => {
  const value = resource.inputs[name];
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
};

/** What keeps a resource from being stood in for, as sentences for the planner. */
export const stateMachineProblems = (resource: Resource): readonly string[] => {
  const type = resource.inputs['type'] ?? 'STANDARD';
  const definition = textInput(resource, 'definition');
  return [
    ...(type === 'STANDARD' ? [] : [`${resource.name}: type ${JSON.stringify(type)} is not modelled, only "STANDARD"`]),
    ...(textInput(resource, 'roleArn') === undefined ? [`${resource.name}: roleArn is missing`] : []),
    ...(definition === undefined
      ? [`${resource.name}: definition is missing`]
      : definitionProblems(definition).map((problem) => `${resource.name}: ${problem}`)),
  ];
};

/** The state machines of a graph. Throws a LithifyError with all of `stateMachineProblems`. */
export const stateMachinesOf = (graph: Graph): readonly StateMachineSettings[] =>
  resourcesOf(graph, STATE_MACHINE_TYPE).map((resource) => {
    const problems = stateMachineProblems(resource);
    if (problems.length > 0) throw new LithifyError('unsupported', `state machine ${problems.join('; ')}`);
    const name = textInput(resource, 'name') ?? resource.name;
    const logging = recordInput(resource, 'loggingConfiguration');
    const tracing = recordInput(resource, 'tracingConfiguration');
    return {
      arn: textInput(resource, 'arn') ?? `arn:aws:states:${graph.region}:${graph.accountId}:stateMachine:${name}`,
      name,
      roleArn: textInput(resource, 'roleArn') ?? '',
      definition: textInput(resource, 'definition') ?? '',
      ...(logging === undefined ? {} : { loggingConfiguration: logging }),
      ...(tracing === undefined ? {} : { tracingConfiguration: tracing }),
    };
  });
