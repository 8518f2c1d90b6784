/** Trino's errors in Athena's words. Pure. */
import { QueryFailure } from '../failure';
import type { TrinoError } from './client';

/** Where Athena says it differently. */
const RULES: readonly (readonly [RegExp, (error: TrinoError, match: RegExpExecArray) => QueryFailure])[] = [
  [
    /^line \d+:\d+: Column '[\s\S]*' cannot be resolved$/,
    ({ name, message }) => new QueryFailure(name, `${message} or requester is not authorized to access requested resources`),
  ],
  // What the parser expected is a list of half its grammar, which Athena shows too and nobody reads; the place stays.
  [/^(line \d+:\d+: [\s\S]*?)\. Expecting: [\s\S]*$/, ({ name }, [, told = '']) => new QueryFailure(name, told)],
  [
    /^(line \d+:\d+: )?Exceeded limit of (\d+) open writers for partitions/,
    (_, [, , most]) =>
      new QueryFailure('HIVE_TOO_MANY_OPEN_PARTITIONS', `Exceeded limit of ${most} open writers for partitions/buckets`),
  ],
];

/** 1 the system, 2 the user, 3 other: https://docs.aws.amazon.com/athena/latest/APIReference/API_AthenaError.html */
const CATEGORIES: Readonly<Record<string, 1 | 2 | 3>> = {
  USER_ERROR: 2,
  INTERNAL_ERROR: 1,
  // A file that cannot be read is the owner's, as a query that wants more memory than there is is its writer's.
  EXTERNAL: 2,
  INSUFFICIENT_RESOURCES: 2,
};

export const failureOfTrino = (error: TrinoError): QueryFailure => {
  for (const [pattern, write] of RULES) {
    const match = pattern.exec(error.message);
    if (match !== null) return write(error, match);
  }
  return new QueryFailure(error.name, error.message, CATEGORIES[error.type] ?? 3);
};
