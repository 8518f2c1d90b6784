import { AwsError } from '../../aws-error';
import { PAYLOAD_LIMIT_BYTES } from './state-error';

/** Reading of an operation's input, with the service's own errors. */
type Input = Readonly<Record<string, unknown>>;

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

/** A parameter that is not named is refused: it would be passed over. */
export const only = (input: Input, ...names: readonly string[]): void => {
  const unknown = Object.keys(input).filter((name) => input[name] !== undefined && input[name] !== null && !names.includes(name));
  if (unknown.length > 0) throw invalid(`The parameter ${unknown.join(', ')} is not modelled by the local host.`);
};

export const text = (input: Input, name: string): string => {
  const value = optionalText(input, name);
  if (value === undefined)
    throw invalid(`1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`);
  return value;
};

export const optionalText = (input: Input, name: string): string | undefined => {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new AwsError('SerializationException', `The value at '${name}' is not a string.`);
  return value;
};

export const optionalFlag = (input: Input, name: string, unlessGiven: boolean): boolean => {
  const value = input[name] ?? unlessGiven;
  if (typeof value !== 'boolean') throw new AwsError('SerializationException', `The value at '${name}' is not a boolean.`);
  return value;
};

export const optionalChoice = <Choice extends string>(
  input: Input,
  name: string,
  choices: readonly Choice[],
): Choice | undefined => {
  const value = optionalText(input, name);
  if (value === undefined) return undefined;
  const choice = choices.find((one) => one === value);
  if (choice === undefined)
    throw invalid(
      `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: Member must satisfy enum value set: [${choices.join(', ')}]`,
    );
  return choice;
};

/** The ARN of something of this service. Throws `InvalidArn`. */
export const arnOf = (input: Input, name: string, kind: 'stateMachine' | 'execution' | 'mapRun'): string => {
  const value = text(input, name);
  if (!/^arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:/.test(value)) throw new AwsError('InvalidArn', `Invalid Arn: '${value}'`);
  if (value.split(':')[5] !== kind)
    throw new AwsError('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${value.split(':')[5] ?? ''}'`);
  return value;
};

/** Why a name is refused: 1 to 80 characters, without white space, brackets, wildcards, and `"#%\^|~`$&,;:/`. */
const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/u;

export const executionName = (name: string): string => {
  if (name.length < 1 || name.length > 80 || FORBIDDEN.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
  return name;
};

export const executionInput = (input: string): string => {
  if (Buffer.byteLength(input) > PAYLOAD_LIMIT_BYTES)
    throw invalid(
      `1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to ${PAYLOAD_LIMIT_BYTES}`,
    );
  try {
    JSON.parse(input);
  } catch (error) {
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${String(error)}'`);
  }
  return input;
};

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken?: string;
}

/** A page of what lies beyond the position that a token holds; `positionOf` must rise along the list. */
export const page = <Item>(
  input: Input,
  all: readonly Item[],
  positionOf: (item: Item) => number,
  limits: { readonly usual: number; readonly most: number } = { usual: 100, most: 1000 },
): Page<Item> => {
  const size = input['maxResults'] ?? 0;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > limits.most)
    throw invalid(
      `1 validation error detected: Value '${String(size)}' at 'maxResults' failed to satisfy constraint: Member must be between 0 and ${limits.most}`,
    );
  const token = optionalText(input, 'nextToken');
  const after = token === undefined ? Number.NEGATIVE_INFINITY : tokenPosition(token);
  const rest = all.filter((item) => positionOf(item) > after);
  const items = rest.slice(0, size || limits.usual);
  const last = items.at(-1);
  return last === undefined || items.length === rest.length
    ? { items }
    : { items, nextToken: Buffer.from(JSON.stringify({ after: positionOf(last) })).toString('base64url') };
};

const tokenPosition = (token: string): number => {
  try {
    const { after } = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as { readonly after?: unknown };
    if (typeof after === 'number') return after;
  } catch {
    // Not a token of ours: refused below in the service's words.
  }
  throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
};
