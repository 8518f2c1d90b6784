import { S3Client } from '@aws-sdk/client-s3';
import type { FunctionName } from '../../../contracts/environments';
import type { Graph } from '../../../local/graph';
import { resourcesOf } from '../../../local/graph';
import type { Gate } from './gate';

type Handler = (event: unknown) => Promise<object>;
type Step = Exclude<FunctionName, 'transform'>;

/** The shells of the deployed functions, loaded into this process once their environment is set. */
const LOADERS: Readonly<Record<Step, () => Promise<{ readonly handler: Handler }>>> = {
  validate: () => import('../../../handlers/validate'),
  lock: () => import('../../../handlers/lock'),
  route: () => import('../../../handlers/route'),
  plan: () => import('../../../handlers/plan'),
  attempt: () => import('../../../handlers/attempt'),
  gather: () => import('../../../handlers/gather'),
  statements: () => import('../../../handlers/statements'),
  verify: () => import('../../../handlers/verify'),
  publish: () => import('../../../handlers/publish'),
  sweep: () => import('../../../handlers/sweep'),
  report: () => import('../../../handlers/report'),
  unlock: () => import('../../../handlers/unlock'),
};

const isStep = (name: string): name is Step => Object.hasOwn(LOADERS, name);

/** The handlers by their functions' ARNs, with the environment that the program gives them and the endpoint to call. */
export const loadFunctions = async (
  graph: Graph,
  endpoint: string,
): Promise<ReadonlyMap<string, { readonly name: string; readonly handler: Handler }>> => {
  const resources = resourcesOf(graph, 'aws:lambda/function:Function').filter(({ name }) => isStep(name));
  const variables = resources.map(
    ({ inputs }) => (inputs['environment'] as { variables?: Record<string, string> } | undefined)?.variables ?? {},
  );
  Object.assign(process.env, ...variables, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: graph.region,
    AWS_ACCESS_KEY_ID: 'function',
    AWS_SECRET_ACCESS_KEY: 'x',
  });
  const functions = new Map<string, { readonly name: string; readonly handler: Handler }>();
  for (const { name, outputs } of resources)
    if (isStep(name)) functions.set(String(outputs['arn']), { name, handler: (await LOADERS[name]()).handler });
  return functions;
};

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: Readonly<Record<string, unknown>>;
}
type Send = (this: object, command: Command, ...rest: readonly unknown[]) => Promise<unknown>;

/** The class that all clients of the SDK descend from. */
const clientPrototype = (): { send: Send } => {
  let prototype = S3Client.prototype as object;
  while (!Object.hasOwn(prototype, 'send')) prototype = Object.getPrototypeOf(prototype) as object;
  return prototype as { send: Send };
};

const subjectOf = (input: Command['input']): string => {
  const { Key, Prefix, PartitionValues, PartitionValueList, PartitionInput, Delete, Name } = input as {
    Key?: string;
    Prefix?: string;
    PartitionValues?: string[];
    PartitionValueList?: string[];
    PartitionInput?: { Values?: string[] };
    Delete?: { Objects?: readonly { Key?: string }[] };
    Name?: string;
  };
  const values = PartitionValues ?? PartitionValueList ?? PartitionInput?.Values;
  return Key ?? Prefix ?? values?.join('/') ?? Delete?.Objects?.map((object) => object.Key).join(' ') ?? Name ?? '';
};

/** Every call that the SDK makes in this process passes the gate; the answer takes it off again. */
export const gateCalls = (gate: () => Gate): (() => void) => {
  const prototype = clientPrototype();
  const { send } = prototype;
  prototype.send = function (command, ...rest) {
    const label = `${command.constructor.name.replace(/Command$/, '')} ${subjectOf(command.input)}`.trim();
    return gate().pass(label, () => send.call(this, command, ...rest));
  };
  return () => {
    prototype.send = send;
  };
};
