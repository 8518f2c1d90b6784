import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { policySchema, type Policy } from '../../../contracts/policy';
import type { Graph } from '../../../local/graph';
import type { Interceptor } from '../../../local/interceptor';
import type { Transition } from '../../../local/stand-ins/state-machine/integrations';
import { WarmEnvironments } from '../../../local/stand-ins/function/warm-environments';
import { Lake } from '../../flow/lake';

/** Batches of a partition or two, and orphans that go after a day. */
const POLICY: Partial<Policy> = { batchBytes: 1_500, graceHours: 20 };

/** The machine with other timeouts of its tasks. */
const withTaskSeconds =
  (seconds: number) =>
  (graph: Graph): Graph => ({
    ...graph,
    resources: graph.resources.map((resource) => {
      const { definition } = resource.inputs;
      if (typeof definition !== 'string') return resource;
      const [machine = '', ...rest] = definition.split('"States":');
      const patient = rest.map((part) => part.replaceAll(/"TimeoutSeconds":\d+/g, `"TimeoutSeconds":${seconds}`));
      return { ...resource, inputs: { ...resource.inputs, definition: [machine, ...patient].join('"States":') } };
    }),
  });

/** Whether a schedule is another one than the nightly run of `events`: the runs of other feeds would only cost time. */
const isElse = ({ type, inputs }: Graph['resources'][number]): boolean => {
  if (type !== 'aws:scheduler/schedule:Schedule') return false;
  const { arn, input } = inputs['target'] as { readonly arn: string; readonly input?: string };
  const { feed = 'events' } = JSON.parse(input ?? '{}') as { readonly feed?: string };
  return !arn.includes(':stateMachine:') || feed !== 'events';
};

const smallBatches = (graph: Graph): Graph => ({
  ...graph,
  resources: graph.resources
    .filter((resource) => !isElse(resource))
    .map((resource) => {
      const environment = resource.inputs['environment'] as { readonly variables?: Readonly<Record<string, string>> } | undefined;
      const policy = environment?.variables?.['POLICY'];
      if (policy === undefined) return resource;
      const changed = JSON.stringify(policySchema.parse({ ...(JSON.parse(policy) as object), ...POLICY }));
      return {
        ...resource,
        inputs: { ...resource.inputs, environment: { variables: { ...environment?.variables, POLICY: changed } } },
      };
    }),
});

/** Opens one lake after another, on one port and with functions that stay warm, as those of AWS do. */
export class Lakes {
  readonly #warm = new WarmEnvironments();
  #port = 0;

  async open(
    directory: string,
    hooks: {
      readonly onTransition?: (transition: Transition) => void;
      readonly intercept?: Interceptor;
      /** Of every task of the machine; those of the program where it is missing. */
      readonly taskSeconds?: number;
    } = {},
  ): Promise<Lake> {
    const { onTransition, intercept, taskSeconds } = hooks;
    const change = (graph: Graph): Graph => smallBatches(taskSeconds === undefined ? graph : withTaskSeconds(taskSeconds)(graph));
    const lake = await Lake.open(directory, onTransition, intercept, change, {
      port: this.#port,
      functions: { environments: 24, warm: this.#warm },
    });
    this.#port = Number(new URL(lake.host.endpoint).port);
    return lake;
  }

  close(): Promise<void> {
    return this.#warm.close();
  }
}

export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), 'lithify-crash-'));

/** A data directory of its own with the content of another one. */
export const copyOf = (directory: string): string => {
  const copy = temporaryDirectory();
  cpSync(directory, copy, { recursive: true, preserveTimestamps: true });
  return copy;
};

export const discard = (directory: string): void => rmSync(directory, { recursive: true, force: true });
