import type { FunctionWorker } from './function-worker';

/** An environment between two hosts: its thread, and the session token that its clients sign with. */
export interface Warm {
  readonly worker: FunctionWorker;
  readonly sessionToken: string;
}

/**
 * Execution environments that outlive the host that started them, for tests that open hundreds of hosts one after another on the same
 * program and port: starting threads and loading the SDK in each is most of what a short run costs.
 */
export class WarmEnvironments {
  readonly #kept = new Map<string, Warm[]>();
  #closed = false;

  /** `key`: all that an environment was started with. */
  take(key: string): Warm | undefined {
    return this.#kept.get(key)?.pop();
  }

  async keep(key: string, environment: Warm): Promise<void> {
    if (this.#closed || environment.worker.ended || environment.worker.busy) return environment.worker.terminate();
    this.#kept.set(key, [...(this.#kept.get(key) ?? []), environment]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#kept.values()].flat();
    this.#kept.clear();
    await Promise.all(all.map(({ worker }) => worker.terminate()));
  }
}
