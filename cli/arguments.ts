import { parseArgs } from 'node:util';
import { UsageError } from '../contracts/errors';
import type { Command, Option, Options } from './command';
import { flag, optionalText, optionalValue } from './command';
import { nearest } from '../contracts/nearest';

export const DEFAULT_STACK = 'dev';
export const DEFAULT_ENDPOINT = 'http://127.0.0.1:4566';

const readEndpoint = (given: string, name: string): string => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '') {
    throw new UsageError(`${name} is "${given}"; it must be a URL such as ${DEFAULT_ENDPOINT}.`);
  }
  return url.origin;
};

/** The flags that every command takes. */
export const GLOBAL_OPTIONS = {
  stack: { ...optionalText('NAME', 'the stack whose Pulumi.NAME.yaml configures the program'), fallback: DEFAULT_STACK },
  endpoint: { ...optionalValue('URL', 'a running embedded host', readEndpoint), fallback: DEFAULT_ENDPOINT },
  aws: flag('the stack on AWS instead of an embedded host, with your own credentials'),
  'stack-outputs': optionalText(
    'FILE',
    "with --aws: the stack's outputs, as `pulumi stack output --json` writes them; without it the Pulumi CLI is asked",
  ),
  json: flag('exactly one JSON document on stdout, progress on stderr'),
  help: flag('explain the command'),
  version: flag('print the version'),
} satisfies Options;

type Token =
  | {
      readonly kind: 'option';
      readonly name: string;
      readonly rawName: string;
      readonly index: number;
      readonly value?: string | undefined;
      readonly inlineValue?: boolean | undefined;
    }
  | { readonly kind: 'positional'; readonly index: number; readonly value: string }
  | { readonly kind: 'option-terminator'; readonly index: number };

const tokensOf = (args: readonly string[], options: Options): readonly Token[] => {
  const shapes = Object.entries(options).map(([name, { placeholder }]) => [
    name,
    { type: placeholder === undefined ? ('boolean' as const) : ('string' as const), ...(name === 'help' && { short: 'h' }) },
  ]);
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(shapes) as Record<string, { type: 'boolean' | 'string'; short?: string }>,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  return tokens;
};

export interface Found {
  /** Undefined where none is named. */
  readonly command: string | undefined;
  /** Everything but the command's name. */
  readonly rest: readonly string[];
}

/** Finds the command's name: the first word that is neither a global flag nor a value of one. */
export const findCommand = (args: readonly string[]): Found => {
  for (const token of tokensOf(args, GLOBAL_OPTIONS)) {
    if (token.kind === 'option-terminator') break;
    if (token.kind === 'positional') {
      return { command: token.value, rest: [...args.slice(0, token.index), ...args.slice(token.index + 1)] };
    }
    if (!Object.hasOwn(GLOBAL_OPTIONS, token.name)) {
      const meant = nearest(token.name, Object.keys(GLOBAL_OPTIONS));
      const hint = meant === undefined ? "a command's own flags follow its name." : `did you mean --${meant}?`;
      throw new UsageError(`${token.rawName} is not a flag of every command; ${hint}`);
    }
  }
  return { command: undefined, rest: args };
};

export const unknownCommand = (name: string, known: readonly string[]): UsageError => {
  const meant = nearest(name, known);
  const hint = meant === undefined ? `The commands are ${known.join(', ')}.` : `Did you mean "${meant}"?`;
  return new UsageError(`"${name}" is not a command. ${hint}`);
};

/** What was given for each option, as text; '' for a flag. */
export interface Given {
  readonly options: Readonly<Record<string, string>>;
  readonly positionals: readonly string[];
}

/** Reads the arguments of a command by its options and the global ones. Throws a UsageError for the first that does not fit. */
export const readArguments = (args: readonly string[], options: Options, commandName: string): Given => {
  const all: Options = { ...GLOBAL_OPTIONS, ...options };
  const given: Record<string, string> = {};
  const positionals: string[] = [];
  for (const token of tokensOf(args, all)) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(all, token.name) ? all[token.name] : undefined;
    if (option === undefined) throw unknownFlag(token.rawName, Object.keys(all), commandName);
    if (Object.hasOwn(given, token.name) && option.placeholder !== undefined)
      throw new UsageError(`--${token.name} is given twice.`);
    given[token.name] = valueOf(token, option);
  }
  return { options: given, positionals };
};

const unknownFlag = (rawName: string, known: readonly string[], commandName: string): UsageError => {
  const meant = nearest(rawName.replace(/^-+/, ''), known);
  const hint = meant === undefined ? `\`${commandName} --help\` lists its flags.` : `Did you mean --${meant}?`;
  return new UsageError(`${rawName} is not a flag of \`${commandName}\`. ${hint}`);
};

const valueOf = (token: Token & { kind: 'option' }, { placeholder }: Option<unknown>): string => {
  if (placeholder === undefined) {
    if (token.value !== undefined) throw new UsageError(`--${token.name} takes no value, but "${token.value}" is given.`);
    return '';
  }
  // `--from --json` is a forgotten value rather than a date called --json; a negative number is a value.
  const swallowed = token.inlineValue === false && /^-[^\d.]/.test(token.value ?? '');
  if (token.value === undefined || swallowed)
    throw new UsageError(`--${token.name} needs a value: --${token.name} ${placeholder}.`);
  return token.value;
};

/** The typed values of a command's options. */
export const parseValues = (options: Options, given: Given): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(options).map(([name, option]) => [
      name,
      option.parse(Object.hasOwn(given.options, name) ? given.options[name] : undefined, `--${name}`),
    ]),
  );

/** Refuses missing words and words too many. */
export const checkPositionals = ({ name, positionals }: Command, given: readonly string[]): void => {
  const missing = positionals.slice(given.length).find(({ required }) => required);
  if (missing !== undefined) throw new UsageError(`\`lithify ${name}\` needs ${missing.name}: ${missing.summary}.`);
  const extra = given[positionals.length];
  if (extra !== undefined) {
    const takes = positionals.length === 0 ? 'takes only flags' : `takes ${positionals.map((one) => one.name).join(' and ')}`;
    throw new UsageError(`"${extra}" is one word too many: \`lithify ${name}\` ${takes}; quote what belongs together.`);
  }
};
