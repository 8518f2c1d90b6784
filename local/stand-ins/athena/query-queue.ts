/** The queries that wait and run: one after another, each holding the clock from its submission to its end. */
import { AwsError } from '../../aws-error';
import type { Clock } from '../../clock';
import { isInterrupt } from './engine-errors';
import { QueryFailure, reasonOf } from './failure';
import type { History, QueryRecord } from './history';
import type { QueryRunner } from './query-runner';
import type { Interruption, Outcome, Query } from './statement-engine';
import { BytesScannedExceeded, Stopped } from './statement-engine';

interface Waiting {
  readonly query: Query;
  readonly interruption: Interruption;
  readonly release: () => void;
  readonly queuedAt: number;
}

export class QueryQueue {
  readonly #waiting: Waiting[] = [];
  readonly #interruptions = new Map<string, Interruption>();
  readonly #running = new Set<Promise<void>>();
  #closed = false;

  constructor(
    private readonly history: History,
    private readonly runner: QueryRunner,
    private readonly clock: Clock,
    /** Queries that run at the same time. */
    private readonly concurrency: number,
  ) {}

  /** The query's record is in the history already. */
  submit(query: Query): void {
    const interruption: Interruption = { stopped: false, interrupt: undefined };
    this.#interruptions.set(query.id, interruption);
    this.#waiting.push({ query, interruption, release: this.clock.hold(), queuedAt: performance.now() });
    this.#next();
  }

  /** Stops what waits and runs, and resolves when it has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const id of this.#interruptions.keys()) this.stop(id);
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Starts what waits, as far as queries may run at the same time. */
  #next(): void {
    while (this.#running.size < this.concurrency) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) return;
      const work = this.#run(waiting).finally(() => {
        this.#running.delete(work);
        this.#interruptions.delete(waiting.query.id);
        waiting.release();
        this.#next();
      });
      this.#running.add(work);
    }
  }

  async #run({ query, interruption, queuedAt }: Waiting): Promise<void> {
    const startedAt = performance.now();
    const millis = (): { readonly queue: number; readonly engine: number } => ({
      queue: Math.round(startedAt - queuedAt),
      engine: Math.max(1, Math.round(performance.now() - startedAt)),
    });
    // The answer to StartQueryExecution comes first.
    await new Promise<void>((resolve) => setImmediate(resolve));
    try {
      if (interruption.stopped) throw new Stopped();
      this.history.keep({ ...this.#record(query.id), state: 'RUNNING' });
      const outcome: Outcome = await this.runner.run(query, interruption);
      this.end(query.id, { state: 'SUCCEEDED', outcome, millis: millis() });
    } catch (error) {
      this.end(query.id, { ...ending(error, interruption), millis: millis() });
    }
  }

  end(id: string, change: Partial<QueryRecord>): void {
    this.history.put({ ...this.#record(id), ...change, completedAt: this.clock.now() });
  }

  stop(id: string): void {
    const interruption = this.#interruptions.get(id);
    if (interruption === undefined) return;
    interruption.stopped = true;
    interruption.interrupt?.();
    if (this.#closed) return;
    const index = this.#waiting.findIndex(({ query }) => query.id === id);
    if (index < 0) return;
    const [waiting] = this.#waiting.splice(index, 1);
    this.#interruptions.delete(id);
    this.end(id, {
      state: 'CANCELLED',
      reason: 'Query cancelled by user',
      millis: { queue: Math.round(performance.now() - waiting!.queuedAt), engine: 0 },
    });
    waiting!.release();
  }

  #record(id: string): QueryRecord {
    const record = this.history.get(id);
    if (record === undefined) throw new Error(`The history holds no query ${id}`);
    return record;
  }
}

/** What becomes of a record whose query fails. */
export const failed = (failure: QueryFailure): Partial<QueryRecord> => ({
  state: 'FAILED',
  reason: failure.message,
  error: { category: failure.category, message: failure.message },
});

const ending = (error: unknown, interruption: Interruption): Partial<QueryRecord> => {
  if (error instanceof BytesScannedExceeded)
    return { state: 'CANCELLED', reason: 'Query cancelled! : Bytes scanned limit was exceeded' };
  if (error instanceof Stopped || (interruption.stopped && isInterrupt(error)))
    return { state: 'CANCELLED', reason: 'Query cancelled by user' };
  if (error instanceof QueryFailure) return failed(error);
  if (error instanceof AwsError) {
    return failed(
      new QueryFailure(
        error.code === 'AccessDenied' || error.code === 'AccessDeniedException' ? 'PERMISSION_DENIED' : 'HIVE_FILESYSTEM_ERROR',
        `${error.message} (${error.code})`,
      ),
    );
  }
  return failed(new QueryFailure('GENERIC_INTERNAL_ERROR', reasonOf(error), 1));
};
