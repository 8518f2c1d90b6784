import { LithifyError } from '../../../contracts/errors';
import type { Resource } from '../../graph';

/** A Lambda function as the program declares it. */
export interface FunctionSettings {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  /** File of the bundle that holds the handler, without its extension, and the exported name: `index.handler`. */
  readonly handler: { readonly module: string; readonly name: string };
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: string;
}

export const honouredInputs: readonly string[] = [
  'name',
  'role',
  'code',
  'handler',
  'runtime',
  'packageType',
  'timeout',
  'memorySize',
  'environment',
  'environment.variables',
  'loggingConfig',
  'loggingConfig.logGroup',
];

export const ignoredInputs: Readonly<Record<string, string>> = {
  architectures: 'JavaScript runs on any',
  codeSha256: 'computed from the code',
  sourceCodeHash: 'computed from the code',
  description: 'a text for people',
  ephemeralStorage: 'handlers share the disk of the host',
  kmsKeyArn: 'the environment is not stored',
  'loggingConfig.logFormat': 'lines are logged as the function writes them',
  'loggingConfig.applicationLogLevel': 'all lines are logged',
  'loggingConfig.systemLogLevel': 'the host logs failures only',
  publish: 'only $LATEST runs',
  region: 'the host has one region',
  reservedConcurrentExecutions: 'the host runs fewer at a time than any reservation allows',
  skipDestroy: 'nothing is destroyed',
  tags: 'tags change no behaviour',
  tracingConfig: 'no X-Ray',
  deadLetterConfig: 'for asynchronous invocations, which are not modelled',
  useResourceTimeoutForPropagation: 'nothing propagates',
};

/** Defaults and bounds of a function: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const DEFAULT_MEMORY_MEGABYTES = 128;
const DEFAULT_TIMEOUT_SECONDS = 3;
const MOST_TIMEOUT_SECONDS = 900;
const HANDLER = /^([\w-]+)\.([A-Za-z_$][\w$]*)$/;

/** The settings of an `aws:lambda/function:Function`. Throws a LithifyError that names what the stand-in cannot model. */
export const functionSettings = (resource: Resource): FunctionSettings => {
  const { inputs, outputs } = resource;
  const refuse = (sentence: string): never => {
    throw new LithifyError('unsupported', `function ${resource.name}: ${sentence}`);
  };
  const arn = outputs['arn'];
  if (typeof arn !== 'string') return refuse('it has no ARN in the captured graph');
  const runtime = inputs['runtime'];
  if (typeof runtime !== 'string' || !runtime.startsWith('nodejs'))
    return refuse(`runtime "${String(runtime)}" is not a Node.js runtime`);
  const packageType = inputs['packageType'] ?? 'Zip';
  if (packageType !== 'Zip') return refuse(`packageType "${String(packageType)}" is not Zip`);
  const handler = HANDLER.exec(String(inputs['handler']));
  if (handler === null) return refuse(`handler "${String(inputs['handler'])}" is not of the form file.export`);
  const timeoutSeconds = (inputs['timeout'] as number | undefined) ?? DEFAULT_TIMEOUT_SECONDS;
  if (!(timeoutSeconds >= 1 && timeoutSeconds <= MOST_TIMEOUT_SECONDS))
    return refuse(`timeout ${timeoutSeconds} is not between 1 and 900 seconds`);
  const roleArn = inputs['role'];
  if (typeof roleArn !== 'string') return refuse('it has no role');
  const name = (inputs['name'] as string | undefined) ?? arn.slice(arn.lastIndexOf(':') + 1);
  const environment = (inputs['environment'] ?? {}) as { readonly variables?: Readonly<Record<string, string>> };
  const logging = (inputs['loggingConfig'] ?? {}) as { readonly logGroup?: string };
  return {
    name,
    arn,
    roleArn,
    handler: { module: handler[1]!, name: handler[2]! },
    memoryMegabytes: (inputs['memorySize'] as number | undefined) ?? DEFAULT_MEMORY_MEGABYTES,
    timeoutSeconds,
    environment: environment.variables ?? {},
    logGroup: logging.logGroup ?? `/aws/lambda/${name}`,
  };
};
