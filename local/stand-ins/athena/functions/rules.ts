/** What a rule of a function is, and the forms that rules of all subjects take. Pure. */
import type { Known, Piece } from '../arithmetic';
import { decided, operand } from '../arithmetic';
import { quoteText } from '../lexer';
import { refused } from '../refusals';

/** An argument, translated; `literal` where it was one string literal. */
export interface Argument {
  readonly sql: string;
  readonly literal?: string;
  readonly known?: Known;
}

export interface Rewritten {
  readonly sql: string;
}

/** Either another name (arguments, DISTINCT, ORDER BY, FILTER and OVER pass as they are), or how to write the call. */
export type FunctionRule =
  | { readonly name: string; readonly least?: number; readonly most?: number }
  | { readonly write: (args: readonly Argument[]) => Rewritten; readonly least: number; readonly most: number };

export const same = (...names: readonly string[]): Record<string, FunctionRule> =>
  Object.fromEntries(names.map((name) => [name, { name }]));

export const write = (least: number, most: number, writer: (...args: readonly string[]) => string): FunctionRule => ({
  least,
  most,
  write: (args) => ({ sql: writer(...args.map(({ sql }) => sql)) }),
});

/** `DISTINCT x` with `x` written otherwise. */
export const within = (argument: string, writer: (sql: string) => string): string => {
  const [, distinct = '', rest = ''] = /^(DISTINCT )?([\s\S]*)$/.exec(argument) ?? [];
  return `${distinct}${writer(rest)}`;
};

/** An argument that the engine would cast, held to what the function takes: see macros/checks.ts. */
export const held = (to: 'text' | 'number' | 'whole' | 'moment', { sql, known }: Argument, call: string): string => {
  const fits = to === 'whole' ? /^-? ?\d+$/.test(sql) : known === to || (to === 'moment' && known === 'coarse');
  return fits || sql === 'NULL' ? sql : within(sql, (value) => `lithify_${to}_of(${value}, ${quoteText(call)})`);
};

export const pieceOf = ({ sql, known }: Argument): Piece => operand(sql, known);

export const constant = (argument: Argument | undefined, call: string): string => {
  if (argument?.literal !== undefined) return argument.literal;
  throw refused('literal', call);
};

/** A function that is a macro of the types of its arguments: see macros.ts. */
export const typed = (macro: string): FunctionRule => write(1, 1, (value) => decided(macro, value));
