import type { Feed } from '../../contracts/feeds';
import { partitionOfValues, partitionPath } from '../../contracts/lake';
import type { FoundPartition } from '../../workflows/verification';

/** Nothing of the batch is published. The state machine's error has this name. */
export class VerificationFailed extends Error {
  override readonly name = 'VerificationFailed';
}

/** The verification's rows, by column name. */
export const foundPartitions = (
  feed: Pick<Feed, 'partitionColumns'>,
  rows: readonly (readonly (string | undefined)[])[],
): readonly FoundPartition[] =>
  namedRows(rows).map((row) => {
    const value = (name: string): string => {
      const text = row[name];
      if (text === undefined) throw new VerificationFailed(`the verification answered no ${name}`);
      return text;
    };
    return {
      partition: partitionPath(
        partitionOfValues(
          feed,
          feed.partitionColumns.map(({ name }) => value(name)),
        ),
      ),
      rows: Number(value('row_count')),
      keys: Number(value('key_count')),
      copies: Number(value('copy_count')),
      conflicts: Number(value('conflict_count')),
      typeConflicts: Number(value('type_conflict_count')),
      misfiled: Number(value('misfiled_count')),
    };
  });

/** A query's rows by column name; the first row of a result names the columns. */
export const namedRows = (
  rows: readonly (readonly (string | undefined)[])[],
): readonly Readonly<Record<string, string | undefined>>[] => {
  const [header = [], ...data] = rows;
  return data.map((row) => Object.fromEntries(header.map((name, index) => [name ?? '', row[index]])));
};
