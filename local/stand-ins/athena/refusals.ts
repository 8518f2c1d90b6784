/**
 * What Athena does and the embedded engine does not, or not alike: it fails the query with these words rather than answer otherwise.
 * docs/parity.md lists them; the corpus of tests/trino names them. Pure.
 */
import { notSupported, type QueryFailure } from './failure';

export const REFUSALS = {
  function: 'a function that is not in the list above: FUNCTION_NOT_FOUND, as for one that nobody has',
  statement:
    'the embedded Athena has SELECT, CREATE TABLE AS, DROP TABLE, SHOW DATABASES, TABLES, COLUMNS and PARTITIONS, and DESCRIBE',
  form: 'the embedded engine does not have this form of SQL',
  recursion: 'the embedded engine does not have WITH RECURSIVE, which Trino ends after ten rounds',
  type: 'the embedded engine does not have this type',
  zone: 'the embedded engine keeps UTC alone, and knows no zone of a value',
  precision:
    'the embedded engine keeps milliseconds for every timestamp, whatever digits its literal has; cast it to timestamp first',
  decimalAverage: 'the embedded engine averages decimals as doubles; cast the argument to double',
  realStatistics:
    'Trino takes whole numbers and decimals here as reals, the embedded engine does not; cast the arguments to double',
  percentile: 'approx_percentile of what is no whole number; the sketch of Trino interpolates',
  pattern: 'the embedded engine’s regular expressions do not look around, refer back or possess',
  format: 'the embedded engine does not have this sign in a format of dates',
  literal: 'the embedded engine needs a literal here',
  months: 'the embedded engine does not tell an interval of months from one of days in a result; cast it, or add it to a date',
  overload: 'the embedded engine does not have this function for these arguments',
  metadata:
    'the embedded engine has no information_schema and no "$partitions" tables; SHOW and DESCRIBE answer from the catalog',
  hidden: 'the embedded engine has no hidden column but "$path"',
} as const;

export type Refusal = keyof typeof REFUSALS;

/** `what` is the part of the statement that is refused. */
export const refused = (refusal: Refusal, what: string): QueryFailure => notSupported(`${what}: ${REFUSALS[refusal]}`);
