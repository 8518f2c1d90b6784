/** What the footers of Parquet files say: the columns, and how many bytes each takes. Each file is asked once and remembered. */
import { statSync } from 'node:fs';
import type { DuckDBConnection } from '@duckdb/node-api';
import { QueryFailure, reasonOf } from './failure';
import { textList } from './engine';

export interface ParquetFile {
  readonly path: string;
  /** Compressed bytes of each top-level column, by its name in lower case; the name as the file has it. */
  readonly columns: ReadonlyMap<string, { readonly name: string; readonly bytes: number }>;
  /** Files of equal signatures are read as one. */
  readonly signature: string;
}

const AT_A_TIME = 500;

export class ParquetFiles {
  readonly #known = new Map<string, ParquetFile>();

  /** In the order of `files`. Throws QueryFailure for an object that is no Parquet file. */
  async all(
    connection: DuckDBConnection,
    files: readonly { readonly path: string; readonly uri: string }[],
  ): Promise<readonly ParquetFile[]> {
    const marks = files.map(({ path, uri }) => {
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats === undefined)
        throw new QueryFailure(
          'HIVE_CANNOT_OPEN_SPLIT',
          `Error opening Hive split ${uri} (offset=0): it does not exist any more`,
          3,
        );
      return `${path}\0${stats.size}\0${stats.mtimeMs}`;
    });
    const fresh = files.map((file, index) => ({ ...file, mark: marks[index]! })).filter(({ mark }) => !this.#known.has(mark));
    for (let from = 0; from < fresh.length; from += AT_A_TIME) await this.#ask(connection, fresh.slice(from, from + AT_A_TIME));
    return marks.map((mark) => this.#known.get(mark)!);
  }

  async #ask(
    connection: DuckDBConnection,
    files: readonly { readonly path: string; readonly uri: string; readonly mark: string }[],
  ): Promise<void> {
    const list = textList(files.map(({ path }) => path));
    const [schema, sizes] = await Promise.all([
      connection.runAndReadAll(
        `SELECT file_name, name, coalesce(type, ''), coalesce(num_children, 0)::INTEGER FROM parquet_schema(${list}) ORDER BY file_name, column_id`,
      ),
      connection.runAndReadAll(
        `SELECT file_name, split_part(path_in_schema, ', ', 1), CAST(sum(total_compressed_size) AS DOUBLE) FROM parquet_metadata(${list}) GROUP BY ALL`,
      ),
    ]).catch((error: unknown): never => {
      const reason = reasonOf(error);
      const bad = files.find(({ path }) => reason.includes(path));
      throw new QueryFailure('HIVE_BAD_DATA', `Not valid Parquet file: ${bad?.uri ?? reason}`);
    });
    const trees = groupBy(
      schema.getRows() as unknown as readonly (readonly [string, string, string, number])[],
      ([file]) => file,
    );
    const bytes = groupBy(sizes.getRows() as unknown as readonly (readonly [string, string, number])[], ([file]) => file);
    for (const { path, mark } of files) {
      const tree = trees.get(path) ?? [];
      const columns = new Map(
        topLevel(tree).map((name) => [
          name.toLowerCase(),
          { name, bytes: bytes.get(path)?.find(([, column]) => column === name)?.[2] ?? 0 },
        ]),
      );
      this.#known.set(mark, { path, columns, signature: JSON.stringify(tree.map(([, ...rest]) => rest).slice(1)) });
    }
  }
}

/** The names one below the root, in a schema that is listed depth first with numbers of children. */
const topLevel = (tree: readonly (readonly [string, string, string, number])[]): readonly string[] => {
  const names: string[] = [];
  const skip = (index: number): number => {
    let next = index + 1;
    for (let child = 0; child < tree[index]![3]; child++) next = skip(next);
    return next;
  };
  for (let index = 1; index < tree.length; index = skip(index)) names.push(tree[index]![1]);
  return names;
};

/** Map.groupBy, which Node 20 does not have. */
const groupBy = <T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item)) ?? [];
    groups.set(key(item), group);
    group.push(item);
  }
  return groups;
};
