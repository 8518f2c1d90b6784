/**
 * One SELECT with its clauses, up to where its rows are ordered: what its columns are called, and who may call them so. In Trino ORDER BY
 * alone sees the names that the SELECT gives; the engine shows them to WHERE, GROUP BY, HAVING and the rest of the list as well. Pure.
 */
import { QueryFailure } from './failure';
import type { Token } from './lexer';
import { isSymbol, quoteName } from './lexer';

export interface SelectItem {
  /** Without its name. */
  readonly sql: string;
  /** The name that it is given; undefined for what keeps the name of its column, or has none. */
  readonly given: string | undefined;
  /** The column that it is, where it is just that. */
  readonly column: string | undefined;
  /** The tokens of the expression. */
  readonly from: number;
  readonly to: number;
}

export interface SelectSpec {
  readonly items: readonly SelectItem[];
  readonly distinct: boolean;
  /** One of the items is `*` or `t.*`. */
  readonly star: boolean;
}

/** A name by itself: no column of a table, no field, no function. */
const isBare = (tokens: readonly Token[], index: number): boolean => {
  const token = tokens[index]!;
  const names = token.kind === 'word' || token.kind === 'quoted';
  return names && !isSymbol(tokens[index - 1], '.') && !isSymbol(tokens[index + 1], '.', '(', '->');
};

/** Which of the names that the SELECT gives are used by its own tokens: [from, to) are the clauses after its list and before ORDER BY. */
export const usedTooEarly = (
  spec: SelectSpec,
  tokens: readonly Token[],
  clauses: readonly (readonly [from: number, to: number])[],
): ReadonlySet<string> => {
  const given = new Set(spec.items.flatMap(({ given: name }) => name?.toLowerCase() ?? []));
  const used = new Set<string>();
  if (given.size === 0) return used;
  for (const [from, to] of [...spec.items.map((item) => [item.from, item.to] as const), ...clauses]) {
    for (let index = from; index < to; index++) {
      const name = tokens[index]!.value.toLowerCase();
      if (given.has(name) && isBare(tokens, index)) used.add(name);
    }
  }
  return used;
};

/**
 * The list and what renames it outside: `SELECT * RENAME (…) FROM (SELECT … ) AS lithify_spec`, in which the names that are used too early
 * are not there yet. It answers the same columns, and fails where nothing else has such a name.
 */
export const withoutNames = (
  spec: SelectSpec,
  hidden: ReadonlySet<string>,
): { readonly names: ReadonlyMap<number, string>; readonly around: (sql: string) => string } => {
  const names = new Map<number, string>();
  spec.items.forEach(({ given }, index) => {
    if (given !== undefined && hidden.has(given.toLowerCase())) names.set(index, `lithify_item${index}`);
  });
  const renamed = [...names].map(([index, name]) => `${name} AS ${quoteName(spec.items[index]!.given!)}`);
  return { names, around: (sql) => `SELECT * RENAME (${renamed.join(', ')}) FROM (${sql}) AS lithify_spec` };
};

/** What ORDER BY may call by the names that the SELECT gives, in the middle of an expression. */
export const namedItems = (spec: SelectSpec): ReadonlyMap<string, string> =>
  new Map(spec.items.flatMap(({ given, sql }) => (given === undefined ? [] : [[given.toLowerCase(), `(${sql})`] as const])));

/** Throws QueryFailure where DISTINCT rows are ordered by what they do not have. */
export const judgeDistinct = (spec: SelectSpec, order: readonly string[]): void => {
  if (!spec.distinct || spec.star) return;
  const named = new Set(
    spec.items.flatMap(({ given, column, sql }) => [
      sql,
      ...(given === undefined ? [] : [quoteName(given.toLowerCase())]),
      ...(column === undefined ? [] : [quoteName(column)]),
    ]),
  );
  const strange = order.find((sql) => !/^\d+$/.test(sql) && !named.has(sql) && !named.has(/"[^"]+"$/.exec(sql)?.[0] ?? ''));
  if (strange !== undefined)
    throw new QueryFailure('EXPRESSION_NOT_IN_DISTINCT', 'For SELECT DISTINCT, ORDER BY expressions must appear in select list');
};
