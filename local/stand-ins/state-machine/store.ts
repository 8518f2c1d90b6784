import { join } from 'node:path';
import type { Json } from '../../../workflows/asl';
import { Journal } from '../../journal';
import type { HistoryEvent } from './history';
import { detailsOf } from './history';

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
export type Variables = { readonly [name: string]: Json };

/** Where one line of states stands: `''` is the execution itself, `Gather/3` the fourth iteration of the inline Map `Gather`. */
export type Frame =
  | {
      readonly kind: 'at';
      readonly state: string;
      /** JSON text. */
      readonly input: string;
      readonly variables: Variables;
      /** How many states this line had entered before. */
      readonly visit: number;
      /** Milliseconds since the epoch. */
      readonly enteredAt: number;
    }
  | { readonly kind: 'done'; readonly output: Json };

/** What is known of an execution when it starts. */
export interface Started {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly machineName: string;
  readonly roleArn: string;
  /** The definition that the execution runs, whatever becomes of the machine: `Store.definitions`. */
  readonly definitionId: string;
  /** JSON text. */
  readonly input: string;
  readonly startedAt: number;
  /** Rises with every execution of the data directory. */
  readonly order: number;
  /** For the child of a Distributed Map. */
  readonly child?: { readonly mapRunArn: string; readonly index: number };
}

export interface Ending {
  readonly status: Exclude<Status, 'RUNNING'>;
  readonly at: number;
  /** JSON text. */
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

export interface Execution extends Started {
  status: Status;
  ending: Ending | undefined;
  redriveCount: number;
  redrivenAt: number | undefined;
  redriveToken: string | undefined;
  /** How often a restart of the host took the execution up again. */
  resumeCount: number;
  readonly history: HistoryEvent[];
  readonly frames: Map<string, Frame>;
  /** The items of each inline Map under way, by its place (`Gather`, `Gather/3/Inner`). */
  readonly items: Map<string, readonly Json[]>;
  /** The Map Run of each Distributed Map under way, by its place. */
  readonly mapRuns: Map<string, string>;
}

export interface MapRunStarted {
  readonly arn: string;
  readonly executionArn: string;
  readonly place: string;
  readonly label: string;
  readonly maxConcurrency: number;
  readonly toleratedFailurePercentage: number;
  readonly items: readonly Json[];
  readonly startedAt: number;
}

export interface MapRun extends MapRunStarted {
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  stoppedAt: number | undefined;
  redriveCount: number;
  redrivenAt: number | undefined;
  /** The child execution of each item that was begun. */
  readonly children: (string | undefined)[];
}

/** Everything that happens to the state, as the journal keeps it. */
export type Entry =
  | { readonly kind: 'definition'; readonly id: string; readonly text: string }
  | { readonly kind: 'started'; readonly started: Started }
  | { readonly kind: 'event'; readonly arn: string; readonly event: HistoryEvent }
  | {
      readonly kind: 'entered';
      readonly arn: string;
      readonly event: HistoryEvent;
      readonly path: string;
      readonly variables: Variables;
      readonly visit: number;
    }
  | { readonly kind: 'done'; readonly arn: string; readonly path: string; readonly output: Json }
  | { readonly kind: 'items'; readonly arn: string; readonly place: string; readonly items: readonly Json[] }
  | { readonly kind: 'reset'; readonly arn: string; readonly place: string }
  | { readonly kind: 'ended'; readonly arn: string; readonly ending: Ending }
  | { readonly kind: 'resumed'; readonly arn: string }
  | { readonly kind: 'redriven'; readonly arn: string; readonly at: number; readonly token?: string }
  | { readonly kind: 'mapRun'; readonly started: MapRunStarted }
  | {
      readonly kind: 'mapRunEnded';
      readonly arn: string;
      readonly status: 'SUCCEEDED' | 'FAILED' | 'ABORTED';
      readonly at: number;
    }
  | { readonly kind: 'mapRunRedriven'; readonly arn: string; readonly at: number };

/** How long a closed execution is remembered. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const REMEMBERED_MILLIS = 90 * 86_400_000;

/** All executions of a data directory. Each change is one entry, applied alike when it happens and when it is replayed. */
export class Store {
  readonly executions = new Map<string, Execution>();
  readonly mapRuns = new Map<string, MapRun>();
  readonly definitions = new Map<string, string>();
  #nextOrder = 1;
  readonly #journal: Journal<Entry>;

  private constructor(journal: Journal<Entry>) {
    this.#journal = journal;
  }

  static open(dataDirectory: string, now: number): Store {
    const journal = Journal.open<Entry>(join(dataDirectory, 'executions.jsonl'));
    const store = new Store(journal);
    for (const entry of journal.entries) store.#apply(entry);
    store.#forget(now, journal.entries);
    return store;
  }

  get nextOrder(): number {
    return this.#nextOrder;
  }

  record(...entries: readonly Entry[]): void {
    this.#journal.append(...entries);
    for (const entry of entries) this.#apply(entry);
  }

  close(): void {
    this.#journal.close();
  }

  execution(arn: string): Execution {
    const execution = this.executions.get(arn);
    if (execution === undefined) throw new Error(`The journal of executions has no ${arn}.`);
    return execution;
  }

  mapRun(arn: string): MapRun {
    const mapRun = this.mapRuns.get(arn);
    if (mapRun === undefined) throw new Error(`The journal of executions has no ${arn}.`);
    return mapRun;
  }

  #apply(entry: Entry): void {
    switch (entry.kind) {
      case 'definition':
        this.definitions.set(entry.id, entry.text);
        return;
      case 'started':
        this.#start(entry.started);
        return;
      case 'event':
        this.execution(entry.arn).history.push(entry.event);
        return;
      case 'entered':
        this.#enter(entry);
        return;
      case 'done':
        clearBelow(this.execution(entry.arn), entry.path);
        this.execution(entry.arn).frames.set(entry.path, { kind: 'done', output: entry.output });
        return;
      case 'items':
        this.execution(entry.arn).items.set(entry.place, entry.items);
        return;
      case 'reset':
        clearBelow(this.execution(entry.arn), entry.place);
        this.execution(entry.arn).items.delete(entry.place);
        this.execution(entry.arn).mapRuns.delete(entry.place);
        return;
      case 'ended':
        Object.assign(this.execution(entry.arn), { status: entry.ending.status, ending: entry.ending });
        return;
      case 'resumed':
        this.execution(entry.arn).resumeCount++;
        return;
      case 'redriven': {
        const execution = this.execution(entry.arn);
        Object.assign(execution, { status: 'RUNNING', ending: undefined, redrivenAt: entry.at, redriveToken: entry.token });
        execution.redriveCount++;
        return;
      }
      case 'mapRun':
        this.#startMapRun(entry.started);
        return;
      case 'mapRunEnded':
        Object.assign(this.mapRun(entry.arn), { status: entry.status, stoppedAt: entry.at });
        return;
      case 'mapRunRedriven': {
        const mapRun = this.mapRun(entry.arn);
        Object.assign(mapRun, { status: 'RUNNING', stoppedAt: undefined, redrivenAt: entry.at });
        mapRun.redriveCount++;
        return;
      }
      default:
        unknownEntry(entry);
    }
  }

  #start(started: Started): void {
    this.#nextOrder = Math.max(this.#nextOrder, started.order + 1);
    this.executions.set(started.arn, {
      ...started,
      status: 'RUNNING',
      ending: undefined,
      redriveCount: 0,
      redrivenAt: undefined,
      redriveToken: undefined,
      resumeCount: 0,
      history: [],
      frames: new Map(),
      items: new Map(),
      mapRuns: new Map(),
    });
    if (started.child !== undefined) this.mapRun(started.child.mapRunArn).children[started.child.index] = started.arn;
  }

  #enter(entry: Extract<Entry, { readonly kind: 'entered' }>): void {
    const execution = this.execution(entry.arn);
    const details = detailsOf(entry.event);
    execution.history.push(entry.event);
    clearBelow(execution, entry.path);
    execution.frames.set(entry.path, {
      kind: 'at',
      state: String(details['name']),
      input: String(details['input']),
      variables: entry.variables,
      visit: entry.visit,
      enteredAt: entry.event.timestamp * 1000,
    });
  }

  #startMapRun(started: MapRunStarted): void {
    const state = { status: 'RUNNING' as const, stoppedAt: undefined, redriveCount: 0, redrivenAt: undefined, children: [] };
    this.mapRuns.set(started.arn, { ...started, ...state });
    this.execution(started.executionArn).mapRuns.set(started.place, started.arn);
  }

  /** Drops what closed longer ago than the service remembers, children with their parents. */
  #forget(now: number, entries: readonly Entry[]): void {
    const rootOf = (execution: Execution): Execution =>
      execution.child === undefined ? execution : rootOf(this.execution(this.mapRun(execution.child.mapRunArn).executionArn));
    const forgotten = new Set(
      [...this.executions.values()]
        .filter((execution) => (rootOf(execution).ending?.at ?? now) < now - REMEMBERED_MILLIS)
        .map((execution) => execution.arn),
    );
    if (forgotten.size === 0) return;
    const runs = new Set([...this.mapRuns.values()].filter((run) => forgotten.has(run.executionArn)).map((run) => run.arn));
    for (const arn of forgotten) this.executions.delete(arn);
    for (const arn of runs) this.mapRuns.delete(arn);
    this.#journal.compact(entries.filter((entry) => !forgotten.has(subjectOf(entry)) && !runs.has(subjectOf(entry))));
  }
}

/** The execution or the Map Run that an entry is about. */
const subjectOf = (entry: Entry): string =>
  entry.kind === 'definition' ? entry.id : entry.kind === 'started' || entry.kind === 'mapRun' ? entry.started.arn : entry.arn;

/** What lies inside a line of states is over when the line goes on. */
const clearBelow = (execution: Execution, path: string): void => {
  const prefix = path === '' ? '' : `${path}/`;
  for (const map of [execution.frames, execution.items, execution.mapRuns])
    for (const key of map.keys()) if (key !== path && key.startsWith(prefix)) map.delete(key);
};

const unknownEntry = (entry: never): never => {
  throw new Error(`The journal of executions has an entry that this version does not know: ${JSON.stringify(entry)}.`);
};
