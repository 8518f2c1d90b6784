import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import type { ConsoleSettings } from '../contracts/console';
import { UsageError } from '../contracts/errors';
import { lake } from '../infra/lake';
import { readStackFile, type StackFile } from '../infra/stack-file';
import { arnOf, computedOutputs } from './capture-outputs';
import type { Graph, Resource } from './graph';

export interface CaptureOptions {
  /** `dev`: its config is read from `Pulumi.dev.yaml`. */
  readonly stack: string;
  /** The checkout: it holds the stack files and `handlers/`. */
  readonly projectDir: string;
  /** The members page, for a stack whose config has none. */
  readonly console?: ConsoleSettings;
}

/** What the embedded host calls itself; no account has this id. */
export const LOCAL_ACCOUNT_ID = '000000000000';
const DEFAULT_REGION = 'eu-west-1';
const PROJECT = 'lithify';

/**
 * Runs the program as `pulumi up` would, with a monitor that only takes down what is registered, and gives back the graph: every custom
 * resource with its inputs resolved. No CLI, no account, no network.
 * @throws UsageError where the stack has no file or its config has mistakes
 */
export const capture = async ({ stack, projectDir, console }: CaptureOptions): Promise<Graph> => {
  const file = readStack(stack, projectDir, console === undefined ? {} : { console });
  return exclusively(() => withoutTraces(() => record(stack, resolve(projectDir), file)));
};

/**
 * Pulumi takes down a stack trace for each promise that it makes, thousands in all, in case one is never kept; where sources are compiled on
 * the fly, mapping those back is two fifths of a capture. The program's own bugs have their traces under `pulumi preview`.
 */
const withoutTraces = async <T>(work: () => Promise<T>): Promise<T> => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = limit;
  }
};

const readStack = (stack: string, projectDir: string, otherwise: Readonly<Record<string, unknown>>): StackFile => {
  const stacks = readdirSync(projectDir).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  if (!stacks.includes(stack))
    throw new UsageError(`there is no stack "${stack}"; stacks with a file in ${projectDir}: ${stacks.join(', ')}`);
  return readStackFile(stack, readFileSync(join(projectDir, `Pulumi.${stack}.yaml`), 'utf8'), otherwise);
};

/** Pulumi keeps its state per process, so one capture runs at a time. */
let last: Promise<unknown> = Promise.resolve();
const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
  const next = last.then(work, work);
  last = next.catch(() => undefined);
  return next;
};

const record = async (stack: string, checkout: string, { settings, region = DEFAULT_REGION }: StackFile): Promise<Graph> => {
  const place = { accountId: LOCAL_ACCOUNT_ID, region };
  const resources: Resource[] = [];
  await pulumi.runtime.setMocks(
    {
      // Nothing is judged in here: an error thrown to the monitor would end the process instead of this call.
      newResource: (args) => {
        if (args.custom === false) return { id: '', state: {} };
        const inputs = args.inputs as Readonly<Record<string, unknown>>;
        const outputs = { ...inputs, ...computedOutputs(args.type, args.name, inputs, place) };
        const id = String(outputs['id']);
        resources.push({ type: args.type, name: args.name, id, inputs, outputs });
        return { id, state: outputs };
      },
      call: ({ token }) => (INVOKES[token] ?? (() => ({})))(place),
    },
    PROJECT,
    stack,
    false,
  );
  const outputs = await settled({ ...lake(settings, checkout) });
  await pulumi.runtime.disconnect();
  const plain = await Promise.all(resources.map(async (resource) => ({ ...resource, ...(await withoutAssets(resource)) })));
  return { ...place, project: PROJECT, stack, resources: plain.sort(byTypeAndName), outputs };
};

/** Registration follows the order in which promises settle; the graph's order must not. */
const byTypeAndName = (left: Resource, right: Resource): number =>
  left.type === right.type ? compare(left.name, right.name) : compare(left.type, right.type);
const compare = (left: string, right: string): number => (left < right ? -1 : Number(left > right));

const INVOKES: Readonly<
  Record<string, (place: { readonly accountId: string; readonly region: string }) => Record<string, unknown>>
> = {
  'aws:index/getCallerIdentity:getCallerIdentity': ({ accountId }) => ({
    accountId,
    id: accountId,
    userId: 'operator',
    arn: arnOf('iam', { accountId, region: '' }, 'user/operator'),
  }),
  'aws:index/getRegion:getRegion': ({ region }) => ({
    region,
    id: region,
    name: region,
    description: region,
    endpoint: `ec2.${region}.amazonaws.com`,
  }),
};

const settled = (outputs: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> =>
  new Promise((fulfil) => {
    pulumi.output(outputs).apply((values) => fulfil(values as Readonly<Record<string, unknown>>));
  });

/** An archive of texts becomes a record of file name and text, so that a graph is plain data. */
const withoutAssets = async ({ inputs, outputs }: Resource): Promise<Pick<Resource, 'inputs' | 'outputs'>> => {
  const { code } = inputs;
  if (!pulumi.asset.AssetArchive.isInstance(code)) return { inputs, outputs };
  const files = await (code as pulumi.asset.AssetArchive).assets;
  const texts = await Promise.all(Object.entries(files).map(async ([name, asset]) => [name, await textOf(asset)] as const));
  const plain = { code: Object.fromEntries(texts) };
  return { inputs: { ...inputs, ...plain }, outputs: { ...outputs, ...plain } };
};

const textOf = async (asset: unknown): Promise<unknown> =>
  pulumi.asset.StringAsset.isInstance(asset)
    ? await (asset as pulumi.asset.StringAsset).text
    : `an asset that is no text: ${String(asset)}`;
