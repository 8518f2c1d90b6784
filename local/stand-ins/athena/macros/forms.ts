/** The forms that macros of all subjects take: values that fail a query, and overloads by the types of arguments. */
import { quoteText } from '../lexer';
import type { Refusal } from '../refusals';

/** A value of the type of `like` that fails the query where a row comes to it; `TRY` makes a NULL of it. `text` is an expression. */
export const fails = (text: string, like = 'x'): string =>
  `cast_to_type(CAST(CAST('lithify ' || ${text} AS TINYINT) AS VARCHAR), ${like})`;
export const refuses = (refusal: Refusal, like = 'x'): string => fails(quoteText(`refuses ${refusal}`), like);
/**
 * A condition that always holds: where `ok`, which the types of arguments decide, does not, the query fails when it is bound, as in Trino,
 * whether a row comes to it or not. The engine reads a constant unit of dates that early, and folds what is left away. `text` is an expression.
 */
const sound = (ok: string, text: string): string =>
  `date_trunc(CASE WHEN ${ok} THEN 'day' ELSE 'lithify ' || ${text} END, DATE '2000-01-01') IS NOT NULL`;
type Code = 'TYPE_MISMATCH' | 'FUNCTION_NOT_FOUND' | 'INVALID_FUNCTION_ARGUMENT';
/** `value` of arguments whose types are right, or the error `code`. */
export const where = (ok: string, code: Code, text: string, value = 'x'): string =>
  `CASE WHEN ${sound(ok, `'wrong ${code}: ' || ${text}`)} THEN ${value} END`;
/** `value` of arguments whose types are right, or a refusal. */
export const unlessRefused = (ok: string, refusal: Refusal, value = 'x'): string =>
  `CASE WHEN ${sound(ok, quoteText(`refuses ${refusal}`))} THEN ${value} END`;
export const DATE = 'CAST(NULL AS DATE)';
export const TIMESTAMP = 'CAST(NULL AS TIMESTAMP)';
export const ZONED = 'CAST(NULL AS TIMESTAMP WITH TIME ZONE)';

export type Overload = readonly [types: string, body: string];

/** `deciding` arguments come first, typed or not; then `args` as they are. */
export const typed = (name: string, args: string, deciding: readonly string[], overloads: readonly Overload[]): string => {
  const signatures = overloads.map(([types, body]) => {
    const of = types.split(' ');
    const parameters = deciding.map((one, index) => {
      const type = of[index];
      return type === undefined || type === 'any' ? one : `${one} ${type === 'TIMESTAMPTZ' ? 'TIMESTAMP WITH TIME ZONE' : type}`;
    });
    return `(${[...parameters, args].join(', ')}) AS ${body}`;
  });
  return `CREATE MACRO ${name} ${signatures.join(', ')}`;
};
export const unary = (name: string, ...overloads: readonly Overload[]): string => typed(name, 'x', ['t'], overloads);
export const binary = (name: string, ...overloads: readonly Overload[]): string => typed(name, 'a, b', ['ta', 'tb'], overloads);
