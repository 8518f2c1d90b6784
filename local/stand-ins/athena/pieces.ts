/** The pieces that an expression is written from, and what is decided by their neighbours. Pure. */

/** A piece of an expression: an operand, or a word or sign between operands. */
export interface Piece {
  readonly sql: string;
  readonly operand: boolean;
  readonly date?: boolean;
}

/** Adds a piece, and joins date arithmetic: what is a date stays one, whole days being added. */
export const pushPiece = (pieces: Piece[], piece: Piece): void => {
  const [left, sign] = [pieces.at(-2), pieces.at(-1)];
  if (
    piece.sql.startsWith('INTERVAL ') &&
    left?.date === true &&
    (sign?.sql === '+' || sign?.sql === '-') &&
    / (DAY|MONTH|YEAR)$/.test(piece.sql)
  ) {
    pieces.splice(-2, 2, { sql: `CAST((${left.sql} ${sign.sql} ${piece.sql}) AS DATE)`, operand: true, date: true });
    return;
  }
  pieces.push(piece);
};

/** Wraps what is divided by, unless it is a number that is not zero. */
export const guardDivisors = (pieces: Piece[]): void => {
  for (let index = 0; index < pieces.length; index++) {
    const { sql, operand } = pieces[index]!;
    if (operand || (sql !== '/' && sql !== '%')) continue;
    let end = index + 1;
    while (end < pieces.length && !pieces[end]!.operand && ['+', '-'].includes(pieces[end]!.sql)) end++;
    while (end < pieces.length && pieces[end]!.operand) end++;
    const divisor = pieces
      .slice(index + 1, end)
      .map((piece) => piece.sql)
      .join(' ');
    if (/^[\d.]*[1-9][\d.]*(e[+-]?\d+)?$/i.test(divisor)) continue;
    pieces.splice(index + 1, end - index - 1, { sql: `lithify_divisor(${divisor})`, operand: true });
  }
};
