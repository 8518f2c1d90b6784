import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FunctionSettings } from './settings';

/** What the handler's second argument holds, but for its methods. */
export interface InvocationContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: '$LATEST';
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly timeoutMillis: number;
}

/** JSON text of the handler's answer, or of `{errorType, errorMessage, trace}`. */
export interface Outcome {
  readonly text: string;
  readonly failed: boolean;
  readonly logs: string;
}

interface Message {
  readonly kind: 'ready' | 'unloadable' | 'log' | 'result' | 'error';
  readonly text: string;
}

interface Running {
  readonly context: InvocationContext;
  readonly resolve: (outcome: Outcome) => void;
  timer: NodeJS.Timeout | undefined;
  logs: string;
}

/** Node itself needs room that a small function's memory setting does not leave. */
const LEAST_HEAP_MEGABYTES = 96;
/** "The init phase is limited to 10 seconds"; more here, since cold starts share two cores. */
const INIT_SECONDS = 60;
/** As much as a synchronous invocation with LogType Tail returns. */
const LOG_TAIL_CHARACTERS = 4096;
const RUNTIME = join(__dirname, 'runtime.cjs');

/**
 * One execution environment of a function: a thread with the function's own environment variables, which answers one event at
 * a time. It ends with its first timeout, crash or exit, as a real one does; `ended` says so.
 */
export class FunctionWorker {
  readonly #worker: Worker;
  #running: Running | undefined;
  #pending: string | undefined;
  #ready = false;
  #unloadable: string | undefined;
  ended = false;

  constructor(
    private readonly settings: FunctionSettings,
    bundle: string,
    environment: Readonly<Record<string, string>>,
    public log: (text: string) => void,
  ) {
    this.#worker = new Worker(RUNTIME, {
      env: { ...environment },
      workerData: { bundle, module: settings.handler.module, handlerName: settings.handler.name, resolveFrom: __filename },
      resourceLimits: { maxOldGenerationSizeMb: Math.max(settings.memoryMegabytes, LEAST_HEAP_MEGABYTES) },
      // A loader of the host (TypeScript, test runner) is no business of the function.
      execArgv: [],
    });
    this.#worker.on('message', (message: Message) => this.#receive(message));
    this.#worker.on('error', (error: Error & { readonly code?: string }) => this.#crashed(error));
    this.#worker.on('exit', (code) => this.#exited(code));
  }

  get busy(): boolean {
    return this.#running !== undefined;
  }

  /** Must not be called while busy. */
  run(payload: string, context: InvocationContext): Promise<Outcome> {
    this.#worker.ref();
    return new Promise((resolve) => {
      this.#running = { context, resolve, timer: undefined, logs: '' };
      this.#pending = payload;
      this.#limit(INIT_SECONDS);
      if (this.#ready) this.#start();
      else if (this.#unloadable !== undefined) this.#finish(this.#unloadable, true);
    });
  }

  /** Ends the environment in the midst of its event, as its sandbox's death or its timeout does. */
  end(how: 'killed' | 'timed out'): void {
    void this.terminate();
    if (how === 'killed') this.#fail('Runtime.ExitError', 'Error: Runtime exited with error: signal: killed');
    else this.#fail('Sandbox.Timedout', `Error: Task timed out after ${this.settings.timeoutSeconds.toFixed(2)} seconds`);
  }

  async terminate(): Promise<void> {
    this.ended = true;
    await this.#worker.terminate();
  }

  #receive({ kind, text }: Message): void {
    switch (kind) {
      case 'ready':
        this.#ready = true;
        return this.#pending === undefined ? undefined : this.#start();
      case 'unloadable':
        this.#unloadable = text;
        return this.#running === undefined ? undefined : this.#finish(text, true);
      case 'log':
        if (this.#running !== undefined) this.#running.logs = (this.#running.logs + text).slice(-LOG_TAIL_CHARACTERS);
        return this.log(text);
      case 'result':
        return this.#finish(text, false);
      case 'error':
        return this.#finish(text, true);
    }
  }

  #start(): void {
    const running = this.#running!;
    this.#limit(this.settings.timeoutSeconds);
    this.#worker.postMessage({ payload: this.#pending, context: running.context });
    this.#pending = undefined;
  }

  /** Ends the environment when it does not answer within `seconds` of the wall clock: code runs in real time. */
  #limit(seconds: number): void {
    const running = this.#running!;
    clearTimeout(running.timer);
    running.timer = setTimeout(() => {
      void this.terminate();
      this.#fail('Sandbox.Timedout', `Error: Task timed out after ${seconds.toFixed(2)} seconds`);
    }, seconds * 1000);
  }

  #crashed(error: Error & { readonly code?: string }): void {
    this.ended = true;
    this.log(`${error.stack ?? error.message}\n`);
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
      this.#fail('Runtime.OutOfMemory', 'Error: Runtime exited with error: signal: killed');
    else this.#fail('Runtime.UnhandledPromiseRejection', `Error: ${error.message}`);
  }

  #exited(code: number): void {
    this.ended = true;
    this.#fail('Runtime.ExitError', `Error: Runtime exited with error: exit status ${code}`);
  }

  #fail(errorType: string, message: string): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#finish(JSON.stringify({ errorType, errorMessage: `RequestId: ${running.context.awsRequestId} ${message}` }), true);
  }

  #finish(text: string, failed: boolean): void {
    const running = this.#running;
    if (running === undefined) return;
    clearTimeout(running.timer);
    this.#running = undefined;
    this.#pending = undefined;
    // An idle thread must not keep the process alive.
    if (!this.ended) this.#worker.unref();
    if (failed) this.log(`ERROR RequestId: ${running.context.awsRequestId} ${text}\n`);
    running.resolve({ text, failed, logs: running.logs });
  }
}
