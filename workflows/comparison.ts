import type { Feed } from '../contracts/feeds';
import { partitionOfValues, partitionPath, type Partition } from '../contracts/lake';
import type { Comparison } from './documents';
import { literal, partitionPredicate, qualified } from './sql';

/** How a row of a rebuilt partition can differ from the published one of the same key. */
export const DIFFERENCES = ['only rebuilt', 'only published', 'payload', 'copies', 'columns'] as const;
export type DifferenceKind = (typeof DIFFERENCES)[number];

/** Named per partition and kind, the least keys first. */
export const EXAMPLES = 3;

const names = (columns: readonly { readonly name: string }[]): readonly string[] => columns.map(({ name }) => name);

/**
 * What differs between a rebuilt, not yet published table and the published partitions: no row where they are equal. Otherwise, per
 * partition and kind of difference, how many keys there are and the first few of them. Both sides are grouped by key, so that a key that
 * stands twice on one of them cannot multiply.
 */
export const compareStatement = (feed: Feed, database: string, table: string, partitions: readonly Partition[]): string => {
  const partitionNames = names(feed.partitionColumns);
  // Without a key a record is told apart by all that it is.
  const keyColumns = feed.key === 'none' ? ['payload'] : feed.key.columns;
  const key = [...partitionNames, ...keyColumns.filter((name) => !partitionNames.includes(name))];
  const others = names(feed.curatedColumns).filter((name) => !key.includes(name) && name !== 'copies' && name !== 'payload');
  // The rebuilt table may have partitions that nobody has published yet: there is nothing to compare those with.
  const side = (from: string): string => `SELECT
      ${key.join(',\n      ')},
      sum(copies) AS copies,
      ${[...(key.includes('payload') ? [] : ['payload']), ...others].map((name) => `min(${name}) AS ${name}`).join(',\n      ')},
      1 AS there
    FROM ${from}
    WHERE ${partitionPredicate(feed, partitions)}
    GROUP BY ${key.join(', ')}`;
  const differs = (name: string): string => `rebuilt.${name} IS DISTINCT FROM published.${name}`;
  const otherColumns =
    others.length === 0
      ? ''
      : `
        WHEN ${others.map(differs).join(' OR ')} THEN 'columns'`;
  const keyText = key
    .filter((name) => !partitionNames.includes(name))
    .map((name) => `coalesce(rebuilt.${name}, published.${name})`)
    .join(" || ' ' || ");
  return `WITH
  rebuilt AS (
    ${side(qualified(database, table))}
  ),
  published AS (
    ${side(qualified(database, feed.name))}
  ),
  compared AS (
    SELECT
      ${partitionNames.map((name) => `coalesce(rebuilt.${name}, published.${name}) AS ${name}`).join(',\n      ')},
      substr(${keyText}, 1, 200) AS row_key,
      CASE
        WHEN published.there IS NULL THEN 'only rebuilt'
        WHEN rebuilt.there IS NULL THEN 'only published'${
          key.includes('payload')
            ? ''
            : `
        WHEN ${differs('payload')} THEN 'payload'`
        }
        WHEN rebuilt.copies <> published.copies THEN 'copies'${otherColumns}
      END AS difference
    FROM rebuilt
    FULL OUTER JOIN published ON ${key.map((name) => `rebuilt.${name} = published.${name}`).join(' AND ')}
  ),
  counted AS (
    SELECT
      *,
      count(*) OVER (PARTITION BY ${[...partitionNames, 'difference'].join(', ')}) AS row_count,
      row_number() OVER (PARTITION BY ${[...partitionNames, 'difference'].join(', ')} ORDER BY row_key) AS place
    FROM compared
    WHERE difference IS NOT NULL
  )
SELECT ${[...partitionNames, 'difference', 'row_count', 'row_key'].join(', ')}
FROM counted
WHERE place <= ${EXAMPLES}
ORDER BY ${[...partitionNames, 'difference', 'row_key'].join(', ')}`;
};

/** Where the published rows of a partition stand, for a reader of the report. */
const kindOf = (text: string): DifferenceKind => {
  const kind = DIFFERENCES.find((each) => each === text);
  if (kind === undefined) throw new Error(`a comparison answered the difference ${literal(text)}`);
  return kind;
};

/** The comparison's rows by partition: compared are all of them, also those without a difference. */
export const comparisonOf = (
  feed: Pick<Feed, 'partitionColumns'>,
  compared: readonly string[],
  rows: readonly Readonly<Record<string, string | undefined>>[],
  bytesScanned: readonly number[],
): Comparison => {
  const byPath = new Map(compared.map((path) => [path, new Map<DifferenceKind, { rows: number; examples: string[] }>()]));
  for (const row of rows) {
    const path = partitionPath(
      partitionOfValues(
        feed,
        names(feed.partitionColumns).map((name) => row[name] ?? ''),
      ),
    );
    const kinds = byPath.get(path);
    if (kinds === undefined) throw new Error(`a comparison answered ${path}, which was not asked for`);
    const kind = kindOf(row['difference'] ?? '');
    const found = kinds.get(kind) ?? { rows: Number(row['row_count']), examples: [] };
    found.examples.push(row['row_key'] ?? '');
    kinds.set(kind, found);
  }
  return {
    bytesScanned: [...bytesScanned],
    partitions: [...byPath].map(([partition, kinds]) => ({
      partition,
      equal: kinds.size === 0,
      differences: [...kinds].map(([what, { rows: count, examples }]) => ({ what, rows: count, examples })),
    })),
  };
};
