/** Conditions, and what goes by NULL. */
import type { FunctionRule } from './rules';
import { same, write } from './rules';

const nullIfAny = (name: string): FunctionRule =>
  write(
    1,
    127,
    (...args) => `CASE WHEN ${args.map((arg) => `(${arg}) IS NULL`).join(' OR ')} THEN NULL ELSE ${name}(${args.join(', ')}) END`,
  );

export const CONDITIONS: Readonly<Record<string, FunctionRule>> = {
  ...same('coalesce', 'nullif'),
  if: write(2, 3, (condition, yes, no) => `CASE WHEN ${condition} THEN ${yes} ELSE ${no ?? 'NULL'} END`),
  try: write(1, 1, (value) => `TRY(${value})`),
  greatest: nullIfAny('greatest'),
  least: nullIfAny('least'),
};
