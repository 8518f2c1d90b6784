/** What executes queries for the Athena stand-in: the embedded engine, or one that runs elsewhere. */
import type { Caller } from '../../caller';
import type { GluePartition, GlueTable } from '../catalog/shapes';
import type { Statement } from './statements';
import type { AthenaType } from './types';

/** What Athena needs of the catalog; the catalog's stand-in has it. */
export interface Catalog {
  database(name: string): { readonly Name: string } | undefined;
  databases(): readonly { readonly Name: string }[];
  table(database: string, name: string): GlueTable | undefined;
  tables(database: string): readonly GlueTable[];
  partitions(table: GlueTable): readonly GluePartition[];
  createTable(
    database: string,
    input: Readonly<Record<string, unknown>>,
    partitions: readonly Readonly<Record<string, unknown>>[],
  ): GlueTable;
  deleteTable(database: string, name: string): void;
}

export interface Query {
  readonly id: string;
  readonly text: string;
  readonly statement: Statement;
  readonly database: string;
  readonly caller: Caller;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Object that the rows are written to. */
  readonly output: { readonly bucket: string; readonly key: string };
  /** Where a CTAS without external_location puts its files, and where its manifest goes: `s3://bucket/prefix/tables/`. */
  readonly tables: string;
  readonly bytesScannedCutoff?: number;
}

export type Select = Extract<Statement, { readonly kind: 'select' }>;
export type CreateTableAs = Extract<Statement, { readonly kind: 'ctas' }>;

/** Lets another call stop the query. */
export interface Interruption {
  stopped: boolean;
  /** Stops what the engine does just now; undefined while it does nothing. */
  interrupt: (() => void) | undefined;
}

export interface ResultColumn extends AthenaType {
  readonly column: string;
}

export interface Outcome {
  readonly columns: readonly ResultColumn[];
  /** The result file starts with a line of column names. */
  readonly header: boolean;
  readonly rows: number;
  readonly outputBytes: number;
  readonly bytesScanned: number;
  /** Data objects that were opened, as well as the engine can tell. */
  readonly objects: number;
  readonly manifest?: string;
}

/** Where a CTAS puts its files. */
export interface Target {
  /** `s3://bucket/prefix/`, without objects. */
  readonly location: string;
  readonly bucket: string;
  readonly prefix: string;
  /** `s3://…-manifest.csv`: the object that names the files. */
  readonly manifest: string;
}

/** Each throws QueryFailure, BytesScannedExceeded or Stopped. */
export interface StatementEngine {
  /** Writes the rows to the query's output, as Athena writes them. */
  select(query: Query, statement: Select, interruption: Interruption): Promise<Outcome>;
  /** Makes the table, which is not there yet, of files at the target, which has none yet. What fails leaves no table. */
  createTable(query: Query, statement: CreateTableAs, target: Target, interruption: Interruption): Promise<Outcome>;
  /** Throws a UsageError where the engine does not read the catalog and the lake that the host serves at `endpoint`. */
  check(database: string, endpoint: string): Promise<void>;
  close(): void;
}

/** Of a statement that answers no rows. */
export const NO_ROWS: Outcome = { columns: [], header: false, rows: 0, outputBytes: 0, bytesScanned: 0, objects: 0 };

export class BytesScannedExceeded extends Error {}
export class Stopped extends Error {}
