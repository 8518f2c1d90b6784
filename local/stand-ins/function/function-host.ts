import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AwsError } from '../../aws-error';
import { accessKeyIdOf, type Caller } from '../../caller';
import { type Clock, holdingPausably, type PausableHold, sleep } from '../../clock';
import type { Resource } from '../../graph';
import type { CallingFunction } from '../../interceptor';
import type { Trace } from '../../service';
import { FunctionWorker, type InvocationContext, type Outcome } from './function-worker';
import { type FunctionSettings, functionSettings } from './settings';
import type { WarmEnvironments } from './warm-environments';

/**
 * Lambda, invoked inside the host: each function runs the very bundle that would be deployed, in worker threads with the environment
 * that the program gives it, and signs as its own role. Pages followed: Invoke API reference, "Lambda quotas", "Defined runtime environment variables".
 * Inputs honoured and ignored: `honouredInputs` and `ignoredInputs` in settings.ts.
 *
 * Like AWS: one event at a time per environment, environments kept warm and reused, function errors as payloads, timeouts and exits end the
 * environment, 6 MB payloads both ways, only Node's modules and the AWS SDK beside the bundle.
 * Not modelled: the Invoke API on the wire, asynchronous invocations, versions and aliases, layers, the file system of a sandbox,
 * and TZ (threads share the time zone of the process).
 */
export interface FunctionHostOptions {
  /** The `aws:lambda/function:Function` resources of the graph. */
  readonly functions: readonly Resource[];
  /** The JavaScript text of a function's bundle; asked for once, at the first invocation. */
  readonly bundleOf: (resource: Resource) => string;
  /** Where the functions find the AWS services; asked for when an environment starts. */
  readonly endpointUrl: () => string;
  readonly region: string;
  readonly clock: Clock;
  /** Further files of a function's code, by path; they lie beside its bundle. */
  readonly filesOf?: (resource: Resource) => Readonly<Record<string, string>>;
  /** Output is appended to `<dataDir>/logs/aws/lambda/<name>.log`. */
  readonly dataDir: string;
  readonly trace?: Trace;
  /** @default 2, for two cores */
  readonly environmentsPerFunction?: number;
  /**
   * Threads over all functions; the longest idle one makes room. A thread that is started anew loads and compiles the SDK again, so there is
   * room for all that a run of one table uses: its twelve steps, one of them twice, and the transform of what arrives meanwhile.
   * @default 16
   */
  readonly environments?: number;
  /** Where idle environments go when the host closes, and come from. @default they end with it */
  readonly warm?: WarmEnvironments;
}

export interface InvokeResult {
  /** The handler's answer, or `{errorType, errorMessage, trace?}` where `functionError` is set. */
  readonly payload: unknown;
  readonly functionError?: 'Unhandled';
  /** The last 4 KB that the function wrote during this invocation. */
  readonly logs: string;
}

/** What the state machine and the delivery stream need of Lambda. */
export interface FunctionInvoker {
  /** `payload` is a value, or JSON text as it is. Throws AwsError where the function cannot be invoked at all. */
  invoke(caller: Caller, functionArnOrName: string, payload: unknown): Promise<InvokeResult>;
}

/** "6 MB each for request and response, synchronous". https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const REQUEST_BYTES = 6_291_456;
export const RESPONSE_BYTES = 6_291_556;
/** Each takes some 30 MB. */
const ENVIRONMENTS = 16;
/** Idle environments are ended after this time on the wall clock, to give their memory back. */
const IDLE_MILLIS = 20_000;

interface Deployed {
  readonly resource: Resource;
  readonly settings: FunctionSettings;
  bundle: string | undefined;
  invocations: number;
}

interface Environment {
  readonly deployed: Deployed;
  readonly worker: FunctionWorker;
  /** What the functions in it sign with, beside the key of their role: a real one has a token of its own as well. */
  readonly sessionToken: string;
  /** All that it was started with. */
  readonly key: string;
  idle: NodeJS.Timeout | undefined;
  running: { readonly event: string; readonly requestId: string; readonly hold: PausableHold } | undefined;
}

interface Waiting {
  readonly deployed: Deployed;
  readonly start: (environment: Environment) => void;
  readonly abandon: (reason: Error) => void;
}

export class FunctionHost implements FunctionInvoker {
  readonly #functions = new Map<string, Deployed>();
  /** Longest idle first. */
  #environments: Environment[] = [];
  /** Those given away, whether or not their event has begun. */
  readonly #reserved = new Set<Environment>();
  #queue: Waiting[] = [];
  #closed = false;

  constructor(private readonly options: FunctionHostOptions) {
    for (const resource of options.functions) {
      const deployed: Deployed = { resource, settings: functionSettings(resource), bundle: undefined, invocations: 0 };
      this.#functions.set(deployed.settings.name, deployed);
      this.#functions.set(deployed.settings.arn, deployed);
      mkdirSync(dirname(this.#logPath(deployed.settings)), { recursive: true });
    }
  }

  /** `hold` is the one that the caller has on the clock already, for the time of the invocation. */
  async invoke(caller: Caller, functionArnOrName: string, payload: unknown, hold?: PausableHold): Promise<InvokeResult> {
    const at = this.options.clock.now();
    const deployed = this.#functions.get(functionArnOrName.replace(/:\$LATEST$/, ''));
    const traced = (error?: string): void =>
      this.options.trace?.({
        service: 'lambda',
        operation: 'Invoke',
        caller,
        at,
        resource: functionArnOrName,
        ...(error === undefined ? {} : { error }),
      });
    try {
      if (deployed === undefined)
        throw new AwsError('ResourceNotFoundException', `Function not found: ${functionArnOrName}`, 404);
      const result = await (hold === undefined
        ? holdingPausably(this.options.clock, (own) => this.#invoke(deployed, payload, own))
        : this.#invoke(deployed, payload, hold));
      traced(result.functionError);
      return result;
    } catch (thrown) {
      traced(thrown instanceof AwsError ? thrown.code : 'InternalFailure');
      throw thrown;
    }
  }

  /** What runs in the environment that signs with this token, and the hold that it has on the clock. */
  invocationOf(sessionToken: string): { readonly from: CallingFunction; readonly hold: PausableHold } | undefined {
    const environment = this.#environments.find((one) => one.sessionToken === sessionToken);
    if (environment?.running === undefined) return undefined;
    const { worker, deployed, running } = environment;
    const { name, timeoutSeconds } = deployed.settings;
    const { hold, requestId } = running;
    return {
      hold,
      from: {
        functionName: name,
        requestId,
        event: JSON.parse(running.event),
        kill: () => worker.end('killed'),
        timeOut: async () => {
          await hold.letGo(() => sleep(this.options.clock, timeoutSeconds * 1000));
          worker.end('timed out');
        },
      },
    };
  }

  /** Ends all environments; invocations that still run or wait are abandoned. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { abandon } of this.#queue.splice(0)) abandon(closing());
    const { warm } = this.options;
    await Promise.all(
      this.#environments.splice(0).map((environment) => {
        clearTimeout(environment.idle);
        return warm === undefined ? this.#end(environment) : warm.keep(environment.key, environment);
      }),
    );
  }

  async #invoke(deployed: Deployed, payload: unknown, hold: PausableHold): Promise<InvokeResult> {
    const text = typeof payload === 'string' ? payload : (JSON.stringify(payload) ?? 'null');
    if (Buffer.byteLength(text) > REQUEST_BYTES) {
      throw new AwsError(
        'RequestEntityTooLargeException',
        `Request must be smaller than ${REQUEST_BYTES} bytes for the InvokeFunction operation`,
        413,
      );
    }
    const environment = await this.#acquire(deployed);
    const context = this.#context(deployed);
    environment.running = { event: text, requestId: context.awsRequestId, hold };
    const outcome = await environment.worker.run(text, context);
    environment.running = undefined;
    this.#release(environment);
    return answered(outcome);
  }

  #acquire(deployed: Deployed): Promise<Environment> {
    if (this.#closed) return Promise.reject(closing());
    return new Promise((start, abandon) => {
      this.#queue.push({ deployed, start, abandon });
      this.#dispatch();
    });
  }

  /** Gives environments to those who wait, in their order; a function at its limit does not stop the others. */
  #dispatch(): void {
    this.#environments = this.#environments.filter(({ worker }) => !worker.ended);
    this.#queue = this.#queue.filter((waiting) => {
      try {
        const environment = this.#environmentFor(waiting.deployed);
        if (environment === undefined) return true;
        clearTimeout(environment.idle);
        environment.idle = undefined;
        this.#reserved.add(environment);
        waiting.start(environment);
      } catch (thrown) {
        waiting.abandon(thrown instanceof Error ? thrown : new Error(String(thrown)));
      }
      return false;
    });
  }

  #environmentFor(deployed: Deployed): Environment | undefined {
    const own = this.#environments.filter((environment) => environment.deployed === deployed);
    const warm = own.findLast((environment) => !this.#reserved.has(environment));
    if (warm !== undefined) return warm;
    if (own.length >= (this.options.environmentsPerFunction ?? 2)) return undefined;
    if (this.#environments.length >= (this.options.environments ?? ENVIRONMENTS)) {
      const longestIdle = this.#environments.find((environment) => !this.#reserved.has(environment));
      if (longestIdle === undefined) return undefined;
      void this.#end(longestIdle);
    }
    return this.#start(deployed);
  }

  #start(deployed: Deployed): Environment {
    deployed.bundle ??= this.options.bundleOf(deployed.resource);
    const path = this.#logPath(deployed.settings);
    const log = (text: string): void => appendFileSync(path, text);
    const variables = { ...this.#environmentVariables(deployed.settings), LAMBDA_TASK_ROOT: this.#taskRoot(deployed) };
    const key = createHash('sha256')
      .update(JSON.stringify([deployed.settings, variables]))
      .update(deployed.bundle)
      .digest('hex');
    const kept = this.options.warm?.take(key);
    if (kept !== undefined) kept.worker.log = log;
    const sessionToken = kept?.sessionToken ?? `${deployed.settings.name}/${++environmentsStarted}`;
    const worker =
      kept?.worker ??
      new FunctionWorker(deployed.settings, deployed.bundle, { ...variables, AWS_SESSION_TOKEN: sessionToken }, log);
    const environment: Environment = { deployed, worker, sessionToken, key, idle: undefined, running: undefined };
    this.#environments.push(environment);
    return environment;
  }

  #release(environment: Environment): void {
    this.#reserved.delete(environment);
    if (environment.worker.ended || this.#closed) {
      void this.#end(environment);
    } else {
      this.#environments = [...this.#environments.filter((other) => other !== environment), environment];
      environment.idle = setTimeout(() => void this.#end(environment), IDLE_MILLIS);
      environment.idle.unref();
    }
    this.#dispatch();
  }

  async #end(environment: Environment): Promise<void> {
    this.#environments = this.#environments.filter((other) => other !== environment);
    clearTimeout(environment.idle);
    await environment.worker.terminate();
  }

  #context(deployed: Deployed): InvocationContext {
    const { settings } = deployed;
    const digest = createHash('sha256').update(`${settings.arn}:${deployed.invocations++}`).digest('hex');
    return {
      awsRequestId: `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`,
      functionName: settings.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: settings.arn,
      memoryLimitInMB: String(settings.memoryMegabytes),
      logGroupName: settings.logGroup,
      logStreamName: LOG_STREAM,
      timeoutMillis: settings.timeoutSeconds * 1000,
    };
  }

  #environmentVariables(settings: FunctionSettings): Readonly<Record<string, string>> {
    return {
      ...settings.environment,
      AWS_REGION: this.options.region,
      AWS_DEFAULT_REGION: this.options.region,
      AWS_ENDPOINT_URL: this.options.endpointUrl(),
      AWS_ACCESS_KEY_ID: accessKeyIdOf(settings.roleArn),
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_LAMBDA_FUNCTION_NAME: settings.name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMegabytes),
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_LOG_GROUP_NAME: settings.logGroup,
      AWS_LAMBDA_LOG_STREAM_NAME: LOG_STREAM,
      TZ: ':UTC',
      // The SDK would read the files of the person who runs the host; a sandbox has none.
      AWS_CONFIG_FILE: '/var/task/.aws/config',
      AWS_SHARED_CREDENTIALS_FILE: '/var/task/.aws/credentials',
    };
  }

  /** Where a function finds the files that it brought along; one without any finds nothing, as nothing of the host is its own. */
  #taskRoot({ resource, settings }: Deployed): string {
    const files = Object.entries(this.options.filesOf?.(resource) ?? {});
    if (files.length === 0) return '/var/task';
    const root = join(this.options.dataDir, 'functions', settings.name);
    for (const [name, text] of files) {
      const path = join(root, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    return root;
  }

  #logPath({ name }: FunctionSettings): string {
    return join(this.options.dataDir, 'logs', 'aws', 'lambda', `${name}.log`);
  }
}

const LOG_STREAM = '$LATEST';
/** Of all hosts in the process, so that no two environments share a token. */
let environmentsStarted = 0;

const answered = ({ text, failed, logs }: Outcome): InvokeResult => {
  if (failed) return { payload: JSON.parse(text), functionError: 'Unhandled', logs };
  if (Buffer.byteLength(text) > RESPONSE_BYTES) {
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${RESPONSE_BYTES} bytes).`;
    return { payload: { errorType: 'Function.ResponseSizeTooLarge', errorMessage }, functionError: 'Unhandled', logs };
  }
  return { payload: JSON.parse(text), logs };
};

const closing = (): AwsError => new AwsError('ServiceException', 'The host is closing.', 500);
