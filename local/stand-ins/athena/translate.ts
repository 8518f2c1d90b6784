/**
 * A Trino query, as DuckDB says it: every table is renamed to a relation of its own (`r0`, `r1`, …: each place where a table stands
 * has its own predicates), functions, casts, literals and unnamed columns are rewritten, and what Trino's grammar does not have is
 * refused. Pure.
 */
import type { Scope } from './calls';
import { at, QueryFailure } from './failure';
import type { Reference, TranslationContext } from './from-clause';
import { CLAUSES } from './from-clause';
import type { Token } from './lexer';
import { isName, isSymbol, isWord, quoteName } from './lexer';
import { refused } from './refusals';
import { judgeDistinct, namedItems, type SelectSpec } from './select-spec';
import type { Clause, Term } from './select-writer';
import { SelectWriter } from './select-writer';

export interface Translated {
  readonly sql: string;
  readonly references: readonly Reference[];
  /** The query mentions the hidden column `"$path"`. */
  readonly readsPath: boolean;
  /** What stands before `[1]`: the engine must be told which of them are rows. */
  readonly subscripted: readonly string[];
  /** Names that a SELECT gives and uses before ORDER BY, lower case. */
  readonly usedTooEarly: ReadonlySet<string>;
  /** The operands of each set operation, as queries of their own. */
  readonly unions: readonly (readonly string[])[];
}

const SET_OPERATIONS = ['union', 'intersect', 'except'];

export class Translator extends SelectWriter {
  readonly readsPath: boolean;
  readonly #judging: boolean;
  readonly #unions: (readonly string[])[] = [];
  /** The queries that WITH names, as far as they are visible. */
  readonly #definitions: string[] = [];

  constructor(text: string, tokens: readonly Token[], context: TranslationContext) {
    super(text, tokens, context);
    this.readsPath = tokens.some(({ kind, value }) => kind === 'quoted' && value === '$path');
    this.#judging = context.judging === true;
  }

  unions(): readonly (readonly string[])[] {
    return this.#unions.map((operands) => operands.map((sql) => this.finish(sql)));
  }

  /** The query of tokens [from, to). */
  override query(from: number, to: number, scope: Scope): string {
    if (from >= to) throw this.unexpected(to);
    const starts = this.#clauses(from, to);
    // A query in brackets, perhaps the first operand of a UNION.
    if (starts[0] !== from && isSymbol(this.tokens[from], '(')) starts.unshift(from);
    if (!isWord(this.tokens[from], 'with', 'select', 'values') && !isSymbol(this.tokens[from], '(')) throw this.unexpected(from);
    const clauses = starts.flatMap((start, index) => this.#parted(start, starts[index + 1] ?? to));
    const definitions = this.#definitions.length;
    const written = this.unnamed(() => this.#written(clauses, to, scope));
    this.#definitions.length = definitions;
    return written;
  }

  /** A clause; an operation between queries ends before a query in brackets. */
  #parted(start: number, end: number): readonly Clause[] {
    const token = this.tokens[start]!;
    const word = token.kind === 'word' ? token.value : token.text;
    if (!SET_OPERATIONS.includes(word)) return [{ word, start, end }];
    const rest = start + (isWord(this.tokens[start + 1], 'all', 'distinct') ? 2 : 1);
    if (rest >= end) return [{ word, start, end }];
    if (!isSymbol(this.tokens[rest], '(')) throw this.unexpected(rest);
    return [
      { word, start, end: rest },
      { word: '(', start: rest, end },
    ];
  }

  /** WITH, operands and the operations between them, and what orders and limits their rows. */
  #written(clauses: readonly Clause[], to: number, scope: Scope): string {
    const written: string[] = [];
    let [at, known] = [0, scope];
    if (clauses[0]!.word === 'with') {
      const { sql, names } = this.#with(clauses[0]!, scope);
      written.push(sql);
      [at, known] = [1, names];
    }
    const rows = written.length;
    const operands: Term[] = [];
    for (;;) {
      const term = this.#term(clauses, at, to, known);
      operands.push(term);
      written.push(term.sql);
      at = term.next;
      const operation = clauses[at];
      if (operation === undefined || !SET_OPERATIONS.includes(operation.word)) break;
      written.push(
        this.tokens
          .slice(operation.start, operation.end)
          .map(({ value }) => value.toUpperCase())
          .join(' '),
      );
      at++;
    }
    if (operands.length > 1) {
      const context = this.#definitions.length === 0 ? '' : `WITH ${this.#definitions.join(', ')} `;
      this.#unions.push(operands.map(({ sql }) => context + sql));
    }
    const spec = operands.length === 1 ? operands[0]!.spec : undefined;
    const tail = this.#tail(clauses.slice(at), known, spec);
    // The engine orders the rows of an operation between queries by their columns alone, not by what is made of them.
    const made =
      operands.length > 1 && tail.length > 0 ? [`SELECT * FROM (${written.splice(rows).join(' ')}) AS lithify_rows`] : [];
    return [...written, ...made, ...tail].join(' ');
  }

  /** SELECT with its clauses, VALUES, or a query in brackets. */
  #term(clauses: readonly Clause[], at: number, to: number, scope: Scope): Term {
    const clause = clauses[at];
    switch (clause?.word) {
      case 'select':
        return this.selectTerm(clauses, at, scope, this.#judging);
      case 'values':
        return { sql: this.valuesTerm(clause, scope), next: at + 1, spec: undefined };
      case '(': {
        const close = this.pairs.get(clause.start)!;
        if (close + 1 < clause.end) throw this.unexpected(close + 1);
        return { sql: `(${this.query(clause.start + 1, close, scope)})`, next: at + 1, spec: undefined };
      }
      default:
        throw this.unexpected(clause?.start ?? to);
    }
  }

  /** ORDER BY, OFFSET and LIMIT, in this order. */
  #tail(clauses: readonly Clause[], scope: Scope, spec: SelectSpec | undefined): readonly string[] {
    const ranks = ['order', 'offset', 'limit', 'fetch'];
    let last = -1;
    return clauses.map((clause) => {
      const rank = ranks.indexOf(clause.word);
      if (rank <= last) throw this.unexpected(clause.start);
      last = clause.word === 'limit' ? ranks.length : rank;
      return clause.word === 'order' ? this.#order(clause, scope, spec) : this.#limit(clause);
    });
  }

  /** In the middle of an expression a name that the SELECT gives is written out: the engine would take the column of that name. */
  #order({ start, end }: Clause, scope: Scope, spec: SelectSpec | undefined): string {
    if (!isWord(this.tokens[start + 1], 'by')) throw this.unexpected(start + 1);
    const items = this.items(start + 2, end).map(([from, to]) => {
      let until = to;
      while (until > from && isWord(this.tokens[until - 1], 'asc', 'desc', 'nulls', 'first', 'last')) until--;
      const names = spec === undefined || until - from === 1 ? new Map<string, string>() : namedItems(spec);
      const write = (last: number): string => this.named(names, () => this.expression(from, last, scope).sql);
      return { sql: write(to), by: write(until), start: this.tokens[from]!.start };
    });
    if (spec !== undefined) {
      const wrong = items.find(({ by }) => !spec.star && /^\d+$/.test(by) && (Number(by) < 1 || Number(by) > spec.items.length));
      if (wrong !== undefined)
        throw new QueryFailure(
          'INVALID_COLUMN_REFERENCE',
          `${at(this.text, wrong.start)}: ORDER BY position ${wrong.by} is not in select list`,
        );
      judgeDistinct(
        spec,
        items.map(({ by }) => by),
      );
    }
    // Hidden names are not there to order by, and an order changes nothing of what is judged.
    return this.#judging && spec !== undefined ? '' : `ORDER BY ${items.map(({ sql }) => sql).join(', ')}`;
  }

  #limit({ word, start, end }: Clause): string {
    const rest = this.tokens.slice(start + 1, end);
    if (word === 'limit' && rest.length === 1 && isWord(rest[0], 'all')) return '';
    if (rest.some((token) => isWord(token, 'with')))
      throw refused('form', `${at(this.text, this.tokens[start]!.start)}: FETCH … WITH TIES`);
    const fine = rest.every((token) => token.kind === 'number' || isWord(token, 'first', 'next', 'row', 'rows', 'only'));
    if (!fine || rest.length === 0) throw this.unexpected(start + 1);
    return `${word.toUpperCase()} ${rest.map(({ text }) => text).join(' ')}`;
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

  #with({ start, end }: Clause, scope: Scope): { readonly sql: string; readonly names: Scope } {
    if (isWord(this.tokens[start + 1], 'recursive'))
      throw refused('recursion', `${at(this.text, this.tokens[start + 1]!.start)}: RECURSIVE`);
    let names: Scope = scope;
    const own = new Set<string>();
    const written: string[] = [];
    for (let index = start + 1; ; index++) {
      const name = this.tokens[index];
      if (!isName(name)) throw this.unexpected(index);
      const called = name!.value.toLowerCase();
      if (own.has(called))
        throw new QueryFailure(
          'DUPLICATE_NAMED_QUERY',
          `${at(this.text, name!.start)}: WITH query name '${called}' specified more than once`,
        );
      own.add(called);
      let next = index + 1;
      let columns = '';
      if (isSymbol(this.tokens[next], '(')) {
        const close = this.pairs.get(next)!;
        columns = ` (${this.columnNames(next + 1, close)
          .map(quoteName)
          .join(', ')})`;
        next = close + 1;
      }
      if (!isWord(this.tokens[next], 'as')) throw this.unexpected(next);
      if (!isSymbol(this.tokens[next + 1], '(')) throw this.unexpected(next);
      const close = this.pairs.get(next + 1)!;
      const definition = `${quoteName(name!.value)}${columns} AS (${this.query(next + 2, close, names)})`;
      written.push(definition);
      this.#definitions.push(definition);
      names = new Set([...names, called]);
      index = close + 1;
      if (isSymbol(this.tokens[index], ',') && index < end) continue;
      if (index !== end) throw this.unexpected(index);
      return { sql: `WITH ${written.join(', ')}`, names };
    }
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
  return {
    sql,
    references: translator.references,
    readsPath: translator.readsPath,
    subscripted: translator.subscripted(),
    usedTooEarly: translator.usedTooEarly(),
    unions: translator.unions(),
  };
};
