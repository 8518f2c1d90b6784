/**
 * The Trino functions that the embedded engine has, and how each is said in DuckDB. A function that is missing here fails the
 * query, as an unknown one does on Athena: nothing reaches the engine that only it knows. Pure.
 */
import { AGGREGATES } from './functions/aggregates';
import { BYTES } from './functions/bytes';
import { COLLECTIONS } from './functions/collections';
import { CONDITIONS } from './functions/conditions';
import { JSON_TEXTS } from './functions/json';
import { NUMBERS } from './functions/numbers';
import type { FunctionRule } from './functions/rules';
import { TEXTS } from './functions/texts';
import { TIMES } from './functions/times';

export const FUNCTIONS: Readonly<Record<string, FunctionRule>> = {
  ...AGGREGATES,
  ...CONDITIONS,
  ...NUMBERS,
  ...TEXTS,
  ...BYTES,
  ...TIMES,
  ...COLLECTIONS,
  ...JSON_TEXTS,
};

/** Special forms that look like functions and are the grammar's own. */
export const FORMS: ReadonlySet<string> = new Set(['cast', 'try_cast', 'extract', 'row', 'json_extract_scalar', 'now']);
