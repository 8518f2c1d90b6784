import type { Trace, TracedCall } from './service';

/**
 * What the host remembers of the calls that reached its stand-ins: the last `limit` calls whole, and a count of all of them by
 * service, operation and error. Kept in memory alone; whoever wants more subscribes.
 */
export class TraceLog {
  readonly #limit: number;
  readonly #recent: TracedCall[] = [];
  #next = 0;
  readonly #counts = new Map<string, number>();
  readonly #listeners = new Set<Trace>();

  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  /** What stand-ins call; bound, so that it can be handed around. */
  readonly record: Trace = (call) => {
    this.#recent[this.#next] = call;
    this.#next = (this.#next + 1) % this.#limit;
    const name = countName(call.service, call.operation, call.error);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    for (const listener of this.#listeners) listener(call);
  };

  /** The last calls, oldest first. */
  recent(): readonly TracedCall[] {
    return [...this.#recent.slice(this.#next), ...this.#recent.slice(0, this.#next)];
  }

  /** How often an operation ended well (or, with `error`, in that error) since the host started. */
  count(service: string, operation: string, error?: string): number {
    return this.#counts.get(countName(service, operation, error)) ?? 0;
  }

  /** All counts by `service:Operation` or `service:Operation!ErrorCode`. */
  counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Calls `listener` after every call from now on; the answer ends that. */
  subscribe(listener: Trace): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

const countName = (service: string, operation: string, error: string | undefined): string =>
  error === undefined ? `${service}:${operation}` : `${service}:${operation}!${error}`;
