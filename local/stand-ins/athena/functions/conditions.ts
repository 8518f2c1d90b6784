/** Conditions, and what goes by NULL. */
import { alike } from '../comparisons';
import type { FunctionRule } from './rules';
import { pieceOf, write } from './rules';

/** A function of arguments that are of one type. */
const ofOneType = (
  least: number,
  most: number,
  writer: (...args: readonly string[]) => string,
  code?: 'FUNCTION_NOT_FOUND',
): FunctionRule => ({
  least,
  most,
  write: (args) => ({ sql: writer(...alike(args.map(pieceOf), code).map(({ sql }) => sql)) }),
});

const nullIfAny = (name: string): FunctionRule =>
  ofOneType(
    1,
    127,
    (...args) => `CASE WHEN ${args.map((arg) => `(${arg}) IS NULL`).join(' OR ')} THEN NULL ELSE ${name}(${args.join(', ')}) END`,
    'FUNCTION_NOT_FOUND',
  );

export const CONDITIONS: Readonly<Record<string, FunctionRule>> = {
  coalesce: ofOneType(2, 127, (...args) => `coalesce(${args.join(', ')})`),
  nullif: ofOneType(2, 2, (one, other) => `nullif(${other === 'NULL' ? one : `lithify_comparable(${one}, ${other})`}, ${other})`),
  if: {
    least: 2,
    most: 3,
    write: ([condition, ...results]) => {
      const [yes, no] = alike(results.map(pieceOf));
      const known = condition!.known === 'boolean' || condition!.sql === 'NULL';
      const when = known ? condition!.sql : `lithify_condition(${condition!.sql})`;
      return { sql: `CASE WHEN ${when} THEN ${yes!.sql} ELSE ${no?.sql ?? 'NULL'} END` };
    },
  },
  try: write(1, 1, (value) => `TRY(${value})`),
  greatest: nullIfAny('greatest'),
  least: nullIfAny('least'),
};
