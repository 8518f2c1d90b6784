import { AwsError } from '../../aws-error';

/**
 * Reads the members of a JSON request as the service's model types them. What does not fit is answered as AWS answers it:
 * `SerializationException` for a wrong JSON type, `ValidationException` for a value outside the model's constraints.
 */
export type Input = Readonly<Record<string, unknown>>;

const constraint = (value: string, member: string, rule: string): AwsError =>
  new AwsError(
    'ValidationException',
    `1 validation error detected: Value ${value}at '${member}' failed to satisfy constraint: ${rule}`,
  );

export const invalid = (member: string, value: unknown, rule: string): AwsError =>
  constraint(`'${String(value)}' `, member, rule);

/** The same without the value, where it may be a megabyte. */
export const invalidUnquoted = (member: string, rule: string): AwsError => constraint('', member, rule);

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

export const optionalString = (input: Input, name: string): string | undefined => {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new AwsError('SerializationException', `${typeof value} can not be converted to a String`);
  return value;
};

export const requiredString = (input: Input, name: string): string => {
  const value = optionalString(input, name);
  if (value === undefined) throw invalid(lowerFirst(name), null, 'Member must not be null');
  return value;
};

export const optionalInteger = (input: Input, name: string, least: number, most: number): number | undefined => {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new AwsError('SerializationException', `${typeof value} can not be converted to an Integer`);
  }
  if (value < least) throw invalid(lowerFirst(name), value, `Member must have value greater than or equal to ${least}`);
  if (value > most) throw invalid(lowerFirst(name), value, `Member must have value less than or equal to ${most}`);
  return value;
};

/** An AWS JSON timestamp, seconds since the epoch with a fraction, in milliseconds. */
export const optionalMillis = (input: Input, name: string): number | undefined => {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number')
    throw new AwsError('SerializationException', `${typeof value} can not be converted to a Timestamp`);
  return Math.round(value * 1000);
};

export const optionalStructure = (input: Input, name: string): Input | undefined => {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value))
    throw new AwsError('SerializationException', 'Start of structure or map expected');
  return value as Input;
};

/** A list of structures of `least` to `most` members. */
export const requiredList = (input: Input, name: string, least: number, most: number): readonly Input[] => {
  const value = input[name];
  if (value === undefined || value === null) throw invalid(lowerFirst(name), null, 'Member must not be null');
  if (!Array.isArray(value)) throw new AwsError('SerializationException', 'Start of list expected');
  if (value.length < least) throw invalid(lowerFirst(name), '[]', `Member must have length greater than or equal to ${least}`);
  if (value.length > most) throw invalidUnquoted(lowerFirst(name), `Member must have length less than or equal to ${most}`);
  for (const member of value) {
    if (typeof member !== 'object' || member === null)
      throw new AwsError('SerializationException', 'Start of structure or map expected');
  }
  return value as readonly Input[];
};

/** Answers a member that the service has and the stand-in does not model, so that it is never silently ignored. */
export const refuse = (input: Input, ...names: readonly string[]): void => {
  for (const name of names) {
    if (input[name] !== undefined && input[name] !== null) {
      throw new AwsError('InvalidArgumentException', `${name} is not supported by the embedded host.`);
    }
  }
};

/** Bytes that base64 text stands for. Throws where its length cannot be base64; wrong characters show when it is decoded. */
export const decodedLength = (text: string): number => {
  if (text.length % 4 !== 0) throw malformedBase64();
  return (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
};

export const malformedBase64 = (): AwsError =>
  new AwsError('SerializationException', 'Blob must be base64 encoded: malformed data');
