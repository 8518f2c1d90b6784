import { UsageError } from '../contracts/errors';
import type { Output } from './output';

/** What every command gets: the global flags, parsed, and where to write. */
export interface CommandContext {
  readonly stack: string;
  /** Whether --stack was given: a host that runs another one is then refused. */
  readonly stackGiven: boolean;
  /** Of a running embedded host, without a slash at the end: `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  /** AWS itself instead of an embedded host; `outputs` is the file with the stack's outputs, undefined asks the Pulumi CLI. */
  readonly aws: { readonly outputs: string | undefined } | undefined;
  /** Exactly one JSON document on stdout; people's text is dropped. */
  readonly json: boolean;
  readonly output: Output;
  /** The checkout: where Pulumi.yaml lies. */
  readonly projectDirectory: string;
  /** Standard input, whole. */
  readonly readInput: () => Promise<string>;
  /** Standard input, line by line as it comes. */
  readonly inputLines: () => AsyncIterable<string>;
  /** Milliseconds since the epoch, on the wall's clock. */
  readonly wallMillis: () => number;
}

/** Exit codes: 0 done, 1 the operation failed, 2 wrong use. */
export type ExitCode = 0 | 1 | 2;

/** One option of a command: `--name` for a flag, `--name PLACEHOLDER` for a value. */
export interface Option<T> {
  /** Undefined for a flag. */
  readonly placeholder: string | undefined;
  readonly summary: string;
  /** What holds when it is not given, as help shows it. */
  readonly fallback: string | undefined;
  /** `given` is undefined when the option is absent, '' for a flag. `name` is how a sentence calls it: `--count`. */
  parse(given: string | undefined, name: string): T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;
/** Parsed values, by the names of the options: `--data-dir` is `values['data-dir']`. */
export type Values<O extends Options> = { readonly [Name in keyof O]: O[Name] extends Option<infer T> ? T : never };

export interface Positional {
  readonly name: string;
  readonly summary: string;
  readonly required: boolean;
}

/** A command as the table of commands has it. */
export interface Command {
  readonly name: string;
  /** One line for `lithify --help`. */
  readonly summary: string;
  /** What it does, what one sees, with examples; stands between usage and options. */
  readonly help: string;
  readonly positionals: readonly Positional[];
  readonly options: Options;
  /** Whether it works on a stack on AWS as well (--aws); the others are for an embedded host. */
  readonly reachesAws: boolean;
  /** Throws LithifyError (exit 1), UsageError (exit 2); anything else is a bug. */
  run(context: CommandContext, values: Readonly<Record<string, unknown>>, positionals: readonly string[]): Promise<ExitCode>;
}

/** Declares a command; `run` gets its values typed by the options. */
export const command = <const O extends Options>(declared: {
  readonly name: string;
  readonly summary: string;
  readonly help: string;
  readonly positionals?: readonly Positional[];
  readonly options: O;
  /** @default false */
  readonly reachesAws?: boolean;
  run(context: CommandContext, values: Values<O>, positionals: readonly string[]): Promise<ExitCode>;
}): Command => ({
  ...declared,
  positionals: declared.positionals ?? [],
  reachesAws: declared.reachesAws ?? false,
  // The parser fills in exactly what `options` declares.
  run: (context, values, positionals) => declared.run(context, values as Values<O>, positionals),
});

export const flag = (summary: string): Option<boolean> => ({
  placeholder: undefined,
  summary,
  fallback: undefined,
  parse: (given) => given !== undefined,
});

type Read<T> = (given: string, name: string) => T;

const required = <T>(placeholder: string, summary: string, read: Read<T>): Option<T> => ({
  placeholder,
  summary,
  fallback: 'required',
  parse: (given, name) => {
    if (given === undefined) throw new UsageError(`${name} is missing: ${summary}.`);
    return read(given, name);
  },
});

const optional = <T>(placeholder: string, summary: string, read: Read<T>): Option<T | undefined> => ({
  placeholder,
  summary,
  fallback: undefined,
  parse: (given, name) => (given === undefined ? undefined : read(given, name)),
});

const withFallback = <T extends string | number>(
  placeholder: string,
  summary: string,
  read: Read<T>,
  fallback: T,
): Option<T> => ({
  placeholder,
  summary,
  fallback: String(fallback),
  parse: (given, name) => (given === undefined ? fallback : read(given, name)),
});

/** A text as it is; an empty one is refused. */
const readText: Read<string> = (given, name) => {
  if (given === '') throw new UsageError(`${name} is empty.`);
  return given;
};

const readNumber = (least: number, most: number, whole: boolean): Read<number> => {
  const kind = whole ? 'a whole number' : 'a number';
  return (given, name) => {
    const value = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(given) ? Number(given) : NaN;
    if (Number.isNaN(value) || (whole && !Number.isSafeInteger(value)) || value < least || value > most) {
      throw new UsageError(`${name} is "${given}"; it must be ${kind} from ${least} to ${most}.`);
    }
    return value;
  };
};

const readChoice =
  <T extends string>(choices: readonly T[]): Read<T> =>
  (given, name) => {
    const chosen = choices.find((choice) => choice === given);
    if (chosen === undefined) throw new UsageError(`${name} is "${given}"; it must be one of ${choices.join(', ')}.`);
    return chosen;
  };

export const text = (placeholder: string, summary: string, fallback: string): Option<string> =>
  withFallback(placeholder, summary, readText, fallback);
export const optionalText = (placeholder: string, summary: string): Option<string | undefined> =>
  optional(placeholder, summary, readText);

export const wholeNumber = (summary: string, least: number, most: number, fallback: number): Option<number> =>
  withFallback('N', summary, readNumber(least, most, true), fallback);
export const requiredWholeNumber = (summary: string, least: number, most: number): Option<number> =>
  required('N', summary, readNumber(least, most, true));
export const optionalWholeNumber = (summary: string, least: number, most: number): Option<number | undefined> =>
  optional('N', summary, readNumber(least, most, true));
export const optionalNumber = (placeholder: string, summary: string, least: number, most: number): Option<number | undefined> =>
  optional(placeholder, summary, readNumber(least, most, false));

/** A share of something, 0 to 1. */
export const share = (summary: string, fallback: number): Option<number> =>
  withFallback('SHARE', summary, readNumber(0, 1, false), fallback);

export const choice = <const T extends string>(choices: readonly T[], summary: string, fallback: NoInfer<T>): Option<T> =>
  withFallback(choices.join('|'), summary, readChoice<T>(choices), fallback);

export const optionalChoice = <const T extends string>(choices: readonly T[], summary: string): Option<T | undefined> =>
  optional(choices.join('|'), summary, readChoice<T>(choices));

/** Any other kind of value: `read` throws a UsageError that names the option, the value and what is allowed. */
export const valueOr = <T extends string | number>(placeholder: string, summary: string, read: Read<T>, fallback: T): Option<T> =>
  withFallback(placeholder, summary, read, fallback);
export const optionalValue = <T>(placeholder: string, summary: string, read: Read<T>): Option<T | undefined> =>
  optional(placeholder, summary, read);
