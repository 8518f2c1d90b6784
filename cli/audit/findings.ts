import type { AcknowledgedCheck } from '../../workflows/acknowledged';
import type { SetAside } from '../../workflows/documents';
import type { Difference } from './accounts';

/** What an audit of one feed found. */
export interface Audit {
  readonly feed: string;
  /** Nothing lost, doubled or misfiled: every number below is what it must be. Unreadable objects are counted, and are no difference. */
  readonly ok: boolean;
  readonly checks: {
    /** Each key once, over all partitions and all time. */
    readonly keys: {
      readonly rows: number;
      readonly distinct: number;
      readonly duplicates: number;
      /** The worst of the keys that are there more than once. */
      readonly examples: readonly Readonly<Record<string, string | null>>[];
    };
    readonly misfiled: { readonly rows: number; readonly partitions: readonly string[] };
    /** Lines in raw and pieces = sum(copies) + lines not yet compacted + unreadable objects. */
    readonly accounts: {
      readonly partitions: number;
      /** By the ledgers, which also remember raw that has expired, and by what is not yet compacted. */
      readonly lines: number;
      /** By SQL. */
      readonly copies: number;
      readonly notYetCompacted: { readonly objects: number; readonly lines: number };
      readonly unreadable: number;
      /** Copies that were merged: redelivered, or sent twice. */
      readonly redelivered: number;
      /** Times that copies of one key with different payloads met; the first to arrive was kept. */
      readonly conflicts: number;
      /** Sources of the published rows that have expired since: the ledgers remember their lines. */
      readonly expired: { readonly objects: number; readonly lines: number };
      readonly perPartition: readonly PartitionAccount[];
      readonly differences: readonly Difference[];
    };
    /** All that producers were told is kept = lines accepted into raw + errors + in flight. */
    readonly acknowledged: AcknowledgedCheck;
    /** Keys that stand under more than one type: both are kept. Reported, and no difference. Null for a feed whose key has no type in it. */
    readonly typeConflicts: {
      readonly keys: number;
      readonly examples: readonly Readonly<Record<string, string | null>>[];
    } | null;
    /** The raw zone by SQL against the same by ledgers, markers and by reading. */
    readonly raw: {
      readonly partitions: number;
      readonly lines: number;
      /** What could not be compared, and why. */
      readonly skipped: readonly { readonly partition: string; readonly reason: string }[];
      readonly differences: readonly Difference[];
    };
    /** Routed objects against their pieces and rejected lines. */
    readonly routed: {
      readonly sources: number;
      readonly lines: number;
      readonly rejected: number;
      readonly differences: readonly Difference[];
    };
  };
  readonly unreadable: readonly SetAside[];
  /** Partitions that a run published, or that received objects, while the audit was under way: not judged. */
  readonly changedMeanwhile: readonly string[];
}

/** Where the lines of one partition are. */
export interface PartitionAccount {
  readonly partition: string;
  /** By the ledger, what has expired included, and by reading what is not yet compacted. */
  readonly accepted: number;
  /** By SQL. */
  readonly copies: number;
  readonly notYetCompacted: number;
  readonly unreadable: number;
  readonly redelivered: number;
  readonly conflicts: number;
  readonly expired: { readonly objects: number; readonly lines: number };
}
