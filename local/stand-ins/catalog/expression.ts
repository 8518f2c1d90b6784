/**
 * The filter language of Glue's GetPartitions: comparisons of partition columns with literals (`= <> != < <= > >=`, IN, BETWEEN,
 * LIKE, IS NULL) joined by AND, OR, NOT and parentheses. Pure.
 */
import type { GlueColumn } from './shapes';
import { folded, invalidInput } from './shapes';

/** At most so many characters: https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html */
export const EXPRESSION_CHARACTERS = 2048;

export type Predicate =
  | { readonly kind: 'compare'; readonly column: string; readonly operator: Operator; readonly value: string }
  | { readonly kind: 'in'; readonly column: string; readonly values: readonly string[] }
  | { readonly kind: 'between'; readonly column: string; readonly low: string; readonly high: string }
  | { readonly kind: 'like'; readonly column: string; readonly pattern: string }
  | { readonly kind: 'null'; readonly column: string }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Predicate[] }
  | { readonly kind: 'not'; readonly part: Predicate };

export type Operator = '=' | '<>' | '<' | '<=' | '>' | '>=';

interface Token {
  readonly kind: 'word' | 'literal' | 'sign';
  readonly text: string;
}

const TOKEN = /\s*(?:('(?:[^']|'')*')|("(?:[^"]|"")*"|`[^`]+`)|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w.-]*)|(<=|>=|<>|!=|[=<>(),]))/y;

const tokensOf = (expression: string): readonly Token[] => {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.length) {
    const start = TOKEN.lastIndex;
    if (/^\s*$/.test(expression.slice(start))) break;
    const match = TOKEN.exec(expression);
    if (match === null)
      throw invalidInput(`Unsupported expression '${expression}': cannot read it from character ${start + 1} on`);
    const [, text, quoted, number, word, sign] = match;
    if (text !== undefined) tokens.push({ kind: 'literal', text: text.slice(1, -1).replaceAll("''", "'") });
    else if (number !== undefined) tokens.push({ kind: 'literal', text: number });
    else if (quoted !== undefined) tokens.push({ kind: 'word', text: quoted.slice(1, -1).replaceAll('""', '"') });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: 'sign', text: sign! });
  }
  return tokens;
};

const TYPES = ['date', 'timestamp'];

/** Throws InvalidInputException for what Glue's parser does not take, and for a column that is no partition key. */
export const parseExpression = (expression: string, keys: readonly GlueColumn[]): Predicate | undefined => {
  if (expression.length > EXPRESSION_CHARACTERS) {
    throw invalidInput(
      `1 validation error detected: Value at 'expression' failed to satisfy constraint: Member must have length less than or equal to ${EXPRESSION_CHARACTERS}`,
    );
  }
  const tokens = tokensOf(expression);
  if (tokens.length === 0) return undefined;
  let at = 0;
  const fail = (): never => {
    throw invalidInput(
      `Unsupported expression '${expression}'${at < tokens.length ? ` near '${tokens[at]!.text}'` : ': it ends too early'}`,
    );
  };
  const isWord = (word: string): boolean => tokens[at]?.kind === 'word' && tokens[at]!.text.toLowerCase() === word;
  const takeWord = (word: string): boolean => isWord(word) && ++at > 0;
  const takeSign = (sign: string): boolean => tokens[at]?.kind === 'sign' && tokens[at]!.text === sign && ++at > 0;
  const literal = (): string => {
    // `date '2026-11-20'`: the type says nothing that the column's type does not.
    if (TYPES.some(isWord) && tokens[at + 1]?.kind === 'literal') at++;
    const token = tokens[at];
    if (token?.kind !== 'literal') return fail();
    at++;
    return token.text;
  };
  const joined = (word: 'and' | 'or', next: () => Predicate): Predicate => {
    const parts = [next()];
    while (takeWord(word)) parts.push(next());
    return parts.length === 1 ? parts[0]! : { kind: word, parts };
  };
  const any = (): Predicate => joined('or', all);
  const all = (): Predicate => joined('and', one);
  const one = (): Predicate => {
    if (takeWord('not')) return { kind: 'not', part: one() };
    if (takeSign('(')) {
      const inner = any();
      if (!takeSign(')')) fail();
      return inner;
    }
    return test();
  };
  const test = (): Predicate => {
    const token = tokens[at];
    if (token?.kind !== 'word') return fail();
    const column = folded(token.text);
    if (!keys.some((key) => key.Name === column))
      throw invalidInput(`Partition key ${column} of expression '${expression}' does not exist`);
    at++;
    if (takeWord('is')) {
      const negated = takeWord('not');
      if (!takeWord('null')) fail();
      return negated ? { kind: 'not', part: { kind: 'null', column } } : { kind: 'null', column };
    }
    const negated = takeWord('not');
    const wrap = (part: Predicate): Predicate => (negated ? { kind: 'not', part } : part);
    if (takeWord('in')) {
      if (!takeSign('(')) fail();
      const values = [literal()];
      while (takeSign(',')) values.push(literal());
      if (!takeSign(')')) fail();
      return wrap({ kind: 'in', column, values });
    }
    if (takeWord('between')) {
      const low = literal();
      if (!takeWord('and')) fail();
      return wrap({ kind: 'between', column, low, high: literal() });
    }
    if (takeWord('like')) return wrap({ kind: 'like', column, pattern: literal() });
    const sign = tokens[at];
    if (negated || sign?.kind !== 'sign' || !['=', '<>', '!=', '<', '<=', '>', '>='].includes(sign.text)) return fail();
    at++;
    return { kind: 'compare', column, operator: (sign.text === '!=' ? '<>' : sign.text) as Operator, value: literal() };
  };
  const predicate = any();
  if (at < tokens.length) fail();
  return predicate;
};

const NUMERIC = /^(tinyint|smallint|int|integer|bigint|long|short|byte|double|float|decimal)/;

/** How two values of a column compare: as numbers where the column's type is one, else by code units. */
const compare = (type: string, left: string, right: string): number => {
  if (NUMERIC.test(type)) {
    const [one, other] = [left, right].map((text) => (/^-?\d+$/.test(text) ? BigInt(text) : Number(text)));
    if (one !== undefined && other !== undefined) return one < other ? -1 : one > other ? 1 : 0;
  }
  return left < right ? -1 : left > right ? 1 : 0;
};

const likePattern = (pattern: string): RegExp =>
  new RegExp(
    `^${[...pattern].map((sign) => (sign === '%' ? '.*' : sign === '_' ? '.' : sign.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))).join('')}$`,
    'su',
  );

const HOLDS: Readonly<Record<Operator, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

export const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/** A function that tells whether a partition's values (in the order of the keys) satisfy the predicate. */
export const matcher = (predicate: Predicate, keys: readonly GlueColumn[]): ((values: readonly string[]) => boolean) => {
  if ('parts' in predicate) {
    const parts = predicate.parts.map((part) => matcher(part, keys));
    return predicate.kind === 'and'
      ? (values) => parts.every((part) => part(values))
      : (values) => parts.some((part) => part(values));
  }
  if (predicate.kind === 'not') {
    const part = matcher(predicate.part, keys);
    return (values) => !part(values);
  }
  const index = keys.findIndex((key) => key.Name === predicate.column);
  const type = folded(keys[index]?.Type ?? 'string');
  const valueOf = (values: readonly string[]): string => values[index] ?? '';
  switch (predicate.kind) {
    case 'compare':
      return (values) => HOLDS[predicate.operator](compare(type, valueOf(values), predicate.value));
    case 'in':
      return (values) => predicate.values.some((value) => compare(type, valueOf(values), value) === 0);
    case 'between':
      return (values) =>
        compare(type, valueOf(values), predicate.low) >= 0 && compare(type, valueOf(values), predicate.high) <= 0;
    case 'like': {
      const pattern = likePattern(predicate.pattern);
      return (values) => pattern.test(valueOf(values));
    }
    case 'null':
      return (values) => valueOf(values) === NULL_PARTITION;
  }
};

/** The predicate as an expression again: `parseExpression(render(p))` equals `p`. */
export const render = (predicate: Predicate): string => {
  const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  switch (predicate.kind) {
    case 'compare':
      return `${predicate.column} ${predicate.operator} ${quote(predicate.value)}`;
    case 'in':
      return `${predicate.column} IN (${predicate.values.map(quote).join(', ')})`;
    case 'between':
      return `${predicate.column} BETWEEN ${quote(predicate.low)} AND ${quote(predicate.high)}`;
    case 'like':
      return `${predicate.column} LIKE ${quote(predicate.pattern)}`;
    case 'null':
      return `${predicate.column} IS NULL`;
    case 'not':
      return `NOT (${render(predicate.part)})`;
    default:
      return predicate.parts.map((part) => `(${render(part)})`).join(predicate.kind === 'and' ? ' AND ' : ' OR ');
  }
};
