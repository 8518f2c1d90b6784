/** The pieces that an expression is written from, and the operators between them: what the types of operands decide. Pure. */

/** A piece of an expression: an operand, or a word or sign between operands. */
export interface Piece {
  readonly sql: string;
  readonly operand: boolean;
  /** What the operand is known to be by its text. */
  readonly known?: 'text' | 'number' | 'interval' | 'coarse';
  /** `DESC` and the like: after an operand, and no part of it. */
  readonly suffix?: boolean;
}

const LEVELS: Readonly<Record<string, number>> = { '||': 1, '+': 2, '-': 2, '*': 3, '/': 3, '%': 3 };
const COMPARISONS = ['=', '<>', '!=', '<', '<=', '>', '>='];

const operand = (sql: string, known?: Piece['known']): Piece => ({
  sql,
  operand: true,
  ...(known === undefined ? {} : { known }),
});
const isOperand = (piece: Piece | undefined): boolean => piece?.operand === true && piece.suffix !== true;

/** What the engine does not know the type of when it expands macros: aggregates, windows and what is made of them. */
const LATE =
  /\b(?:count|count_if|sum|avg|min|max|bool_and|bool_or|any_value|arg_m\w+|list|array_agg|histogram|std\w+|var\w+|corr|covar\w+|regr_\w+|approx_\w+|bit_\w+|grouping|map_from_entries)\(|\bOVER\b/;

/** The call of a macro by the types of all its arguments, which come twice: see macros.ts. */
export const decided = (macro: string, ...args: readonly string[]): string =>
  args.some((arg) => arg === 'NULL' || LATE.test(arg))
    ? `${macro}_late(${args.join(', ')})`
    : `${macro}(${[...args, ...args].join(', ')})`;

/** A NULL has no type to go by. */
export const concatenated = (one: string, other: string): string =>
  one === 'NULL' || other === 'NULL' ? `${one} || ${other}` : decided('lithify_concat', one, other);

const call = (macro: string, left: Piece, right: Piece): Piece => operand(decided(macro, left.sql, right.sql));
/** An interval is added to what stays what it is: a date, a timestamp, an interval. */
const moved = (from: Piece, sql: string): Piece => operand(`cast_to_type(${sql}, ${from.sql})`);

const joined = (left: Piece, sign: string, right: Piece): Piece => {
  const plain = (known?: Piece['known']): Piece => operand(`${left.sql} ${sign} ${right.sql}`, known);
  switch (sign) {
    case '/':
      return call('lithify_quotient', left, right);
    case '%':
      return call('lithify_remainder', left, right);
    case '+':
      if (right.known === 'interval' && left.known !== 'interval') return moved(left, plain().sql);
      return left.known === 'interval' && right.known !== 'interval'
        ? moved(right, plain().sql)
        : plain(left.known === 'interval' ? 'interval' : undefined);
    case '-':
      if (right.known === 'interval') return left.known === 'interval' ? plain('interval') : moved(left, plain().sql);
      return left.known === 'number' || right.known === 'number' ? plain() : call('lithify_minus', left, right);
    case '||':
      return left.known === 'text' && right.known === 'text' ? plain('text') : operand(concatenated(left.sql, right.sql));
    default:
      return plain();
  }
};

/** Reads operands and signs from `at` on; stops at the first piece that is neither, or binds less than `level`. */
const climb = (pieces: readonly Piece[], at: number, level: number): { readonly piece: Piece; readonly next: number } => {
  let next = at;
  let signs = '';
  while (pieces[next]?.operand === false && ['+', '-'].includes(pieces[next]!.sql)) signs += `${pieces[next++]!.sql} `;
  const first = pieces[next]!;
  let left = signs === '' ? first : operand(signs + first.sql, first.known === 'number' ? 'number' : undefined);
  next++;
  for (;;) {
    const sign = pieces[next];
    const own = sign === undefined || sign.operand ? undefined : LEVELS[sign.sql];
    if (sign === undefined || own === undefined || own < level) return { piece: left, next };
    const right = climb(pieces, next + 1, own + 1);
    left = joined(left, sign.sql, right.piece);
    next = right.next;
  }
};

/** Whether operators may start here: after a word, a comparison, a bracket. */
const startsOperand = (pieces: readonly Piece[], at: number): boolean =>
  isOperand(pieces[at]) ||
  (pieces[at]?.operand === false && ['+', '-'].includes(pieces[at].sql) && startsOperand(pieces, at + 1));

/** An operand that is compared with a text must be one: Trino compares no text with a number or a date. */
const asText = (piece: Piece): Piece => (piece.known === 'text' ? piece : operand(decided('lithify_as_text', piece.sql)));

/** `x = 'a'`, `x IN ('a', 'b')`, `x BETWEEN 'a' AND 'b'`. */
const compared = (pieces: Piece[]): void => {
  for (let index = 1; index < pieces.length - 1; index++) {
    const [left, sign, right] = [pieces[index - 1]!, pieces[index]!, pieces[index + 1]!];
    if (sign.operand || !isOperand(left)) continue;
    if (COMPARISONS.includes(sign.sql) && isOperand(right)) {
      if (right.known === 'text') pieces[index - 1] = asText(left);
      else if (left.known === 'text') pieces[index + 1] = asText(right);
    }
    const at = sign.sql === 'NOT' ? index + 1 : index;
    const [word, value] = [pieces[at], pieces[at + 1]];
    const texts =
      value?.known === 'text' || (word?.sql === 'IN' && /^\('(?:[^']|'')*'(?:, '(?:[^']|'')*')*\)$/.test(value?.sql ?? ''));
    if ((word?.sql === 'IN' || word?.sql === 'BETWEEN') && texts) pieces[index - 1] = asText(left);
  }
};

/** Writes the operators of a whole expression. */
export const arranged = (pieces: readonly Piece[]): Piece[] => {
  const written: Piece[] = [];
  for (let at = 0; at < pieces.length;) {
    if (!startsOperand(pieces, at)) {
      written.push(pieces[at++]!);
      continue;
    }
    const { piece, next } = climb(pieces, at, 1);
    written.push(piece);
    at = next;
  }
  compared(written);
  return written;
};
