/** Reads members of Athena's requests. Pure. */
import { AwsError } from '../../aws-error';

type Input = Readonly<Record<string, unknown>>;

export const invalidRequest = (message: string): AwsError =>
  new AwsError('InvalidRequestException', message, 400, { AthenaErrorCode: 'INVALID_INPUT' });

/** Every other member of the request is refused, so that nothing is silently ignored. */
export const allow = (input: Input, ...names: readonly string[]): void => {
  for (const [name, value] of Object.entries(input)) {
    if (!names.includes(name) && value !== undefined && value !== null)
      throw invalidRequest(`${name} is not supported by the embedded host.`);
  }
};

export const members = (value: unknown): Input => (typeof value === 'object' && value !== null ? (value as Input) : {});

export const memberText = (input: Input, name: string): string | undefined => {
  const value = input[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw invalidRequest(`Value at '${name}' must be a string`);
};

export const requiredText = (input: Input, name: string): string => {
  const value = memberText(input, name);
  if (value !== undefined) return value;
  throw invalidRequest(
    `1 validation error detected: Value null at '${name.charAt(0).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must not be null`,
  );
};

const MOST_IDS = 50;

export const idList = (input: Input, name: string): readonly string[] => {
  const value = input[name];
  if (
    !Array.isArray(value) ||
    value.length === 0 ||
    value.length > MOST_IDS ||
    !value.every((id): id is string => typeof id === 'string')
  ) {
    throw invalidRequest(`1 validation error detected: Value at '${name}' failed to satisfy constraint: 1 to ${MOST_IDS} ids`);
  }
  return value;
};

export const pageSize = (input: Input, most: number): number => {
  const size = input['MaxResults'];
  if (size === undefined || size === null) return most;
  if (typeof size === 'number' && Number.isInteger(size) && size >= 1 && size <= most) return size;
  throw invalidRequest(
    `1 validation error detected: Value '${JSON.stringify(size)}' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and ${most}`,
  );
};

/** A token is the number that the next page starts from: an index, or a byte of a result file. */
export const tokenOf = (start: number): string => Buffer.from(String(start)).toString('base64url');

export const startOf = (input: Input): number => {
  const token = memberText(input, 'NextToken');
  if (token === undefined) return 0;
  const start = Number(Buffer.from(token, 'base64url').toString('utf8'));
  if (!Number.isInteger(start) || start < 0) throw invalidRequest('The pagination token is invalid.');
  return start;
};

export const paged = (input: Input, all: readonly unknown[], member: string): object => {
  const [start, size] = [startOf(input), pageSize(input, MOST_IDS)];
  return { [member]: all.slice(start, start + size), ...(start + size < all.length ? { NextToken: tokenOf(start + size) } : {}) };
};
