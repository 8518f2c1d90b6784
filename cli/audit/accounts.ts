import type { Published, SetAside } from '../../workflows/documents';

/** A number that is not what it must be, and where. */
export interface Difference {
  /** Partition path, or the object at fault. */
  readonly partition: string;
  /** What was compared. */
  readonly what: string;
  readonly expected: number | string;
  readonly found: number | string;
}

/** What SQL says of one curated partition. */
export interface FoundRows {
  readonly rows: number;
  readonly keys: number;
  readonly copies: number;
  readonly misfiled: number;
}

/** What the catalog and the ledger say of the same partition. */
export interface RecordedRows {
  /** Undefined for a partition that no run published. */
  readonly published: Published | undefined;
  readonly ledger:
    | {
        /** Of all sources that the ledger names. */
        readonly lines: number;
        /** Sources of another partition: every object must feed exactly one. */
        readonly foreign: readonly string[];
      }
    | undefined;
}

/** Compares a curated partition with its records. */
export const curatedDifferences = (
  partition: string,
  found: FoundRows | undefined,
  { published, ledger }: RecordedRows,
): readonly Difference[] => {
  const { rows, copies } = found ?? { rows: 0, copies: 0 };
  const differences: Difference[] = [];
  const compare = (what: string, expected: number, actual: number): void => {
    if (expected !== actual) differences.push({ partition, what, expected, found: actual });
  };
  if (published === undefined)
    return [{ partition, what: 'published by', expected: 'a run of the compaction', found: 'somebody else' }];
  compare('rows', published.rows, rows);
  compare('copies', published.copies, copies);
  if (ledger === undefined) return [...differences, { partition, what: 'ledger', expected: published.ledger, found: 'missing' }];
  compare('lines of its ledger', ledger.lines, copies);
  for (const key of ledger.foreign) differences.push({ partition, what: 'sources', expected: 'its own', found: key });
  return differences;
};

/** The lines that a raw partition must have, by where they are accounted for. */
export interface RawAccount {
  readonly partition: string;
  /** Objects that are still there and stand in the ledger. */
  readonly compactedLines: number;
  /** Objects that were routed elsewhere, by their markers. */
  readonly routedLines: number;
  /** Objects not yet compacted, counted by reading them. */
  readonly freshLines: number;
  /** Objects that cannot be read: engines cannot either, so there is nothing to compare with. */
  readonly unreadable: readonly SetAside[];
}

export const expectedRawLines = ({ compactedLines, routedLines, freshLines }: RawAccount): number =>
  compactedLines + routedLines + freshLines;

export const rawDifferences = (accounts: readonly RawAccount[], sqlLines: ReadonlyMap<string, number>): readonly Difference[] =>
  accounts.flatMap((account) => {
    const expected = expectedRawLines(account);
    const found = sqlLines.get(account.partition) ?? 0;
    return expected === found ? [] : [{ partition: account.partition, what: 'raw lines', expected, found }];
  });

/** A routed source, as its marker says, with what its pieces hold. */
export interface RoutedAccount {
  readonly key: string;
  readonly lines: number;
  readonly rejected: number;
  /** Lines of each piece that the marker names; undefined where no ledger knows the piece and the piece is gone. */
  readonly pieces: readonly { readonly key: string; readonly lines: number | undefined }[];
}

export const routedDifferences = (accounts: readonly RoutedAccount[]): readonly Difference[] =>
  accounts.flatMap(({ key, lines, rejected, pieces }): readonly Difference[] => {
    const missing = pieces.filter((piece) => piece.lines === undefined);
    if (missing.length > 0)
      return missing.map((piece) => ({ partition: key, what: 'piece', expected: piece.key, found: 'missing' }));
    const held = pieces.reduce((sum, piece) => sum + (piece.lines ?? 0), 0);
    return held === lines - rejected
      ? []
      : [{ partition: key, what: 'lines of its pieces', expected: lines - rejected, found: held }];
  });

/**
 * The days that a projected table shows, from its table parameter (`NOW-32DAYS,NOW+1DAY`); undefined for a range that is written otherwise.
 * https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
 */
export const projectedDays = (
  range: string | undefined,
  nowMillis: number,
): { readonly from: string; readonly to: string } | undefined => {
  const match = /^NOW-(\d+)DAYS?,NOW\+(\d+)DAYS?$/.exec(range ?? '');
  if (match === null) return undefined;
  const day = (offset: number): string => new Date(nowMillis + offset * 86_400_000).toISOString().slice(0, 10);
  return { from: day(-Number(match[1])), to: day(Number(match[2])) };
};
