/**
 * Asks the engine's optimizer what a query needs of each table before anything is read: the columns, and the predicates that
 * reach the table through joins, unions and common table expressions. The plan is made over empty tables in an engine of its own,
 * whose optimizer is told not to conclude anything from their being empty.
 */
import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api';
import { QueryFailure } from './failure';
import { Engine } from './engine';
import { quoteName, quoteText } from './lexer';
import { LATE_MACROS } from './macros';

export interface PlannedTable {
  /** `r0` */
  readonly relation: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** What the query needs of one table; a table that is not scanned at all is missing from the plan. */
export interface Scan {
  readonly relation: string;
  readonly columns: ReadonlySet<string>;
  /** Each way in which the table is scanned, as conditions that all hold there, in the engine's words. */
  readonly ways: readonly (readonly Condition[])[];
}

export interface Condition {
  readonly sql: string;
  /** The columns that it reads. */
  readonly columns: readonly string[];
  /** `column = 'text'`, where it is just that. */
  readonly equals?: { readonly column: string; readonly value: string };
}

export interface Plan {
  readonly names: readonly string[];
  readonly types: readonly DuckDBType[];
  readonly scans: readonly Scan[];
}

interface PlanNode {
  readonly name: string;
  readonly children: readonly PlanNode[];
  readonly extra_info: Readonly<Record<string, string | readonly string[]>>;
}

const SETTINGS = [
  "SET GLOBAL disabled_optimizers = 'statistics_propagation,empty_result_pullup,join_order,build_side_probe_side,in_clause,compressed_materialization,top_n_window_elimination'",
];

const listed = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

export class Planner {
  private constructor(private readonly engine: Engine) {}

  static async open(tempDir: string): Promise<Planner> {
    return new Planner(await Engine.open({ memoryLimit: '200MB', threads: 1, tempDir }, SETTINGS));
  }

  close(): void {
    this.engine.close();
  }

  /** Runs `work` with a connection on which the tables exist, empty. */
  async session<T>(tables: readonly PlannedTable[], work: (session: PlanSession) => Promise<T>): Promise<T> {
    const connection = await this.engine.connect();
    try {
      for (const { relation, columns } of tables) {
        await connection.run(
          `CREATE TEMP TABLE ${relation} (${columns.map(({ name, type }) => `${quoteName(name)} ${type}`).join(', ')})`,
        );
      }
      return await work(new PlanSession(connection, tables.length > 0));
    } finally {
      connection.closeSync();
    }
  }
}

export class PlanSession {
  #late = false;

  constructor(
    private readonly connection: DuckDBConnection,
    private readonly hasTables: boolean,
  ) {}

  /** The operators go by what is known when the whole statement is bound: see macros.ts. */
  get late(): boolean {
    return this.#late;
  }

  async goLate(): Promise<void> {
    if (this.#late) return;
    this.#late = true;
    for (const macro of LATE_MACROS) await this.connection.run(macro);
  }

  /** Throws the engine's own error where the query does not bind. */
  async describe(sql: string): Promise<Pick<Plan, 'names' | 'types'>> {
    const prepared = await this.connection.prepare(sql);
    try {
      const indexes = Array.from({ length: prepared.columnCount }, (_, index) => index);
      return {
        names: indexes.map((index) => prepared.columnName(index)),
        types: indexes.map((index) => prepared.columnType(index)),
      };
    } finally {
      prepared.destroySync();
    }
  }

  async plan(sql: string): Promise<Plan> {
    const described = await this.describe(sql);
    if (!this.hasTables) return { ...described, scans: [] };
    const result = await this.connection.runAndReadAll(`EXPLAIN (FORMAT JSON) ${sql}`);
    const text = result.getRows()[0]?.[1];
    if (typeof text !== 'string') throw new QueryFailure('GENERIC_INTERNAL_ERROR', 'The engine gave no plan', 1);
    const found = new Map<string, { columns: Set<string>; ways: (readonly Condition[])[] }>();
    const visit = async (node: PlanNode, above: readonly string[]): Promise<void> => {
      const info = node.extra_info;
      if (node.name.trim() === 'FILTER') {
        for (const child of node.children) await visit(child, [...above, ...listed(info['Expression'])]);
        return;
      }
      const relation = /(?:^|\.)(r\d+)$/.exec(String(info['Table'] ?? ''))?.[1];
      if (relation !== undefined) {
        const conditions = await Promise.all([...above, ...listed(info['Filters'])].map((filter) => this.#condition(filter)));
        const entry = found.get(relation) ?? { columns: new Set<string>(), ways: [] };
        found.set(relation, entry);
        for (const column of listed(info['Projections'])) entry.columns.add(column);
        for (const condition of conditions) for (const column of condition.columns) entry.columns.add(column);
        entry.ways.push(conditions);
      }
      for (const child of node.children) await visit(child, []);
    };
    for (const node of JSON.parse(text) as readonly PlanNode[]) await visit(node, []);
    return { ...described, scans: [...found].map(([relation, { columns, ways }]) => ({ relation, columns, ways })) };
  }

  /** Of rows of values those for which one of the ways' conditions on these columns hold, by their index. */
  async surviving(
    columns: readonly { readonly name: string; readonly type: string }[],
    rows: readonly (readonly (string | null)[])[],
    ways: Scan['ways'],
  ): Promise<readonly number[]> {
    const names = new Set(columns.map(({ name }) => name));
    const usable = ways.map((way) =>
      way.filter((condition) => condition.columns.length > 0 && condition.columns.every((column) => names.has(column))),
    );
    if (rows.length === 0 || usable.some((way) => way.length === 0)) return rows.map((_, index) => index);
    await this.connection.run(
      `CREATE OR REPLACE TEMP TABLE lithify_values (lithify_index INTEGER, ${columns.map(({ name }) => `${quoteName(name)} VARCHAR`).join(', ')})`,
    );
    const appender = await this.connection.createAppender('lithify_values', 'main', 'temp');
    rows.forEach((row, index) => {
      appender.appendInteger(index);
      for (const value of row) {
        if (value === null) appender.appendNull();
        else appender.appendVarchar(value);
      }
      appender.endRow();
    });
    appender.closeSync();
    const kept = new Set<number>();
    for (const way of usable) for (const index of await this.#matching(columns, way)) kept.add(index);
    return [...kept].sort((one, other) => one - other);
  }

  async #matching(
    columns: readonly { readonly name: string; readonly type: string }[],
    way: readonly Condition[],
  ): Promise<readonly number[]> {
    const typed = columns.map(({ name, type }) => `TRY_CAST(${quoteName(name)} AS ${type}) AS ${quoteName(name)}`).join(', ');
    const conditions: string[] = [];
    for (const { sql } of way) {
      // The engine prints its conditions for people: one that it cannot read back prunes nothing, and more is read than needed.
      const readable = await this.connection.prepare(`SELECT 1 FROM (SELECT ${typed} FROM lithify_values) WHERE ${sql}`).then(
        (prepared) => (prepared.destroySync(), true),
        () => false,
      );
      if (readable) conditions.push(`(${sql})`);
    }
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
    const result = await this.connection.runAndReadAll(
      `SELECT lithify_index FROM (SELECT lithify_index, ${typed} FROM lithify_values)${where}`,
    );
    return result.getRows().map(([index]) => Number(index));
  }

  /** Reads a printed condition back; of what cannot be read nothing is known, so it prunes nothing. */
  async #condition(printed: string): Promise<Condition> {
    const sql = printed.replace(/^optional: /, '');
    const result = await this.connection.runAndReadAll(`SELECT json_serialize_sql(${quoteText(`SELECT 1 WHERE ${sql}`)})`);
    const tree = JSON.parse(String(result.getRows()[0]?.[0])) as SerializedSql;
    const where = tree.error === true ? undefined : tree.statements?.[0]?.node?.where_clause;
    if (where === undefined || where === null) return { sql, columns: [] };
    const columns = new Set<string>();
    collect(where, columns);
    const equals = equality(where);
    return { sql, columns: [...columns], ...(equals === undefined ? {} : { equals }) };
  }
}

interface SerializedSql {
  readonly error?: boolean;
  readonly statements?: readonly { readonly node?: { readonly where_clause?: unknown } }[];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

const columnOf = (node: unknown): string | undefined => {
  if (!isObject(node) || node['class'] !== 'COLUMN_REF' || !Array.isArray(node['column_names'])) return undefined;
  return String(node['column_names'].at(-1));
};

const collect = (node: unknown, columns: Set<string>): void => {
  const column = columnOf(node);
  if (column !== undefined) columns.add(column);
  else if (isObject(node)) for (const child of Object.values(node)) collect(child, columns);
};

const equality = (node: unknown): Condition['equals'] | undefined => {
  if (!isObject(node) || node['type'] !== 'COMPARE_EQUAL') return undefined;
  const column = columnOf(node['left']);
  const right = node['right'];
  if (column === undefined || !isObject(right) || right['class'] !== 'CONSTANT' || !isObject(right['value'])) return undefined;
  const { value, is_null: isNull } = right['value'];
  return isNull === true || (typeof value !== 'string' && typeof value !== 'number')
    ? undefined
    : { column, value: String(value) };
};
