import { resolve } from 'node:path';
import type { Graph, Resource } from '../../local/graph';
import { programGraph } from '../graphs';

export const CHECKOUT = resolve(__dirname, '..', '..');

/** The graphs of both stacks. */
export const capturedStacks = async (): Promise<{ readonly dev: Graph; readonly prod: Graph }> => ({
  dev: await programGraph('dev'),
  prod: await programGraph('prod'),
});

export const inputsOf = (graph: Graph, type: string, name: string): Readonly<Record<string, unknown>> => {
  const found = graph.resources.filter((resource) => resource.type === type && resource.name === name);
  if (found.length !== 1) throw new Error(`${found.length} resources are ${type} "${name}"`);
  return found[0]!.inputs;
};

export interface PolicyStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The statements of an IAM document in an input. */
export const statementsOf = (resource: Resource, input = 'policy'): readonly PolicyStatement[] =>
  (JSON.parse(String(resource.inputs[input])) as { readonly Statement: readonly PolicyStatement[] }).Statement;

export const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];
