import type { Feed } from '../../contracts/feeds';
import { partitionOfValues, partitionPath } from '../../contracts/lake';

/** Asks the lake by SQL, and answers the rows by the names of their columns. */
export type Ask = (sql: string) => Promise<readonly Readonly<Record<string, string | null>>[]>;
export const numberOf = (row: Readonly<Record<string, string | null>> | undefined, name: string): number =>
  Number(row?.[name] ?? 0);
/** The partition that a row of a statement by partition is about. */
export const pathOf = (feed: Feed, row: Readonly<Record<string, string | null>>): string =>
  partitionPath(
    partitionOfValues(
      feed,
      feed.partitionColumns.map(({ name }) => row[name] ?? ''),
    ),
  );
