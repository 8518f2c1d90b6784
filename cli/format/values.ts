import type { Cell, QueryColumn } from '../athena-query';

type Json = string | number | boolean | null;

const NUMERIC = new Set(['tinyint', 'smallint', 'integer', 'int', 'bigint', 'float', 'real', 'double', 'decimal']);

export const isNumeric = ({ type }: QueryColumn): boolean => NUMERIC.has(type);

const whole = (text: string): Json => (Number.isSafeInteger(Number(text)) ? Number(text) : text);
const binaryFraction = (text: string): Json => (Number.isFinite(Number(text)) ? Number(text) : text);

const READERS: Readonly<Record<string, (text: string) => Json>> = {
  boolean: (text) => text === 'true',
  tinyint: whole,
  smallint: whole,
  integer: whole,
  int: whole,
  bigint: whole,
  float: binaryFraction,
  real: binaryFraction,
  double: binaryFraction,
};

/**
 * A value as JSON has it, where JSON has it exactly: integers beyond 2^53, decimals, NaN and infinities stay text, and so do dates,
 * times and everything nested, which Athena spells in its own way.
 */
export const jsonValue = (cell: Cell, { type }: QueryColumn): Json => (cell === null ? null : (READERS[type]?.(cell) ?? cell));
