/**
 * Comparisons, conditions and choices: what Trino compares and joins by type alone, and the engine would cast. A literal tells the type of
 * what stands beside it; two operands of which nothing is known are compared by the types that the engine finds. Pure.
 */
import type { Known, Piece } from './arithmetic';
import { isOperand, operand } from './arithmetic';
import { QueryFailure } from './failure';

const COMPARISONS = ['=', '<>', '!=', '<', '<=', '>', '>='];
const CONNECTIVES = ['AND', 'OR', 'NOT'];
/** What makes an expression a condition. */
const LOGICAL = [...COMPARISONS, ...CONNECTIVES, 'IS', 'IN', 'LIKE', 'BETWEEN', 'EXISTS'];

const AS: Readonly<Partial<Record<Known, string>>> = {
  text: 'lithify_as_text',
  number: 'lithify_as_number',
  moment: 'lithify_as_moment',
  coarse: 'lithify_as_moment',
  boolean: 'lithify_as_boolean',
};

const family = (known: Known | undefined): Known | undefined => (known === 'coarse' ? 'moment' : known);

/** A subquery would be run once more for every time that it is named. */
const isQuery = ({ sql }: Piece): boolean => /\bSELECT\b/.test(sql);

/** The piece, held to the type of a literal that it is compared with. */
const as = (known: Known, piece: Piece): Piece => {
  const macro = AS[known];
  if (macro === undefined || piece.sql === 'NULL' || family(piece.known) === family(known)) return piece;
  return operand(`${macro}(${piece.sql})`, piece.known);
};

/** The pieces of one choice: of `coalesce`, of the results of CASE, of an array. Throws QueryFailure where literals are of two types. */
export const alike = (
  pieces: readonly Piece[],
  code: 'TYPE_MISMATCH' | 'FUNCTION_NOT_FOUND' = 'TYPE_MISMATCH',
): readonly Piece[] => {
  const families = new Set(pieces.flatMap((piece) => (piece.sql === 'NULL' ? [] : (family(piece.known) ?? []))));
  if (families.size > 1) throw new QueryFailure(code, `All values must be of one type: ${[...families].join(', ')}`);
  const known = pieces.find((piece) => piece.known !== undefined && AS[piece.known] !== undefined)?.known;
  return known === undefined ? pieces : pieces.map((piece) => as(known, piece));
};

/** What all of them are known to be. */
export const itemsOf = (pieces: readonly Piece[]): Known | 'mixed' | undefined => {
  const all = new Set(pieces.filter(({ sql }) => sql !== 'NULL').map(({ known }) => family(known)));
  return all.size > 1 && !all.has(undefined) ? 'mixed' : all.size === 1 ? [...all][0] : undefined;
};

const comparable = (left: Piece, right: Piece): Piece =>
  isQuery(left) || isQuery(right) || left.known === 'interval' || right.known === 'interval'
    ? left
    : operand(`lithify_comparable(${left.sql}, ${right.sql})`);

/** Two rows that are written out, field by field: where one field is NULL the engine takes rows for different, and Trino does not know. */
const rowsCompared = (left: Piece, sign: string, right: Piece): Piece | undefined => {
  if (left.fields === undefined || right.fields?.length !== left.fields.length || !['=', '<>', '!='].includes(sign))
    return undefined;
  const fields = left.fields.map((field, index) => {
    const written = [field, { sql: '=', operand: false }, right.fields![index]!];
    compared(written);
    return written.map(({ sql }) => sql).join(' ');
  });
  return operand(`(${sign === '=' ? '' : 'NOT '}(${fields.join(' AND ')}))`, 'boolean');
};

const compared = (pieces: Piece[]): void => {
  for (let index = 1; index < pieces.length - 1; index++) {
    const [left, sign, right] = [pieces[index - 1]!, pieces[index]!, pieces[index + 1]!];
    if (sign.operand || !isOperand(left)) continue;
    // Of a chain the rest is compared with what the first comparison says.
    if (COMPARISONS.includes(sign.sql) && isOperand(right) && !COMPARISONS.includes(pieces[index - 2]?.sql ?? '')) {
      const rows = rowsCompared(left, sign.sql, right);
      if (rows !== undefined) pieces.splice(index - 1, 3, rows);
      else if (right.known !== undefined) pieces[index - 1] = as(right.known, left);
      else if (left.known !== undefined) pieces[index + 1] = as(left.known, right);
      else pieces[index - 1] = comparable(left, right);
      continue;
    }
    const at = sign.sql === 'NOT' ? index + 1 : index;
    const [word, value] = [pieces[at], pieces[at + 1]];
    if (word === undefined || value === undefined || word.operand || !isOperand(value)) continue;
    if (word.sql === 'LIKE') pieces[index - 1] = as('text', left);
    if (word.sql === 'IN') {
      if (value.items === 'mixed')
        throw new QueryFailure('TYPE_MISMATCH', 'All IN list values must be the same type or coercible to a common type');
      const first = value.fields?.[0];
      if (value.items !== undefined) pieces[index - 1] = as(value.items, left);
      else if (first !== undefined) pieces[index - 1] = comparable(left, first);
    }
    if (word.sql === 'BETWEEN') {
      const bounds = [value, pieces[at + 3]].filter((bound) => bound !== undefined);
      const literals = new Map(
        bounds.flatMap((bound) => (bound.known === undefined ? [] : [[family(bound.known)!, bound.known]])),
      );
      for (const known of literals.values()) pieces[index - 1] = as(known, pieces[index - 1]!);
      if (literals.size === 0) pieces[index - 1] = comparable(left, value);
    }
  }
};

const isConditionAlready = (piece: Piece): boolean => piece.sql === 'NULL' || piece.known === 'boolean' || isQuery(piece);

const condition = (piece: Piece): Piece =>
  isConditionAlready(piece) ? piece : operand(`lithify_condition(${piece.sql})`, 'boolean');

/** Terms that are one operand alone, between AND, OR and NOT, or in a place where a condition must stand. */
const conditions = (pieces: Piece[], must: boolean): void => {
  let [start, between, joined] = [0, false, must];
  const term = (end: number): void => {
    if (end - start === 1 && isOperand(pieces[start]) && joined) pieces[start] = condition(pieces[start]!);
  };
  joined ||= pieces.some((piece, index) => !piece.operand && CONNECTIVES.includes(piece.sql) && !isPartOfWord(pieces, index));
  for (let index = 0; index < pieces.length; index++) {
    const piece = pieces[index]!;
    if (!piece.operand && piece.sql === 'BETWEEN') between = true;
    if (piece.operand || !CONNECTIVES.includes(piece.sql) || isPartOfWord(pieces, index)) continue;
    if (piece.sql === 'AND' && between) {
      between = false;
      continue;
    }
    term(index);
    start = index + 1;
  }
  term(pieces.length);
};

/** The NOT of `NOT IN`, `IS NOT NULL` and `NOT BETWEEN`. */
const isPartOfWord = (pieces: readonly Piece[], index: number): boolean =>
  pieces[index]?.sql === 'NOT' && index > 0 && (isOperand(pieces[index - 1]) || pieces[index - 1]?.sql === 'IS');

/** The comparisons of a whole expression, whose operators are written. `must` is true where a condition must stand. */
export const judged = (pieces: readonly Piece[], must: boolean): readonly Piece[] => {
  const written = [...pieces];
  compared(written);
  conditions(written, must);
  return written;
};

/** What an expression of several pieces is: a condition, or nothing that is known. */
export const kindOf = (pieces: readonly Piece[]): Known | undefined => {
  if (pieces.length === 1) return pieces[0]!.known;
  const words = pieces.filter(({ operand: isIt }) => !isIt).map(({ sql }) => sql);
  const isCondition =
    words.some((word) => LOGICAL.includes(word)) && !words.some((word) => ['DISTINCT', 'ORDER', 'BY'].includes(word));
  return isCondition && !pieces.some(({ suffix }) => suffix === true) ? 'boolean' : undefined;
};

/** `CASE … END` as one operand: pieces from CASE on, without END. */
export const chosen = (pieces: readonly Piece[]): Piece => {
  const parts: { readonly word: string; readonly pieces: Piece[] }[] = [];
  for (const piece of pieces) {
    if (!piece.operand && ['CASE', 'WHEN', 'THEN', 'ELSE'].includes(piece.sql)) parts.push({ word: piece.sql, pieces: [] });
    else parts.at(-1)?.pieces.push(piece);
  }
  const searched = parts[0]?.pieces.length === 0;
  const values = parts.map(({ word, pieces: all }) => {
    const written = judged(all, searched && word === 'WHEN');
    const known = kindOf(written);
    return { word, piece: operand(written.map(({ sql }) => sql).join(' '), known) };
  });
  const replaced = (words: readonly string[]): void => {
    const indexes = values.flatMap(({ word, piece }, index) => (words.includes(word) && piece.sql !== '' ? [index] : []));
    const made = alike(indexes.map((index) => values[index]!.piece));
    indexes.forEach((index, position) => (values[index] = { ...values[index]!, piece: made[position]! }));
  };
  replaced(['THEN', 'ELSE']);
  if (!searched) replaced(['CASE', 'WHEN']);
  const results = itemsOf(values.filter(({ word }) => word === 'THEN' || word === 'ELSE').map(({ piece }) => piece));
  const sql = values.map(({ word, piece }) => (piece.sql === '' ? word : `${word} ${piece.sql}`)).join(' ');
  return operand(`${sql} END`, results === 'mixed' || results === 'coarse' ? undefined : results);
};
