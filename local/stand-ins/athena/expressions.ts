/** Rewrites Trino expressions: operands and the words and signs between them, subscripts, lambdas, intervals, windows. Pure. */
import type { Piece } from './arithmetic';
import { arranged, operand } from './arithmetic';
import type { Put, Scope, Written } from './calls';
import { CallWriter } from './calls';
import { chosen, itemsOf, judged, kindOf } from './comparisons';
import { at } from './failure';
import { instantOf } from './functions/times';
import type { Token } from './lexer';
import { isName, isSymbol, isWord, quoteName, quoteText, RESERVED } from './lexer';
import { LITERAL_TYPES, typedLiteral } from './literals';
import { refused } from './refusals';

/** Words that may follow an operand; every other word there is another engine's syntax. */
const AFTER_OPERAND = new Set(
  'and or is not in like between escape at over filter then else end when asc desc nulls first last order ignore respect'.split(
    ' ',
  ),
);
/** Reserved words that stand before or between operands; what is not reserved is a name there. */
const BETWEEN = new Set(
  'and or is not in like between escape then else when case exists distinct by order null true false from rollup cube grouping'.split(
    ' ',
  ),
);
/** Reserved words that are functions too. */
const CALLED = new Set(['cast', 'extract', 'trim', 'grouping']);
/** Reserved words whose calls have a grammar of their own. */
const SPOKEN = new Set('listagg normalize json_query json_value json_exists json_object json_array'.split(' '));
/** Words of a window's frame. */
const FRAME = ['rows', 'range', 'groups', 'between', 'and', 'unbounded', 'preceding', 'following', 'current', 'row'];
/** Reserved words that stand for what the host does not have. */
const ABSENT = new Set('current_time localtime current_user current_role current_catalog current_schema current_path'.split(' '));
const CONSTANTS = new Set(['null', 'true', 'false']);

export abstract class ExpressionWriter extends CallWriter {
  readonly #subscripted = new Set<string>();
  /** What stands for a name by itself, lower case. */
  #named: ReadonlyMap<string, string> = new Map();

  constructor(
    text: string,
    tokens: readonly Token[],
    pairs: ReadonlyMap<number, number>,
    now: number,
    private readonly rows: ReadonlySet<string>,
  ) {
    super(text, tokens, pairs, now);
  }

  abstract query(from: number, to: number, scope: Scope): string;

  /** Writes with names that stand for something; a subquery knows nothing of them. */
  protected named<T>(names: ReadonlyMap<string, string>, write: () => T): T {
    const before = this.#named;
    this.#named = names;
    try {
      return write();
    } finally {
      this.#named = before;
    }
  }

  protected unnamed<T>(write: () => T): T {
    return this.named(new Map(), write);
  }

  #name(index: number): string {
    const { value } = this.tokens[index]!;
    const bare = !isSymbol(this.tokens[index + 1], '.');
    return (bare ? this.#named.get(value.toLowerCase()) : undefined) ?? quoteName(value);
  }

  subscripted(): readonly string[] {
    return [...this.#subscripted];
  }

  protected override expression(from: number, to: number, scope: Scope, must = false): Written {
    if (from >= to) throw this.unexpected(from);
    const pieces: Piece[] = [];
    for (let index = from; index < to;) index = this.#piece(index, to, pieces, scope);
    const written = judged(arranged(pieces), must);
    const known = kindOf(written);
    return { sql: written.map(({ sql }) => sql).join(' '), ...(known === undefined ? {} : { known }) };
  }

  /** Writes what starts at `index` and tells where the next piece starts. */
  #piece(index: number, to: number, pieces: Piece[], scope: Scope): number {
    const token = this.tokens[index]!;
    const next = this.tokens[index + 1];
    const before = pieces.at(-1);
    const put = (sql: string, after: number, more: Partial<Piece> = {}): number => {
      if (before?.operand === true && (more.operand ?? true)) throw this.unexpected(index);
      pieces.push({ sql, operand: true, ...more });
      return after;
    };
    switch (token.kind) {
      case 'string':
        return put(quoteText(token.value), index + 1, { known: 'text' });
      case 'binary':
        return put(`unhex('${token.value}')`, index + 1);
      case 'number':
        return put(token.text, index + 1, { known: 'number' });
      case 'quoted':
        if (isSymbol(next, '(')) throw this.unknownFunction(token);
        if (token.value.startsWith('$') && token.value !== '$path')
          throw refused('hidden', `${at(this.text, token.start)}: ${token.value}`);
        return put(this.#name(index), index + 1);
      case 'symbol':
        return this.#symbol(index, to, pieces, scope);
      case 'word':
        return this.#word(index, to, pieces, scope, put);
    }
  }

  #symbol(index: number, to: number, pieces: Piece[], scope: Scope): number {
    const token = this.tokens[index]!;
    const before = pieces.at(-1);
    const sign = token.text;
    if (sign === '(') {
      const close = this.pairs.get(index)!;
      if (isSymbol(this.tokens[close + 1], '->')) return this.#lambda(this.names(index + 1, close), close + 2, to, pieces, scope);
      if (before?.operand === true) throw this.unexpected(index);
      pieces.push(this.#inBrackets(index + 1, close, scope));
      return close + 1;
    }
    if (sign === '[') {
      if (before?.operand !== true) throw this.unexpected(index);
      const close = this.pairs.get(index)!;
      const key = this.expression(index + 1, close, scope).sql;
      pieces.pop();
      if (/^\d+$/.test(key)) this.#subscripted.add(before.sql);
      const row = /^\d+$/.test(key) && this.rows.has(before.sql);
      pieces.push({
        sql: row ? `struct_extract_at(${before.sql}, ${key})` : `lithify_subscript(${before.sql}, ${key})`,
        operand: true,
      });
      return close + 1;
    }
    if (sign === '.') {
      const name = this.tokens[index + 1];
      if (before?.operand !== true) throw this.unexpected(index);
      if (isSymbol(this.tokens[index + 2], '(')) throw this.unexpected(index + 2);
      if (isSymbol(name, '*')) throw this.unexpected(index + 1);
      if (name?.kind !== 'word' && name?.kind !== 'quoted') throw this.unexpected(index + 1);
      pieces.pop();
      if (before.sql === '"awsdatacatalog"')
        throw refused('form', `${at(this.text, token.start)}: a column by the name of its catalog`);
      const chain = /^"(?:[^"]|"")*"(?:\."(?:[^"]|"")*")*$/.test(before.sql);
      pieces.push({ sql: `${chain ? before.sql : `(${before.sql})`}.${quoteName(name.value)}`, operand: true });
      return index + 2;
    }
    if (sign === '*' && before?.operand !== true) {
      if (pieces.length > 0 || to - index !== 1) throw this.unexpected(index);
      pieces.push({ sql: '*', operand: true });
      return index + 1;
    }
    if (!['+', '-', '*', '/', '%', '=', '<>', '!=', '<', '<=', '>', '>=', '||'].includes(sign)) throw this.unexpected(index);
    const unary = sign === '+' || sign === '-';
    if (before?.operand !== true && !unary) throw this.unexpected(index);
    if (index + 1 >= to) throw this.unexpected(to);
    pieces.push({ sql: sign, operand: false });
    return index + 1;
  }

  /** A subquery, an expression or a list. */
  #inBrackets(from: number, to: number, scope: Scope): Piece {
    if (this.startsQuery(from)) return { sql: `(${this.query(from, to, scope)})`, operand: true };
    const all = from === to ? [] : this.items(from, to).map(([start, end]) => this.expression(start, end, scope));
    const items = itemsOf(all.map(({ sql, known }) => operand(sql, known)));
    const known = all.length === 1 ? all[0]!.known : undefined;
    const sql = `(${all.map((one) => one.sql).join(', ')})`;
    const fields = all.map((one) => operand(one.sql, one.known));
    return {
      sql,
      operand: true,
      fields,
      ...(known === undefined ? {} : { known }),
      ...(items === undefined ? {} : { items }),
    };
  }

  #word(index: number, to: number, pieces: Piece[], scope: Scope, put: Put): number {
    const token = this.tokens[index]!;
    const next = index + 1 < to ? this.tokens[index + 1] : undefined;
    const word = token.value;
    const before = pieces.at(-1);
    if (before?.operand === true) {
      if (word === 'at') return this.#atTimeZone(index, pieces);
      if (!AFTER_OPERAND.has(word)) throw this.unexpected(index);
      if ((word === 'ignore' || word === 'respect') && isWord(next, 'nulls')) return this.#nulls(index, pieces);
      if (word === 'end') return this.#caseEnd(index, pieces);
      if (word === 'over' && isSymbol(next, '(')) {
        const close = this.pairs.get(index + 1)!;
        this.#extend(pieces, `OVER (${this.window(index + 2, close, scope)})`);
        return close + 1;
      }
      if (word === 'over' && isName(next)) {
        this.#extend(pieces, `OVER ${quoteName(next!.value)}`);
        return index + 2;
      }
      if (word === 'filter' && isSymbol(next, '(')) {
        const close = this.pairs.get(index + 1)!;
        if (!isWord(this.tokens[index + 2], 'where')) throw this.unexpected(index + 2);
        this.#extend(pieces, `FILTER (WHERE ${this.expression(index + 3, close, scope, true).sql})`);
        return close + 1;
      }
      if (['asc', 'desc', 'first', 'last'].includes(word)) {
        pieces.push({ sql: word.toUpperCase(), operand: true, suffix: true });
        return index + 1;
      }
      pieces.push({ sql: word.toUpperCase(), operand: word === 'nulls', suffix: word === 'nulls' });
      return index + 1;
    }
    if (isSymbol(this.tokens[index + 1], '->') && isName(token)) return this.#lambda([word], index + 2, to, pieces, scope);
    if (CONSTANTS.has(word)) {
      // IS TRUE is another engine's: of IS there are NULL and DISTINCT FROM.
      const is = before?.sql === 'NOT' ? pieces.at(-2) : before;
      if (word !== 'null' && is?.operand === false && is.sql === 'IS') throw this.unexpected(index);
      return put(word.toUpperCase(), index + 1, word === 'null' ? {} : { known: 'boolean' });
    }
    if (next?.kind === 'string') {
      if (word === 'interval') return this.#interval(index, put);
      if (LITERAL_TYPES.has(word)) {
        const { sql, known } = typedLiteral(word, next.value);
        return put(sql, index + 2, known === undefined ? {} : { known });
      }
      if (!RESERVED.has(word)) throw this.unexpected(index + 1);
    }
    if (word === 'current_date')
      return put(`CAST(${quoteText(new Date(this.now).toISOString().slice(0, 10))} AS DATE)`, index + 1, { known: 'moment' });
    if (word === 'current_timestamp') return put(this.timestamp(), index + 1, { known: 'moment' });
    if (word === 'localtimestamp') return put(`CAST(${this.timestamp()} AS TIMESTAMP)`, index + 1, { known: 'moment' });
    if (ABSENT.has(word)) throw refused('form', `${at(this.text, token.start)}: ${word}`);
    if (word === 'array' && isSymbol(next, '[')) {
      const close = this.pairs.get(index + 1)!;
      return put(close === index + 2 ? '[]' : `[${this.likes(index + 2, close, scope)}]`, close + 1);
    }
    if (isSymbol(next, '(') && (word === 'rollup' || word === 'cube' || (word === 'sets' && before?.sql === 'GROUPING'))) {
      const close = this.pairs.get(index + 1)!;
      return put(`${word.toUpperCase()} (${this.list(index + 2, close, scope)})`, close + 1);
    }
    const quantifier = ['all', 'any', 'some'].includes(word) && isSymbol(next, '(');
    if (isSymbol(next, '(') && !quantifier && (!RESERVED.has(word) || CALLED.has(word))) return this.call(index, scope, put);
    if (BETWEEN.has(word) || quantifier) {
      pieces.push({ sql: word.toUpperCase(), operand: false });
      return index + 1;
    }
    if (SPOKEN.has(word) && isSymbol(next, '(')) throw refused('form', `${at(this.text, token.start)}: ${word}`);
    if (!isName(token)) throw this.unexpected(index);
    return put(this.#name(index), index + 1);
  }

  #atTimeZone(index: number, pieces: Piece[]): number {
    const zone = this.tokens[index + 3];
    if (!isWord(this.tokens[index + 1], 'time') || !isWord(this.tokens[index + 2], 'zone') || zone?.kind !== 'string')
      throw this.unexpected(index);
    if (!/^(utc|z|etc\/utc|\+00:00)$/i.test(zone.value))
      throw refused('zone', `${at(this.text, zone.start)}: AT TIME ZONE '${zone.value}'`);
    const operand = pieces.pop()!;
    pieces.push({ sql: `CAST(${instantOf(operand.sql)} AS TIMESTAMP WITH TIME ZONE)`, operand: true });
    return index + 4;
  }

  #interval(index: number, put: Put): number {
    const [value, unit] = [this.tokens[index + 1]!, this.tokens[index + 2]];
    if (isWord(this.tokens[index + 3], 'to')) throw refused('form', `${at(this.text, value.start)}: INTERVAL with TO`);
    if (!isWord(unit, 'year', 'month', 'day', 'hour', 'minute', 'second') || !/^[+-]?\d+(\.\d+)?$/.test(value.value))
      throw this.unexpected(index + 2);
    return put(`INTERVAL ${quoteText(value.value)} ${unit!.value.toUpperCase()}`, index + 3, { known: 'interval' });
  }

  /** `PARTITION BY … ORDER BY … ROWS …`: two lists and a frame. */
  protected window(from: number, to: number, scope: Scope): string {
    const starts: number[] = [];
    for (let index = from; index < to; index = this.after(index)) {
      const [token, next] = [this.tokens[index], this.tokens[index + 1]];
      const clause = isWord(token, 'partition', 'order') && isWord(next, 'by');
      const frame =
        isWord(token, 'rows', 'range', 'groups') &&
        (isWord(next, 'between', 'unbounded', 'current', 'interval') || next?.kind === 'number');
      if (clause || frame) starts.push(index);
    }
    // A window may be made of one that has a name.
    const named = from < to && isName(this.tokens[from]) && (starts[0] ?? to) === from + 1;
    if (from < to && starts[0] !== from && !named) throw this.unexpected(from);
    const base = named ? [quoteName(this.tokens[from]!.value)] : [];
    const clauses = starts.map((start, position) => {
      const end = starts[position + 1] ?? to;
      if (isWord(this.tokens[start], 'partition', 'order')) {
        return `${this.tokens[start]!.value.toUpperCase()} BY ${this.list(start + 2, end, scope)}`;
      }
      return this.#frame(start, end);
    });
    return [...base, ...clauses].join(' ');
  }

  #frame(from: number, to: number): string {
    const written: string[] = [];
    for (let index = from; index < to;) {
      const token = this.tokens[index]!;
      if (isWord(token, 'interval')) {
        index = this.#interval(index, (sql, after) => (written.push(sql), after));
        continue;
      }
      if (token.kind !== 'number' && !isWord(token, ...FRAME)) throw this.unexpected(index);
      written.push(token.value.toUpperCase());
      index++;
    }
    return written.join(' ');
  }

  #lambda(names: readonly string[], from: number, to: number, pieces: Piece[], scope: Scope): number {
    if (pieces.length > 0) throw this.unexpected(from);
    pieces.push({ sql: `lambda ${names.map(quoteName).join(', ')}: ${this.expression(from, to, scope).sql}`, operand: true });
    return to;
  }

  /** `count(*)` and `OVER (…)` are one operand. */
  #extend(pieces: Piece[], sql: string): void {
    const call = pieces.pop()!;
    pieces.push({ ...call, sql: `${call.sql} ${sql}` });
  }

  /** `CASE … END` is one operand, whose parts have their own operators. */
  #caseEnd(index: number, pieces: Piece[]): number {
    const start = pieces.findLastIndex((piece) => piece.sql === 'CASE' && !piece.operand);
    if (start < 0) throw this.unexpected(index);
    pieces.push(chosen(arranged(pieces.splice(start))));
    return index + 1;
  }

  /** `lag(x) IGNORE NULLS`: the engine has it within the brackets. */
  #nulls(index: number, pieces: Piece[]): number {
    const call = pieces.pop()!;
    if (!call.sql.endsWith(')')) throw this.unexpected(index);
    const word = this.tokens[index]!.value.toUpperCase();
    pieces.push({ ...call, sql: `${call.sql.slice(0, -1)} ${word} NULLS)` });
    return index + 2;
  }
}
