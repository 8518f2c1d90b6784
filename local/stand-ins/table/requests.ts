import { AwsError } from '../../aws-error';
import { type Condition, parseCondition, Placeholders } from './expression-parser';
import { type AttributeValue, attributeOf, type Item, itemOf, validation } from './values';

/** Reads the members of a DynamoDB request. A member that the stand-in does not model is refused, never passed over. */
export type Input = Readonly<Record<string, unknown>>;

export const only = (operation: string, input: Input, known: readonly string[]): void => {
  const unknown = Object.keys(input).filter((name) => input[name] !== undefined && input[name] !== null && !known.includes(name));
  if (unknown.length > 0)
    throw validation(
      `The parameter ${unknown[0]} of ${operation} is not modelled by the embedded host; modelled: ${known.join(', ')}`,
    );
};

const missing = (name: string): AwsError =>
  validation(
    `1 validation error detected: Value null at '${name.charAt(0).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must not be null`,
  );

export const textOf = (input: Input, name: string): string | undefined => {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new AwsError('SerializationException', `${typeof value} can not be converted to a String`);
  return value;
};

export const requiredText = (input: Input, name: string): string => {
  const value = textOf(input, name);
  if (value === undefined) throw missing(name);
  return value;
};

export const flagOf = (input: Input, name: string): boolean | undefined => {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean')
    throw new AwsError('SerializationException', `${typeof value} can not be converted to a Boolean`);
  return value;
};

export const limitOf = (input: Input): number | undefined => {
  const value = input['Limit'];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw new AwsError('SerializationException', `${typeof value} can not be converted to an Integer`);
  if (value < 1)
    throw validation(
      `1 validation error detected: Value '${value}' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    );
  return value;
};

/** One of several words, the first of which holds where none is given. */
export const choiceOf = <const T extends string>(input: Input, name: string, choices: readonly [T, ...T[]]): T => {
  const value = textOf(input, name);
  if (value === undefined) return choices[0];
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw validation(`${name} ${value} is not modelled by the embedded host; modelled: ${choices.join(', ')}`);
};

export const requiredItem = (input: Input, name: string): Item => {
  if (input[name] === undefined || input[name] === null) throw missing(name);
  return itemOf(input[name]);
};

export const optionalItem = (input: Input, name: string): Item | undefined =>
  input[name] === undefined || input[name] === null ? undefined : itemOf(input[name]);

/** The placeholders of a request; where there is no expression there must be none. */
export const placeholdersOf = (input: Input, expressions: readonly string[]): Placeholders => {
  const given = expressions.some((name) => textOf(input, name) !== undefined);
  const record = (name: string): Readonly<Record<string, unknown>> => {
    const value = input[name];
    if (value === undefined || value === null) return {};
    if (typeof value !== 'object' || Array.isArray(value))
      throw new AwsError('SerializationException', 'Start of structure or map expected');
    if (Object.keys(value).length === 0) throw validation(`${name} must not be empty`);
    if (!given) throw validation(`${name} can only be specified when using expressions: ${expressions.join(', ')} is null`);
    return value as Readonly<Record<string, unknown>>;
  };
  const names = Object.entries(record('ExpressionAttributeNames')).map(([placeholder, name]): [string, string] => {
    if (!/^#[A-Za-z0-9_]+$/.test(placeholder))
      throw validation(`ExpressionAttributeNames contains invalid key: Syntax error; key: "${placeholder}"`);
    if (typeof name !== 'string') throw new AwsError('SerializationException', `${typeof name} can not be converted to a String`);
    return [placeholder, name];
  });
  const values = Object.entries(record('ExpressionAttributeValues')).map(([placeholder, value]): [string, AttributeValue] => {
    if (!/^:[A-Za-z0-9_]+$/.test(placeholder))
      throw validation(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${placeholder}"`);
    return [placeholder, attributeOf(value)];
  });
  return new Placeholders(Object.fromEntries(names), Object.fromEntries(values));
};

export const conditionOf = (input: Input, name: string, placeholders: Placeholders): Condition | undefined => {
  const source = textOf(input, name);
  return source === undefined ? undefined : parseCondition(source, name, placeholders);
};
