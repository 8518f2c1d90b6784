/** What one query cost against one table. `objects` is how many data objects the engine opened. */
export interface QueryCost {
  readonly objects: number;
  readonly bytesScanned: number;
  readonly millis: number;
}

/** The demo's JSON document. */
export interface DemoResult {
  readonly produced: {
    readonly records: number;
    readonly uniqueEvents: number;
    readonly duplicates: number;
    readonly late: number;
    readonly malformed: number;
  };
  /** The raw zone when the night began: on-time and late objects, as delivered. */
  readonly raw: { readonly objects: number; readonly bytes: number; readonly rows: number };
  readonly gathered: { readonly objects: number; readonly bytes: number };
  readonly errors: { readonly objects: number; readonly records: number };
  readonly compaction: {
    readonly executionArn: string;
    readonly status: string;
    readonly partitions: number;
    readonly batches: number;
    readonly unreadable: number;
    readonly bytesScanned: number;
    readonly dollars: number;
    readonly wallMillis: number;
  };
  readonly curated: { readonly objects: number; readonly bytes: number; readonly rows: number; readonly partitions: number };
  /** Against what the generator knows, not against what the pipeline says. */
  readonly checks: {
    readonly lost: number;
    readonly duplicatesLeft: number;
    readonly unexpected: number;
    readonly misfiled: number;
  };
  readonly dataDir: string;
  readonly queries: readonly {
    readonly name: string;
    readonly sql: string;
    readonly before: QueryCost;
    readonly after: QueryCost;
  }[];
  readonly secondRun: { readonly status: string; readonly queriesStarted: number };
}

export const passed = ({ checks, compaction, secondRun, produced, errors }: DemoResult): boolean =>
  Object.values(checks).every((count) => count === 0) &&
  compaction.status === 'SUCCEEDED' &&
  secondRun.status === 'SUCCEEDED' &&
  secondRun.queriesStarted === 0 &&
  errors.records === produced.malformed;
