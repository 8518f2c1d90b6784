/** Writes what stands after FROM: tables, joins, subqueries, UNNEST. Pure. */
import type { Scope } from './calls';
import { ExpressionWriter } from './expressions';
import { at, mismatched, notSupported, QueryFailure } from './failure';
import type { Token } from './lexer';
import { bracketsOf, isName, isSymbol, isWord, quoteName } from './lexer';
import { refused } from './refusals';

/** A place where the query reads a table. */
export interface Reference {
  /** What it is called in the translated text. */
  readonly relation: string;
  readonly database: string;
  readonly table: string;
  /** Where it stands in the statement. */
  readonly offset: number;
}

export interface TranslationContext {
  /** What an unqualified table belongs to. */
  readonly database: string;
  /** Milliseconds since the epoch: what current_timestamp is. */
  readonly now: number;
  /** Of `subscripted`, what is a row. */
  readonly rows?: ReadonlySet<string>;
  /** What is unnested to several columns are maps. */
  readonly maps?: boolean;
  /** Names that a SELECT gives are hidden from its own clauses: such a query is planned and never run. */
  readonly judging?: boolean;
}

/** Words that begin a clause of a query. */
export const CLAUSES = [
  'with',
  'select',
  'from',
  'where',
  'group',
  'having',
  'window',
  'order',
  'limit',
  'offset',
  'fetch',
  'union',
  'intersect',
  'except',
  'values',
];
const JOINS = ['join', 'inner', 'left', 'right', 'full', 'outer', 'cross', 'natural'];

export abstract class FromWriter extends ExpressionWriter {
  readonly references: Reference[] = [];

  constructor(
    text: string,
    tokens: readonly Token[],
    private readonly context: TranslationContext,
  ) {
    super(text, tokens, bracketsOf(text, tokens), context.now, context.rows ?? new Set());
  }

  /** `a, b x JOIN c ON … CROSS JOIN UNNEST(…) AS t(e)`. */
  protected relations(from: number, to: number, scope: Scope, tables: Set<string>): string {
    const written: string[] = [];
    let index = from;
    for (;;) {
      const relation = this.#relation(index, to, scope, tables);
      written.push(relation.sql);
      index = relation.next;
      // Join conditions and the words before the next relation.
      for (let expectsRelation = false; !expectsRelation;) {
        if (index >= to) return written.join(' ');
        const token = this.tokens[index]!;
        if (isSymbol(token, ',')) {
          written.push(',');
          expectsRelation = true;
          index++;
        } else if (isWord(token, ...JOINS)) {
          const start = index;
          if (isWord(token, 'natural')) throw notSupported(`${at(this.text, token.start)}: Natural join not supported`);
          while (index < to && isWord(this.tokens[index], ...JOINS)) index++;
          if (!isWord(this.tokens[index - 1], 'join'))
            throw mismatched(this.text, this.tokens[index]?.start ?? this.text.length, this.tokens[index]?.text ?? '<EOF>');
          written.push(
            this.tokens
              .slice(start, index)
              .map(({ value }) => value.toUpperCase())
              .join(' '),
          );
          expectsRelation = true;
        } else if (isWord(token, 'on')) {
          let end = index + 1;
          while (end < to && !isWord(this.tokens[end], ...JOINS) && !isSymbol(this.tokens[end], ',')) end = this.after(end);
          written.push(`ON ${this.expression(index + 1, end, scope, true).sql}`);
          index = end;
        } else if (isWord(token, 'using') && isSymbol(this.tokens[index + 1], '(')) {
          const close = this.pairs.get(index + 1)!;
          written.push(
            `USING (${this.names(index + 2, close)
              .map(quoteName)
              .join(', ')})`,
          );
          index = close + 1;
        } else {
          throw mismatched(this.text, token.start, token.text);
        }
      }
    }
  }

  #relation(from: number, to: number, scope: Scope, tables: Set<string>): { readonly sql: string; readonly next: number } {
    const token = this.tokens[from];
    if (token === undefined || from >= to) throw mismatched(this.text, token?.start ?? this.text.length, token?.text ?? '<EOF>');
    if (isSymbol(token, '(')) {
      const close = this.pairs.get(from)!;
      const inner = this.startsQuery(from + 1)
        ? this.query(from + 1, close, scope)
        : this.relations(from + 1, close, scope, tables);
      const { sql, next } = this.#correlation(close + 1, to, undefined);
      return { sql: `(${inner})${sql}`, next };
    }
    if (isWord(token, 'lateral') && isSymbol(this.tokens[from + 1], '(')) {
      const close = this.pairs.get(from + 1)!;
      const { sql, next } = this.#correlation(close + 1, to, undefined);
      return { sql: `LATERAL (${this.query(from + 2, close, scope)})${sql}`, next };
    }
    if (isWord(token, 'unnest') && isSymbol(this.tokens[from + 1], '(')) return this.#unnest(from, to, scope);
    if (isWord(token, 'table') && isSymbol(this.tokens[from + 1], '('))
      throw refused('form', `${at(this.text, token.start)}: TABLE(…)`);
    if (!isName(token)) throw mismatched(this.text, token.start, token.text);
    const path = [token.value];
    let next = from + 1;
    while (isSymbol(this.tokens[next], '.') && isName(this.tokens[next + 1])) {
      path.push(this.tokens[next + 1]!.value);
      next += 2;
    }
    if (isSymbol(this.tokens[next], '('))
      throw refused('form', `${at(this.text, token.start)}: Table function ${path.join('.')}`);
    const name = path.at(-1)!.toLowerCase();
    if (path.length === 1 && scope.has(name)) {
      const { sql, next: end } = this.#correlation(next, to, undefined);
      return { sql: `${quoteName(path[0]!)}${sql}`, next: end };
    }
    if (path.length > 3 || (path.length === 3 && path[0]!.toLowerCase() !== 'awsdatacatalog')) {
      throw new QueryFailure('CATALOG_NOT_FOUND', `${at(this.text, token.start)}: Catalog '${path[0]!.toLowerCase()}' not found`);
    }
    if (name.endsWith('$partitions') || path.at(-2)?.toLowerCase() === 'information_schema')
      throw refused('metadata', `${at(this.text, token.start)}: ${path.join('.')}`);
    const database = (path.length > 1 ? path.at(-2)! : this.context.database).toLowerCase();
    const reference: Reference = { relation: `r${this.references.length}`, database, table: name, offset: token.start };
    this.references.push(reference);
    const { sql, next: end, alias } = this.#correlation(next, to, name);
    tables.add((alias ?? name).toLowerCase());
    return { sql: `${reference.relation}${sql}`, next: end };
  }

  /** `[AS] alias [(a, b)]`, and refuses what may follow in other engines. */
  #correlation(
    from: number,
    to: number,
    implied: string | undefined,
  ): { readonly sql: string; readonly next: number; readonly alias: string | undefined; readonly names?: number } {
    let index = from;
    if (index < to && isWord(this.tokens[index], 'tablesample'))
      throw refused('form', `${at(this.text, this.tokens[index]!.start)}: TABLESAMPLE`);
    const explicit = index < to && isWord(this.tokens[index], 'as');
    if (explicit) index++;
    const token = this.tokens[index];
    if (index >= to || !isName(token) || isWord(token, 'lateral', ...CLAUSES)) {
      if (explicit) throw mismatched(this.text, token?.start ?? this.text.length, token?.text ?? '<EOF>');
      return { sql: implied === undefined ? '' : ` AS ${quoteName(implied)}`, next: index, alias: implied };
    }
    index++;
    if (index >= to || !isSymbol(this.tokens[index], '('))
      return { sql: ` AS ${quoteName(token!.value)}`, next: index, alias: token!.value };
    const close = this.pairs.get(index)!;
    const names = this.columnNames(index + 1, close);
    const sql = ` AS ${quoteName(token!.value)}(${names.map(quoteName).join(', ')})`;
    return { sql, next: close + 1, alias: token!.value, names: names.length };
  }

  #unnest(from: number, to: number, scope: Scope): { readonly sql: string; readonly next: number } {
    const close = this.pairs.get(from + 1)!;
    const lists = this.items(from + 2, close).map(([start, end]) => this.expression(start, end, scope).sql);
    let next = close + 1;
    const ordinality = isWord(this.tokens[next], 'with') && isWord(this.tokens[next + 1], 'ordinality');
    if (ordinality) next += 2;
    const { sql, next: end, names } = this.#correlation(next, to, undefined);
    const columns = names === undefined ? lists.length : names - (ordinality ? 1 : 0);
    // Without names its columns are `_col0`, `_col1` and so on, as those of any row.
    const unnamed = Array.from({ length: columns + (ordinality ? 1 : 0) }, (_, index) => quoteName(`_col${index}`));
    const called = names === undefined ? `${sql === '' ? ' AS lithify_unnest' : sql}(${unnamed.join(', ')})` : sql;
    if (lists.length === 1 && columns === 1)
      return { sql: `UNNEST(lithify_items(${lists[0]}))${ordinality ? ' WITH ORDINALITY' : ''}${called}`, next: end };
    // A map is a column of keys and one of values, an array of rows has as many as those have fields.
    const spread = lists.length === 1;
    const list = this.context.maps === true ? `map_entries(${lists[0]})` : lists[0]!;
    const written = [
      ...(spread ? [`unnest(${list}, max_depth := 2)`] : lists.map((one) => `unnest(${one})`)),
      ...(ordinality
        ? [`unnest(generate_series(1, greatest(${(spread ? [list] : lists).map((one) => `len(${one})`).join(', ')})))`]
        : []),
    ];
    return { sql: `LATERAL (SELECT ${written.join(', ')})${called}`, next: end };
  }
}
