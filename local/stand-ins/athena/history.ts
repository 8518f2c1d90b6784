/** The queries that were started, and what became of them. */
import { join } from 'node:path';
import { Journal } from '../../journal';
import type { Outcome } from './statement-engine';

export type QueryState = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

export interface QueryRecord {
  readonly id: string;
  readonly text: string;
  readonly token?: string;
  readonly workgroup: string;
  readonly database?: string;
  readonly statementType: string;
  readonly substatementType: string;
  /** `s3://bucket/…/<id>.csv` */
  readonly output: string;
  readonly state: QueryState;
  readonly reason?: string;
  readonly error?: { readonly category: number; readonly message: string };
  /** Milliseconds since the epoch, on the host's clock. */
  readonly submittedAt: number;
  readonly completedAt?: number;
  /** Milliseconds on the wall: the host's clock stands still while a query runs. */
  readonly millis?: { readonly queue: number; readonly engine: number };
  readonly outcome?: Outcome;
}

export class History {
  readonly #journal: Journal<QueryRecord>;
  readonly #records = new Map<string, QueryRecord>();
  readonly #tokens = new Map<string, string>();

  constructor(dataDir: string, now: number) {
    this.#journal = Journal.open<QueryRecord>(join(dataDir, 'athena.ndjson'));
    for (const record of this.#journal.entries) this.#keep(record);
    for (const record of this.#records.values()) {
      if (record.state !== 'QUEUED' && record.state !== 'RUNNING') continue;
      const reason = 'GENERIC_INTERNAL_ERROR: The embedded host stopped while the query was running';
      this.#keep({ ...record, state: 'FAILED', reason, error: { category: 1, message: reason }, completedAt: now });
    }
    this.#journal.compact([...this.#records.values()]);
  }

  close(): void {
    this.#journal.close();
  }

  get size(): number {
    return this.#records.size;
  }

  get(id: string): QueryRecord | undefined {
    return this.#records.get(id);
  }

  withToken(token: string): QueryRecord | undefined {
    const id = this.#tokens.get(token);
    return id === undefined ? undefined : this.#records.get(id);
  }

  /** The newest first. */
  ofWorkgroup(workgroup: string): readonly QueryRecord[] {
    return [...this.#records.values()].filter((record) => record.workgroup === workgroup).reverse();
  }

  put(record: QueryRecord): void {
    this.#journal.append(record);
    this.#keep(record);
  }

  /** A change that need not survive a restart: a query that was running then has failed anyway. */
  keep(record: QueryRecord): void {
    this.#keep(record);
  }

  #keep(record: QueryRecord): void {
    this.#records.set(record.id, record);
    if (record.token !== undefined) this.#tokens.set(record.token, record.id);
  }
}
