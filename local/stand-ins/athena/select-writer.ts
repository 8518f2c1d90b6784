/** Writes one SELECT up to where its rows are ordered, and VALUES: what a query or a set operation is made of. Pure. */
import type { Scope } from './calls';
import { alike } from './comparisons';
import { operand } from './arithmetic';
import { at, QueryFailure } from './failure';
import { FromWriter } from './from-clause';
import { isName, isSymbol, isWord, quoteName } from './lexer';
import { refused } from './refusals';
import type { SelectItem, SelectSpec } from './select-spec';
import { usedTooEarly, withoutNames } from './select-spec';

/** A clause of a query: its first word (or a bracket), and its tokens with that word. */
export interface Clause {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

export interface Term {
  readonly sql: string;
  /** Index of the clause after it. */
  readonly next: number;
  readonly spec: SelectSpec | undefined;
}

interface WrittenItem extends SelectItem {
  readonly star: string | undefined;
}

/** In the order in which they must stand. */
const SELECT_CLAUSES = ['where', 'group', 'having', 'window'];

export abstract class SelectWriter extends FromWriter {
  readonly #tooEarly = new Set<string>();

  /** Names that a SELECT gives and uses before ORDER BY, lower case: each is a column as well, or the query is wrong. */
  usedTooEarly(): ReadonlySet<string> {
    return this.#tooEarly;
  }

  /** `judging` hides the names that are used too early. */
  protected selectTerm(clauses: readonly Clause[], at: number, scope: Scope, judging: boolean): Term {
    const select = clauses[at]!;
    const from = clauses[at + 1]?.word === 'from' ? clauses[at + 1] : undefined;
    let next = at + (from === undefined ? 1 : 2);
    const tables = new Set<string>();
    // The select list is written after the relations, which say what `*` hides.
    const relations = from === undefined ? [] : [`FROM ${this.relations(from.start + 1, from.end, scope, tables)}`];
    const { distinct, items } = this.#list(select, scope, tables);
    const rest: Clause[] = [];
    for (let rank = 0; SELECT_CLAUSES.indexOf(clauses[next]?.word ?? '') >= rank; next++) {
      rest.push(clauses[next]!);
      rank = SELECT_CLAUSES.indexOf(clauses[next]!.word) + 1;
    }
    const written = rest.map((clause) => this.#clause(clause, scope));
    const spec: SelectSpec = { items, distinct: distinct === 'DISTINCT ', star: items.some(({ star }) => star !== undefined) };
    const ranges = rest.map(({ start, end }) => [start, end] as const);
    const early = usedTooEarly(spec, this.tokens, ranges);
    for (const name of early) this.#tooEarly.add(name);
    const { names, around } = withoutNames(spec, judging ? early : new Set());
    const list = items.map(({ sql, star, given, column }, index) => {
      const name = names.get(index) ?? given ?? (column === undefined && star === undefined ? `_col${index}` : undefined);
      return star ?? (name === undefined ? sql : `${sql} AS ${quoteName(name)}`);
    });
    const sql = [`SELECT ${distinct}${list.join(', ')}`, ...relations, ...written].join(' ');
    return { sql: names.size === 0 ? sql : around(sql), next, spec };
  }

  #list(
    { start, end }: Clause,
    scope: Scope,
    tables: ReadonlySet<string>,
  ): { readonly distinct: string; readonly items: readonly WrittenItem[] } {
    let index = start + 1;
    let distinct = '';
    if (isWord(this.tokens[index], 'distinct', 'all')) {
      distinct = `${this.tokens[index]!.value.toUpperCase()} `;
      index++;
      if (isWord(this.tokens[index], 'on') && isSymbol(this.tokens[index + 1], '(')) throw this.unexpected(index);
    }
    return { distinct, items: this.items(index, end).map(([one, other]) => this.#item(one, other, scope, tables)) };
  }

  #item(from: number, end: number, scope: Scope, tables: ReadonlySet<string>): WrittenItem {
    const star = this.#star(from, end, tables);
    if (star !== undefined) return { sql: star, star, given: undefined, column: undefined, from, to: from };
    const [to, alias] = this.#alias(from, end);
    const { sql } = this.expression(from, to, scope);
    const column = this.#column(from, to);
    // A column is called as it is written. Given its own name again, the engine would take a wrong column for a use of that name.
    const given = alias ?? (column !== undefined && column !== column.toLowerCase() ? column : undefined);
    return { sql, star, given, column: column?.toLowerCase(), from, to };
  }

  #star(start: number, end: number, tables: ReadonlySet<string>): string | undefined {
    const last = this.tokens[end - 1]!;
    if (!isSymbol(last, '*') || (end - start > 1 && !isSymbol(this.tokens[end - 2], '.'))) return undefined;
    if (end - start > 1 && this.#column(start, end - 2) === undefined)
      throw refused('form', `${at(this.text, this.tokens[start]!.start)}: the fields of a row by .*`);
    const owner = this.tokens
      .slice(start, Math.max(start, end - 2))
      .filter(({ kind }) => kind !== 'symbol')
      .at(-1)
      ?.value.toLowerCase();
    const hides = this.readsPath && (owner === undefined ? tables.size > 0 : tables.has(owner));
    const star = owner === undefined ? '*' : `${quoteName(owner)}.*`;
    return hides ? `${star} EXCLUDE ("$path")` : star;
  }

  /** Where the expression of a select item ends, and its alias. */
  #alias(start: number, end: number): readonly [number, string | undefined] {
    const [last, before] = [this.tokens[end - 1]!, this.tokens[end - 2]];
    if (end - start < 2) return [end, undefined];
    if (isWord(before, 'as')) {
      if (!isName(last)) throw this.unexpected(end - 1);
      return [end - 2, last.value === last.text.toLowerCase() ? last.text : last.value];
    }
    if (!isName(last) || isWord(last, 'null') || before === undefined) return [end, undefined];
    // `OVER w` is a window that has a name.
    if (isWord(before, 'over') && isSymbol(this.tokens[end - 3], ')')) return [end, undefined];
    const isUnit = before.kind === 'string' && isWord(this.tokens[end - 3], 'interval');
    const ends =
      before.kind === 'quoted' ||
      before.kind === 'number' ||
      before.kind === 'string' ||
      isSymbol(before, ')', ']') ||
      isWord(before, 'end', 'null', 'true', 'false', 'current_date', 'current_timestamp') ||
      isName(before);
    return ends && !isUnit ? [end - 1, last.kind === 'word' ? last.text : last.value] : [end, undefined];
  }

  /** The last name of `a`, `t.a`, `first.x`, as it is written. */
  #column(start: number, end: number): string | undefined {
    for (let index = start; index < end; index++) {
      const token = this.tokens[index];
      if ((index - start) % 2 === 0 ? !isName(token) : !isSymbol(token, '.')) return undefined;
    }
    const last = this.tokens[end - 1]!;
    return (end - start) % 2 === 1 ? (last.kind === 'word' ? last.text : last.value) : undefined;
  }

  /** WHERE, GROUP BY, HAVING and WINDOW: the words, and expressions between them. */
  #clause({ word, start, end }: Clause, scope: Scope): string {
    const [, by] = [this.tokens[start], this.tokens[start + 1]];
    switch (word) {
      case 'where':
      case 'having':
        return `${word.toUpperCase()} ${this.expression(start + 1, end, scope, true).sql}`;
      case 'group': {
        if (!isWord(by, 'by')) throw this.unexpected(start + 1);
        if (isWord(this.tokens[start + 2], 'all') && start + 3 >= end) throw this.unexpected(end);
        const quantified = isWord(this.tokens[start + 2], 'all', 'distinct') ? 1 : 0;
        return `GROUP BY ${this.list(start + 2 + quantified, end, scope)}`;
      }
      default:
        return `WINDOW ${this.#windows(start + 1, end, scope)}`;
    }
  }

  /** `w AS (PARTITION BY …), …` */
  #windows(from: number, to: number, scope: Scope): string {
    return this.items(from, to)
      .map(([start, end]) => {
        const [name, as] = [this.tokens[start], this.tokens[start + 1]];
        if (!isName(name) || !isWord(as, 'as') || this.pairs.get(start + 2) !== end - 1)
          throw this.unexpected(as === undefined ? start : start + 1);
        return `${quoteName(name!.value)} AS (${this.window(start + 3, end - 1, scope)})`;
      })
      .join(', ');
  }

  /** Rows of literals: their columns are `_col0`, `_col1` and so on until they are given names. */
  protected valuesTerm({ start, end }: Clause, scope: Scope): string {
    const rows = this.items(start + 1, end).map(([one, other]) => {
      const bracketed = isSymbol(this.tokens[one], '(') && this.pairs.get(one) === other - 1;
      const row = isWord(this.tokens[one], 'row') && isSymbol(this.tokens[one + 1], '(') && this.pairs.get(one + 1) === other - 1;
      const [open, close] = bracketed ? [one + 1, other - 1] : row ? [one + 2, other - 1] : [one, other];
      return this.items(open, close).map(([first, last]) => {
        const { sql, known } = this.expression(first, last, scope);
        return operand(sql, known);
      });
    });
    const width = rows[0]!.length;
    if (rows.some((row) => row.length !== width))
      throw new QueryFailure('TYPE_MISMATCH', `Values rows have mismatched sizes: ${rows.map((row) => row.length).join(', ')}`);
    const columns = Array.from({ length: width }, (_, column) => alike(rows.map((row) => row[column]!)));
    const written = rows.map((_, row) => `(${columns.map((column) => column[row]!.sql).join(', ')})`);
    const names = columns.map((_, index) => quoteName(`_col${index}`));
    return `SELECT * FROM (VALUES ${written.join(', ')}) AS lithify_values(${names.join(', ')})`;
  }

  protected abstract readonly readsPath: boolean;
}
