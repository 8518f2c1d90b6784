/** The pieces that an expression is written from, and the operators between them: what the types of operands decide. Pure. */
import { refused } from './refusals';

/** A piece of an expression: an operand, or a word or sign between operands. */
export interface Piece {
  readonly sql: string;
  readonly operand: boolean;
  /** What the operand is known to be by its text. */
  readonly known?: Known;
  /** Of a list in brackets: what its items are known to be. */
  readonly items?: Known | 'mixed';
  /** Of a row that is written out: its fields. */
  readonly fields?: readonly Piece[];
  /** `DESC` and the like: after an operand, and no part of it. */
  readonly suffix?: boolean;
}

/** `coarse` is a timestamp whose literal has other digits than the engine keeps. */
export type Known = 'text' | 'number' | 'interval' | 'moment' | 'coarse' | 'boolean';

const LEVELS: Readonly<Record<string, number>> = { '||': 1, '+': 2, '-': 2, '*': 3, '/': 3, '%': 3 };

export const operand = (sql: string, known?: Known): Piece => ({
  sql,
  operand: true,
  ...(known === undefined ? {} : { known }),
});
export const isOperand = (piece: Piece | undefined): boolean => piece?.operand === true && piece.suffix !== true;

/** What the engine does not know the type of when it expands macros: aggregates, windows and what is made of them. */
const LATE =
  /\b(?:count|count_if|sum|avg|min|max|bool_and|bool_or|any_value|arg_m\w+|list|array_agg|histogram|std\w+|var\w+|corr|covar\w+|regr_\w+|approx_\w+|bit_\w+|grouping|map_from_entries)\(|\bOVER\b/;

/** The call of a macro by the types of all its arguments, which come twice: see macros.ts. */
export const decided = (macro: string, ...args: readonly string[]): string =>
  args.some((arg) => arg === 'NULL' || LATE.test(arg))
    ? `${macro}_late(${args.join(', ')})`
    : `${macro}(${[...args, ...args].join(', ')})`;

/** Texts are joined one by one; what is joined to a text must be one. */
export const concatenated = (one: Piece, other: Piece): Piece => {
  const joinable = (piece: Piece): string => (piece.known === 'text' ? piece.sql : `lithify_joinable(${piece.sql})`);
  return one.known === 'text' || other.known === 'text'
    ? operand(`CAST(${joinable(one)} || ${joinable(other)} AS VARCHAR)`, 'text')
    : operand(`lithify_concat(${one.sql}, ${other.sql})`);
};

const call = (macro: string, left: Piece, right: Piece): Piece =>
  operand(
    decided(macro, left.sql, right.sql),
    ...(left.known === 'number' && right.known === 'number' ? (['number'] as const) : []),
  );

/** An interval is added to what stays what it is: a date, a timestamp, an interval; a date takes no hours. */
const moved = (from: Piece, sign: string, interval: Piece): Piece => {
  const unit = /\b(HOUR|MINUTE|SECOND)$/.exec(interval.sql)?.[1];
  const moment = unit === undefined ? from.sql : `lithify_with_hours(${from.sql})`;
  return operand(`cast_to_type(${moment} ${sign} ${interval.sql}, ${from.sql})`, from.known === 'coarse' ? 'moment' : from.known);
};

/** A number is added to numbers, not to dates. */
const asNumber = (piece: Piece): string =>
  piece.known === undefined || piece.known === 'text' || piece.known === 'moment' || piece.known === 'coarse'
    ? `lithify_as_number(${piece.sql})`
    : piece.sql;

const joined = (left: Piece, sign: string, right: Piece): Piece => {
  const plain = (known?: Known): Piece => operand(`${left.sql} ${sign} ${right.sql}`, known);
  const [one, other] = [left.known === 'interval', right.known === 'interval'];
  switch (sign) {
    case '/':
      if (one || other) throw refused('overload', `${left.sql} / ${right.sql}`);
      return call('lithify_quotient', left, right);
    case '%':
      return call('lithify_remainder', left, right);
    case '+':
    case '-':
      if (one && other) return plain('interval');
      if (other) return moved(left, sign, right);
      if (one && sign === '+') return moved(right, sign, left);
      if (left.known === 'number' || right.known === 'number')
        return operand(`${asNumber(left)} ${sign} ${asNumber(right)}`, 'number');
      if (sign === '-') return call('lithify_minus', left, right);
      // Of a sum of many the first two tell.
      return left.sql.startsWith('lithify_addable(')
        ? plain()
        : operand(`lithify_addable(${left.sql}, ${right.sql}) + ${right.sql}`);
    case '*':
      return plain(left.known === 'number' && right.known === 'number' ? 'number' : undefined);
    default:
      if (left.sql === 'NULL' || right.sql === 'NULL') throw refused('overload', `${left.sql} || ${right.sql}`);
      return concatenated(left, right);
  }
};

/** Reads operands and signs from `at` on; stops at the first piece that is neither, or binds less than `level`. */
const climb = (pieces: readonly Piece[], at: number, level: number): { readonly piece: Piece; readonly next: number } => {
  let next = at;
  let signs = '';
  while (pieces[next]?.operand === false && ['+', '-'].includes(pieces[next]!.sql)) signs += `${pieces[next++]!.sql} `;
  const first = pieces[next]!;
  let left =
    signs === ''
      ? first
      : operand(signs + first.sql, first.known === 'number' || first.known === 'interval' ? first.known : undefined);
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

/** Writes the operators of a whole expression; comparisons and words stay between what they join. */
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
  return written;
};
