/** What all operations share: looking up what a request names, paging, and refusing what is not modelled. */
import { AwsError } from '../../aws-error';
import type { GlueDatabase, GlueTable, Members } from './shapes';
import { folded, invalidInput, isMembers, optionalText, required } from './shapes';
import type { CatalogState } from './state';

export const notFound = (message: string): AwsError => new AwsError('EntityNotFoundException', message);
export const alreadyExists = (message: string): AwsError => new AwsError('AlreadyExistsException', message);

/** Every member of the request that the operation does not model is refused, so that nothing is silently ignored. */
export const allow = (input: Members, ...members: readonly string[]): void => {
  for (const [name, value] of Object.entries(input)) {
    if (name === 'CatalogId' || members.includes(name) || value === undefined || value === null) continue;
    throw invalidInput(`${name} is not supported by the embedded host.`);
  }
};

export const databaseNamed = (state: CatalogState, name: string): GlueDatabase => {
  const database = state.database(folded(name));
  if (database === undefined) throw notFound(`Database ${folded(name)} not found.`);
  return database;
};

/** The table that `DatabaseName` and `member` of the request name. */
export const tableNamed = (state: CatalogState, input: Members, member = 'TableName'): GlueTable => {
  const database = databaseNamed(state, required(input, 'DatabaseName'));
  const name = folded(required(input, member));
  const table = state.table(database.Name, name);
  if (table === undefined) throw notFound(`Table ${name} not found.`);
  return table;
};

/** At most so many partitions or tables a page: https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html */
const PAGE = 1000;

export const pageSize = (input: Members, most: number = PAGE): number => {
  const size = input['MaxResults'];
  if (size === undefined || size === null) return most;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1 || size > PAGE) {
    throw invalidInput(
      `1 validation error detected: Value '${JSON.stringify(size)}' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and ${PAGE}`,
    );
  }
  return Math.min(size, most);
};

/** A token names the last thing of the page before, so that what changes meanwhile neither repeats nor hides another. */
export const pageToken = (last: unknown): string => Buffer.from(JSON.stringify(last)).toString('base64url');

export const afterToken = (input: Members): unknown => {
  const token = optionalText(input, 'NextToken');
  if (token === undefined || token === '') return undefined;
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch (cause) {
    throw invalidInput(`The pagination token is invalid: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
};

export const errorDetail = (thrown: unknown): { readonly ErrorCode: string; readonly ErrorMessage: string } => {
  if (thrown instanceof AwsError) return { ErrorCode: thrown.code, ErrorMessage: thrown.message };
  throw thrown;
};

export const membersOf = (value: unknown, member: string): Members => {
  if (isMembers(value)) return value;
  throw invalidInput(`Value at '${member}' must be a structure`);
};
