import type { ExpectedPartition, LedgerEntry, Published, Verification } from '../../workflows/documents';
import { fingerprint } from '../../workflows/novelty';

export interface WrittenFiles {
  readonly files: number;
  readonly bytes: number;
}

/** The files of an attempt's location by partition path: `<location>event_type=a/created_date=b/0000…`. */
export const filesByPartition = (
  location: string,
  listed: readonly { readonly key: string; readonly bytes: number }[],
): ReadonlyMap<string, WrittenFiles> => {
  const byPath = new Map<string, WrittenFiles>();
  for (const { key, bytes } of listed) {
    const path = key.slice(location.length, key.lastIndexOf('/'));
    const seen = byPath.get(path) ?? { files: 0, bytes: 0 };
    byPath.set(path, { files: seen.files + 1, bytes: seen.bytes + bytes });
  }
  return byPath;
};

/**
 * The ledger entries of what an attempt gathered for a partition. They must be what the verification counted: a straggling gather task
 * may have left another outcome behind since, and the ledger must never claim lines that the files do not hold.
 */
export const entriesGathered = (expected: ExpectedPartition, gathered: readonly LedgerEntry[]): readonly LedgerEntry[] => {
  if (fingerprint(gathered) !== expected.gathered)
    throw new Error(`${expected.partition}: what was gathered is no longer what was verified`);
  return gathered.map(({ key, etag, lines }) => ({ key, etag, lines }));
};

/** The state that a partition is to have after the flip. */
export const nextState = (
  expected: ExpectedPartition,
  verification: Verification,
  written: ReadonlyMap<string, WrittenFiles>,
  where: {
    readonly run: string;
    readonly attempt: string;
    readonly location: string;
    readonly ledger: string;
    readonly sources: number;
    /** Of the state that is taken over; 0 for a rebuild, which takes over none. */
    readonly conflictsBefore: number;
  },
): Published => {
  const path = expected.partition;
  const verified = verification.partitions.find(({ partition }) => partition === path);
  const files = written.get(path);
  if (verified === undefined || files === undefined) throw new Error(`${path} was verified but has no file`);
  const { conflictsBefore, ...state } = where;
  const conflicts = conflictsBefore + verified.conflicts;
  return { ...state, conflicts, rows: verified.rows, copies: verified.copies, files: files.files, bytes: files.bytes };
};

export const conflictsOf = (verification: Verification, path: string): number =>
  verification.partitions.find(({ partition }) => partition === path)?.conflicts ?? 0;
