/** Splits a Trino statement into tokens, exactly: what is not a token of Trino's grammar is a syntax error. Pure. */
import { mismatched, syntaxError } from './failure';

export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'binary' | 'number' | 'symbol';
  /** As written. */
  readonly text: string;
  /** The name or the string that it stands for; words in lower case. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

const SPACE = /(?:\s+|--[^\r\n]*|\/\*[\s\S]*?\*\/)/y;
const TOKEN =
  /(?:(x'[0-9a-f\s]*')|('(?:[^']|'')*')|("(?:[^"]|"")*")|(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([a-z_][\w@:]*)|(<>|!=|<=|>=|\|\||->|=>|[-+*/%<>=(),.[\];?]))/iy;

export const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  let offset = 0;
  for (;;) {
    for (SPACE.lastIndex = offset; SPACE.test(text); SPACE.lastIndex = offset) offset = SPACE.lastIndex;
    if (offset >= text.length) return tokens;
    TOKEN.lastIndex = offset;
    const match = TOKEN.exec(text);
    if (match === null) {
      const sign = text.charAt(offset);
      if (sign === "'" || sign === '"') throw syntaxError(text, offset, `mismatched input '${sign}': a string without its end`);
      throw mismatched(text, offset, sign);
    }
    const [whole, binary, string, quoted, number, word] = match;
    // In a name `:` and `@` are lexed and then refused by Trino: `a::int`, `x:y` are other engines' syntax.
    if (word !== undefined && /[@:]/.test(word))
      throw mismatched(text, offset + word.search(/[@:]/), word.slice(word.search(/[@:]/)));
    const kind = binary ? 'binary' : string ? 'string' : quoted ? 'quoted' : number ? 'number' : word ? 'word' : 'symbol';
    const value = string
      ? whole.slice(1, -1).replaceAll("''", "'")
      : quoted
        ? whole.slice(1, -1).replaceAll('""', '"')
        : binary
          ? whole.slice(2, -1).replace(/\s/g, '')
          : whole.toLowerCase();
    if (number !== undefined && /^[a-z_]/i.test(text.slice(offset + whole.length))) {
      throw syntaxError(text, offset, `identifiers must not start with a digit; surround the identifier with double quotes`);
    }
    tokens.push({ kind, text: whole, value, start: offset, end: offset + whole.length });
    offset += whole.length;
  }
};

export const isWord = (token: Token | undefined, ...words: readonly string[]): boolean =>
  token?.kind === 'word' && words.includes(token.value);

export const isSymbol = (token: Token | undefined, ...symbols: readonly string[]): boolean =>
  token?.kind === 'symbol' && symbols.includes(token.text);

/** A name: a quoted identifier, or a word that is none of Trino's reserved words. */
export const isName = (token: Token | undefined): boolean =>
  token?.kind === 'quoted' || (token?.kind === 'word' && !RESERVED.has(token.value));

/** For each opening bracket the index of its closing one, both ways. Throws a syntax error where they do not match. */
export const bracketsOf = (text: string, tokens: readonly Token[]): ReadonlyMap<number, number> => {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  tokens.forEach((token, index) => {
    if (isSymbol(token, '(', '[')) open.push(index);
    if (!isSymbol(token, ')', ']')) return;
    const start = open.pop();
    if (start === undefined || (tokens[start]!.text === '(') !== (token.text === ')'))
      throw mismatched(text, token.start, token.text);
    pairs.set(start, index);
    pairs.set(index, start);
  });
  if (open.length > 0) throw mismatched(text, text.length, '<EOF>');
  return pairs;
};

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** https://trino.io/docs/current/language/reserved.html */
export const RESERVED: ReadonlySet<string> = new Set(
  (
    'alter and as between by case cast constraint create cross cube current_catalog current_date current_path current_role current_schema ' +
    'current_time current_timestamp current_user deallocate delete describe distinct drop else end escape except execute exists ' +
    'extract false for from full group grouping having in inner insert intersect into is join json_array json_exists json_object ' +
    'json_query json_table json_value left like listagg localtime localtimestamp natural normalize not null on or order outer prepare ' +
    'recursive right rollup select skip table then trim true uescape union unnest using values when where with'
  ).split(' '),
);
