/**
 * A Trino query, as DuckDB says it: every table is renamed to a relation of its own (`r0`, `r1`, …: each place where a table stands
 * has its own predicates), functions, casts, literals and unnamed columns are rewritten, and what Trino's grammar does not have is
 * refused. Pure.
 */
import type { Scope } from './calls';
import { mismatched } from './failure';
import type { Reference, TranslationContext } from './from-clause';
import { CLAUSES, FromWriter } from './from-clause';
import type { Token } from './lexer';
import { isName, isSymbol, isWord, quoteName } from './lexer';

export interface Translated {
  readonly sql: string;
  readonly references: readonly Reference[];
  /** The query mentions the hidden column `"$path"`. */
  readonly readsPath: boolean;
  /** What stands before `[1]`: the engine must be told which of them are rows. */
  readonly subscripted: readonly string[];
}

export class Translator extends FromWriter {
  readonly readsPath: boolean;

  constructor(text: string, tokens: readonly Token[], context: TranslationContext) {
    super(text, tokens, context);
    this.readsPath = tokens.some(({ kind, value }) => kind === 'quoted' && value === '$path');
  }

  /** The query of tokens [from, to). */
  override query(from: number, to: number, scope: Scope): string {
    if (from >= to) throw mismatched(this.text, this.tokens[to]?.start ?? this.text.length, this.tokens[to]?.text ?? '<EOF>');
    const starts = this.#clauses(from, to);
    if (starts[0] !== from) {
      // A query in brackets, perhaps the first operand of a UNION.
      if (!isSymbol(this.tokens[from], '(')) throw mismatched(this.text, this.tokens[from]!.start, this.tokens[from]!.text);
      starts.unshift(from);
    }
    if (!isWord(this.tokens[from], 'with', 'select', 'values') && !isSymbol(this.tokens[from], '(')) {
      throw mismatched(this.text, this.tokens[from]!.start, this.tokens[from]!.text);
    }
    let known = scope;
    const written: string[] = [];
    for (let index = 0; index < starts.length; index++) {
      const [start, end] = [starts[index]!, starts[index + 1] ?? to];
      const word = this.tokens[start]!.value;
      if (isSymbol(this.tokens[start], '(')) {
        written.push(this.#bracketed(start, end, known));
      } else if (word === 'with') {
        const { sql, names } = this.#with(start, end, known);
        written.push(sql);
        known = names;
      } else if (word === 'select') {
        // The select list is written after the relations, which say what `*` hides.
        const next = isWord(this.tokens[end], 'from') ? (starts[index + 2] ?? to) : undefined;
        const relations = next === undefined ? undefined : this.#from(end, next, known);
        written.push(this.#select(start, end, known, relations?.tables ?? new Set()));
        if (relations !== undefined) {
          written.push(relations.sql);
          index++;
        }
      } else if (word === 'from') {
        throw mismatched(this.text, this.tokens[start]!.start, this.tokens[start]!.text);
      } else if (word === 'values') {
        written.push(this.#values(start, end, known));
      } else {
        written.push(this.#clause(start, end, known));
      }
    }
    return written.join(' ');
  }

  /** Where the clauses of the query start: words outside of brackets. */
  #clauses(from: number, to: number): number[] {
    const starts: number[] = [];
    for (let index = from; index < to; index = this.after(index)) {
      const token = this.tokens[index]!;
      if (token.kind !== 'word' || !CLAUSES.includes(token.value)) continue;
      const before = this.tokens[index - 1];
      if (index > from && isSymbol(before, '.')) continue;
      if (token.value === 'from' && isWord(before, 'distinct') && isWord(this.tokens[index - 2], 'is', 'not')) continue;
      if (token.value === 'with' && !(index === from)) continue;
      if (token.value === 'order' && isWord(this.tokens[index - 1], 'group')) continue;
      if (['window', 'limit', 'offset', 'fetch', 'values'].includes(token.value) && this.#isPlainName(index, from)) continue;
      starts.push(index);
    }
    return starts;
  }

  /** `limit`, `offset` and the like are names where no clause can start: `SELECT offset FROM t`. */
  #isPlainName(index: number, from: number): boolean {
    if (index === from) return false;
    const [before, next] = [this.tokens[index - 1], this.tokens[index + 1]];
    if (
      isWord(before, 'select', 'distinct', 'by', 'and', 'or', 'as', 'on', 'where', 'not') ||
      isSymbol(before, ',', '=', '<', '>', '+', '-', '*', '/')
    )
      return true;
    return isSymbol(next, ',', ')', '=', '<', '>', '.') || isWord(next, 'from', 'as');
  }

  #bracketed(from: number, to: number, scope: Scope): string {
    const close = this.pairs.get(from)!;
    const rest = close + 1 < to ? this.#clause(close + 1, to, scope) : '';
    return `(${this.query(from + 1, close, scope)}) ${rest}`;
  }

  #with(from: number, to: number, scope: Scope): { readonly sql: string; readonly names: Scope } {
    const recursive = isWord(this.tokens[from + 1], 'recursive');
    let names: Scope = scope;
    const written: string[] = [];
    for (let index = from + (recursive ? 2 : 1); ; index++) {
      const name = this.tokens[index];
      if (!isName(name)) throw mismatched(this.text, name?.start ?? this.text.length, name?.text ?? '<EOF>');
      let next = index + 1;
      let columns = '';
      if (isSymbol(this.tokens[next], '(')) {
        const close = this.pairs.get(next)!;
        columns = ` (${this.names(next + 1, close)
          .map(quoteName)
          .join(', ')})`;
        next = close + 1;
      }
      if (!isWord(this.tokens[next], 'as') || !isSymbol(this.tokens[next + 1], '(')) {
        throw mismatched(this.text, this.tokens[next]?.start ?? this.text.length, this.tokens[next]?.text ?? '<EOF>');
      }
      const close = this.pairs.get(next + 1)!;
      const visible = recursive ? new Set([...names, name!.value.toLowerCase()]) : names;
      written.push(`${quoteName(name!.value)}${columns} AS (${this.query(next + 2, close, visible)})`);
      names = new Set([...names, name!.value.toLowerCase()]);
      index = close + 1;
      if (isSymbol(this.tokens[index], ',') && index < to) continue;
      if (index !== to) throw mismatched(this.text, this.tokens[index]!.start, this.tokens[index]!.text);
      return { sql: `WITH ${recursive ? 'RECURSIVE ' : ''}${written.join(', ')}`, names };
    }
  }

  #select(from: number, to: number, scope: Scope, tables: ReadonlySet<string>): string {
    let index = from + 1;
    let distinct = '';
    if (isWord(this.tokens[index], 'distinct', 'all')) {
      distinct = `${this.tokens[index]!.value.toUpperCase()} `;
      index++;
      if (isWord(this.tokens[index], 'on') && isSymbol(this.tokens[index + 1], '('))
        throw mismatched(this.text, this.tokens[index]!.start, 'ON');
    }
    const items = this.items(index, to);
    return `SELECT ${distinct}${items.map(([start, end], position) => this.#item(start, end, position, scope, tables)).join(', ')}`;
  }

  #item(start: number, end: number, position: number, scope: Scope, tables: ReadonlySet<string>): string {
    const last = this.tokens[end - 1]!;
    if (isSymbol(last, '*') && (end - start === 1 || isSymbol(this.tokens[end - 2], '.'))) {
      const owner = this.tokens
        .slice(start, Math.max(start, end - 2))
        .filter(({ kind }) => kind !== 'symbol')
        .at(-1)
        ?.value.toLowerCase();
      const hides = this.readsPath && (owner === undefined ? tables.size > 0 : tables.has(owner));
      const star = owner === undefined ? '*' : `${quoteName(owner)}.*`;
      return hides ? `${star} EXCLUDE ("$path")` : star;
    }
    const [operand, alias] = this.#alias(start, end);
    const { sql } = this.expression(start, operand, scope);
    // A column keeps its name; given it again as an alias, the engine would take a wrong column for a use of the alias.
    if (alias === undefined && this.#isColumn(start, operand)) return sql;
    return `${sql} AS ${quoteName(alias ?? `_col${position}`)}`;
  }

  /** Where the expression of a select item ends, and its alias. */
  #alias(start: number, end: number): readonly [number, string | undefined] {
    const [last, before] = [this.tokens[end - 1]!, this.tokens[end - 2]];
    if (end - start < 2) return [end, undefined];
    if (isWord(before, 'as')) {
      if (!isName(last)) throw mismatched(this.text, last.start, last.text);
      return [end - 2, last.value === last.text.toLowerCase() ? last.text : last.value];
    }
    if (!isName(last) || isWord(last, 'null') || before === undefined) return [end, undefined];
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

  /** `a`, `t.a`, `first.x`. */
  #isColumn(start: number, end: number): boolean {
    for (let index = start; index < end; index++) {
      const token = this.tokens[index];
      if ((index - start) % 2 === 0 ? !isName(token) : !isSymbol(token, '.')) return false;
    }
    return (end - start) % 2 === 1;
  }

  #from(from: number, to: number, scope: Scope): { readonly sql: string; readonly tables: ReadonlySet<string> } {
    const tables = new Set<string>();
    return { sql: `FROM ${this.relations(from + 1, to, scope, tables)}`, tables };
  }

  #values(from: number, to: number, scope: Scope): string {
    const rows = this.items(from + 1, to).map(([start, end]) => {
      const bracketed = isSymbol(this.tokens[start], '(') && this.pairs.get(start) === end - 1;
      const row =
        isWord(this.tokens[start], 'row') && isSymbol(this.tokens[start + 1], '(') && this.pairs.get(start + 1) === end - 1;
      const [open, close] = bracketed ? [start + 1, end - 1] : row ? [start + 2, end - 1] : [start, end];
      return `(${this.items(open, close)
        .map(([one, other]) => this.expression(one, other, scope).sql)
        .join(', ')})`;
    });
    return `VALUES ${rows.join(', ')}`;
  }

  /** WHERE, GROUP BY and the rest: the words, and expressions between them. */
  #clause(from: number, to: number, scope: Scope): string {
    const words = [
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
      'by',
      'all',
      'distinct',
    ];
    let index = from;
    const written: string[] = [];
    while (index < to && isWord(this.tokens[index], ...words)) written.push(this.tokens[index++]!.value.toUpperCase());
    const clause = this.tokens[from]!.value;
    if (written.length === 0) throw mismatched(this.text, this.tokens[from]!.start, this.tokens[from]!.text);
    if (['union', 'intersect', 'except'].includes(clause)) {
      if (index >= to) return written.join(' ');
      if (!isSymbol(this.tokens[index], '(')) throw mismatched(this.text, this.tokens[index]!.start, this.tokens[index]!.text);
      return `${written.join(' ')} ${this.#bracketed(index, to, scope)}`;
    }
    if (written.at(-1) === 'ALL') {
      if (clause !== 'limit' && index >= to) throw mismatched(this.text, this.tokens[index - 1]!.end, '<EOF>');
      if (clause === 'limit') return '';
      written.pop();
    }
    if (clause === 'fetch' || clause === 'offset' || clause === 'limit') {
      const rest = this.tokens.slice(index, to);
      const fine = rest.every((token) => token.kind === 'number' || isWord(token, 'first', 'next', 'row', 'rows', 'only'));
      if (!fine || rest.length === 0)
        throw mismatched(this.text, this.tokens[index]?.start ?? this.text.length, this.tokens[index]?.text ?? '<EOF>');
      return `${written.join(' ')} ${rest.map(({ text }) => text).join(' ')}`;
    }
    if (clause === 'window') return `${written.join(' ')} ${this.#windows(index, to, scope)}`;
    return `${written.join(' ')} ${this.list(index, to, scope)}`;
  }

  /** `w AS (PARTITION BY …), …` */
  #windows(from: number, to: number, scope: Scope): string {
    return this.items(from, to)
      .map(([start, end]) => {
        const [name, as] = [this.tokens[start], this.tokens[start + 1]];
        if (!isName(name) || !isWord(as, 'as') || this.pairs.get(start + 2) !== end - 1)
          throw mismatched(this.text, (as ?? name!).start, (as ?? name!).text);
        return `${quoteName(name!.value)} AS (${this.window(start + 3, end - 1, scope)})`;
      })
      .join(', ');
  }
}

/** Translates the query of tokens [from, to) of a statement. */
export const translateTokens = (
  text: string,
  tokens: readonly Token[],
  from: number,
  to: number,
  context: TranslationContext,
): Translated => {
  const translator = new Translator(text, tokens, context);
  const sql = translator.finish(translator.query(from, to, new Set()));
  return { sql, references: translator.references, readsPath: translator.readsPath, subscripted: translator.subscripted() };
};
