/** Writes calls: functions, casts, and the forms that the grammar has for some of them. Pure. */
import type { Known, Piece } from './arithmetic';
import { operand } from './arithmetic';
import { alike } from './comparisons';
import { at, QueryFailure } from './failure';
import { FORMS, FUNCTIONS } from './functions';
import type { Argument } from './functions/rules';
import { parsePath } from './json-scalar';
import { JsonReadings } from './json-readings';
import type { Token } from './lexer';
import { isWord, quoteText } from './lexer';
import { duckPath, FIELDS } from './literals';
import { refused } from './refusals';
import { TokenReader } from './token-reader';
import { parseTrinoType } from './types';

export interface Written {
  readonly sql: string;
  readonly known?: Known;
}

/** Names that stand for what the query itself defines. */
export type Scope = ReadonlySet<string>;

/** Adds an operand to an expression; the answer is the index after it. */
export type Put = (sql: string, after: number, more?: Partial<Piece>) => number;

/** Casts that differ from the engine's own. */
const CASTS: Readonly<Record<string, string>> = {
  BIGINT: 'lithify_bigint',
  INTEGER: 'lithify_integer',
  SMALLINT: 'lithify_smallint',
  TINYINT: 'lithify_tinyint',
  VARCHAR: 'lithify_varchar',
  BOOLEAN: 'lithify_boolean',
  DATE: 'lithify_date',
  TIMESTAMP: 'lithify_timestamp',
  'TIMESTAMP WITH TIME ZONE': 'lithify_zoned',
  JSON: 'lithify_json',
};

/** Casts that the engine makes of a json in a way of its own. */
const NESTED = /\[\]$|^(MAP|STRUCT)\(/;
const NUMBERS = /^(DOUBLE|FLOAT|DECIMAL\(.*\))$/;
/** What a cast is known to be. */
const FAMILIES: readonly (readonly [RegExp, Known])[] = [
  [/^VARCHAR$/, 'text'],
  [/^(BIGINT|INTEGER|SMALLINT|TINYINT|DOUBLE|FLOAT|DECIMAL\([^)]*\))$/, 'number'],
  [/^(DATE|TIMESTAMP|TIMESTAMP WITH TIME ZONE)$/, 'moment'],
  [/^BOOLEAN$/, 'boolean'],
];

const castTo = (type: string, value: string): string => {
  const own = CASTS[type];
  if (own !== undefined) return `${own}(${value})`;
  const macro = NESTED.test(type) ? 'lithify_cast_nested' : NUMBERS.test(type) ? 'lithify_cast_number' : undefined;
  return macro === undefined ? `CAST(${value} AS ${type})` : `${macro}(${value}, CAST(NULL AS ${type}), ${quoteText(type)})`;
};

export abstract class CallWriter extends TokenReader {
  readonly #readings = new JsonReadings();

  constructor(
    text: string,
    tokens: readonly Token[],
    pairs: ReadonlyMap<number, number>,
    protected readonly now: number,
  ) {
    super(text, tokens, pairs);
  }

  /** `must` is true where a condition must stand. */
  protected abstract expression(from: number, to: number, scope: Scope, must?: boolean): Written;

  /** Puts the readings of JSON texts where their marks are, when all paths are known. */
  finish(sql: string): string {
    return this.#readings.put(sql);
  }

  protected list(from: number, to: number, scope: Scope): string {
    return this.items(from, to)
      .map(([start, end]) => this.expression(start, end, scope).sql)
      .join(', ');
  }

  /** The items of an array, which are of one type. */
  protected likes(from: number, to: number, scope: Scope): string {
    const items = this.items(from, to).map(([start, end]) => this.expression(start, end, scope));
    return alike(items.map(({ sql, known }) => operand(sql, known)))
      .map(({ sql }) => sql)
      .join(', ');
  }

  protected call(index: number, scope: Scope, put: Put): number {
    const token = this.tokens[index]!;
    const [open, close] = [index + 1, this.pairs.get(index + 1)!];
    const after = close + 1;
    if (token.value === 'cast' || token.value === 'try_cast') {
      const { sql, known } = this.#cast(open + 1, close, scope, token.value === 'try_cast');
      return put(sql, after, known === undefined ? {} : { known });
    }
    if (token.value === 'extract') return put(this.#extract(open + 1, close, scope), after);
    if (token.value === 'now' && close === open + 1) return put(this.timestamp(), after);
    const spoken = this.#spoken(token.value, open + 1, close, scope);
    if (spoken !== undefined) return put(spoken, after);
    if (token.value === 'row') {
      const fields = this.items(open + 1, close).map(([start, end]) => this.expression(start, end, scope));
      const pieces = fields.map(({ sql, known }) => operand(sql, known));
      return put(`row(${fields.map(({ sql }) => sql).join(', ')})`, after, { fields: pieces });
    }
    if (token.value === 'json_extract_scalar') return put(this.#jsonScalar(index, scope), after);
    const rule = FORMS.has(token.value) ? undefined : Object.hasOwn(FUNCTIONS, token.value) ? FUNCTIONS[token.value] : undefined;
    if (rule === undefined) throw this.unknownFunction(token);
    const spans = close === open + 1 ? [] : this.items(open + 1, close);
    const wrong = spans.length < (rule.least ?? 0) || spans.length > (rule.most ?? spans.length);
    if (wrong) {
      throw new QueryFailure(
        'FUNCTION_NOT_FOUND',
        `${at(this.text, token.start)}: Unexpected parameters for function ${token.value}. Expected: ${rule.least ?? 0} to ${rule.most ?? 'any'} arguments, found ${spans.length}`,
      );
    }
    const args = spans.map(([start, end]): Argument => this.#argument(start, end, scope));
    if ('name' in rule) {
      const sql = `${rule.name}(${args.map(({ sql: argument }) => argument).join(', ')})`;
      return put(sql, after);
    }
    return put(rule.write(args).sql, after);
  }

  protected unknownFunction(token: Token): QueryFailure {
    return new QueryFailure('FUNCTION_NOT_FOUND', `${at(this.text, token.start)}: Function '${token.value}' not registered`);
  }

  #argument(start: number, end: number, scope: Scope): Argument {
    const token = this.tokens[start]!;
    const written = this.expression(start, end, scope);
    return end - start === 1 && token.kind === 'string' ? { ...written, literal: token.value } : written;
  }

  /** `trim(LEADING '0' FROM x)`, `substring(x FROM 2 FOR 3)`: words between the arguments. */
  #spoken(name: string, from: number, to: number, scope: Scope): string | undefined {
    if (name !== 'trim' && name !== 'substring') return undefined;
    const word = (wanted: string): number => {
      for (let index = from; index < to; index = this.after(index)) if (isWord(this.tokens[index], wanted)) return index;
      return -1;
    };
    const at = word('from');
    if (at < 0) return undefined;
    const value = (start: number, end: number): string => this.expression(start, end, scope).sql;
    if (name === 'trim') {
      const side = isWord(this.tokens[from], 'leading', 'trailing', 'both') ? this.tokens[from]!.value : undefined;
      const start = side === undefined ? from : from + 1;
      const trimmed = { leading: 'ltrim', trailing: 'rtrim' }[side ?? ''] ?? 'trim';
      return `${trimmed}(${value(at + 1, to)}${start === at ? '' : `, ${value(start, at)}`})`;
    }
    const length = word('for');
    const rule = FUNCTIONS['substring']!;
    const args = [value(from, at), value(at + 1, length < 0 ? to : length), ...(length < 0 ? [] : [value(length + 1, to)])];
    return 'write' in rule ? rule.write(args.map((sql) => ({ sql }))).sql : undefined;
  }

  #cast(from: number, to: number, scope: Scope, attempt: boolean): Written {
    let as = -1;
    for (let index = from; index < to; index = this.after(index)) if (isWord(this.tokens[index], 'as')) as = index;
    if (as < 0) throw this.unexpected(to);
    const { sql: value, known } = this.expression(from, as, scope);
    const type = parseTrinoType(this.text, this.tokens, as + 1);
    if (type.next !== to) throw this.unexpected(type.next);
    if (type.duck === 'VARCHAR' && known === 'coarse') throw refused('precision', 'CAST to varchar');
    const cast = castTo(type.duck, value);
    const cut = type.characters === undefined ? cast : `left(${cast}, ${type.characters})`;
    const made = FAMILIES.find(([pattern]) => pattern.test(type.duck))?.[1];
    return { sql: attempt ? `TRY(${cut})` : cut, ...(made === undefined ? {} : { known: made }) };
  }

  #extract(from: number, to: number, scope: Scope): string {
    const field = this.tokens[from];
    const known = field === undefined ? undefined : FIELDS[field.value];
    if (known === undefined || !isWord(this.tokens[from + 1], 'from')) throw this.unexpected(from);
    return `date_part('${known}', lithify_no_interval(${this.expression(from + 2, to, scope).sql}))`;
  }

  #jsonScalar(index: number, scope: Scope): string {
    const spans = this.items(index + 2, this.pairs.get(index + 1)!);
    if (spans.length !== 2) throw this.unexpected(index);
    const [source, path] = spans.map(([start, end]) => this.#argument(start, end, scope)) as [Argument, Argument];
    if (path.literal === undefined) return `lithify_json_scalar(CAST(${source.sql} AS VARCHAR), ${path.sql})`;
    if (parsePath(path.literal) === undefined)
      throw new QueryFailure('INVALID_FUNCTION_ARGUMENT', `Invalid JSON path: '${path.literal}'`);
    if (duckPath(path.literal) === undefined) return `lithify_json_scalar(CAST(${source.sql} AS VARCHAR), ${path.sql})`;
    return this.#readings.mark(source.sql, path.literal);
  }

  protected timestamp(): string {
    return `CAST(${quoteText(new Date(this.now).toISOString())} AS TIMESTAMP WITH TIME ZONE)`;
  }
}
