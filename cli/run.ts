import {
  checkPositionals,
  DEFAULT_ENDPOINT,
  DEFAULT_STACK,
  findCommand,
  GLOBAL_OPTIONS,
  parseValues,
  readArguments,
  unknownCommand,
} from './arguments';
import { UsageError } from '../contracts/errors';
import type { Command, ExitCode } from './command';
import { failureOf } from './failure';
import { commandHelp, generalHelp } from './help';
import { outputTo, type Sink } from './output';
import { COMMANDS, type TableEntry } from './table';

/** What a process gives the command. */
export interface World {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly readInput: () => Promise<string>;
  /** @default the lines of what `readInput` reads */
  readonly inputLines?: () => AsyncIterable<string>;
  readonly projectDirectory: string;
  /** @default the clock of the process */
  readonly wallMillis?: () => number;
  readonly version: string;
  /** @default all of them */
  readonly commands?: Readonly<Record<string, TableEntry>>;
}

async function* linesOf(readInput: World['readInput']): AsyncGenerator<string> {
  yield* (await readInput()).split(/\r?\n/);
}

interface Globals {
  readonly stack: string | undefined;
  readonly endpoint: string | undefined;
  readonly aws: boolean;
  readonly 'stack-outputs': string | undefined;
}

const checkPlace = ({ name, reachesAws }: Command, { aws, endpoint, 'stack-outputs': outputs }: Globals): void => {
  if (!aws && outputs !== undefined) throw new UsageError('--stack-outputs is of use with --aws alone.');
  if (aws && !reachesAws) throw new UsageError(`\`lithify ${name}\` is about an embedded host; --aws has no meaning for it.`);
  if (aws && endpoint !== undefined) throw new UsageError('--aws and --endpoint are both given; give one of them.');
};

/** Runs one `lithify …` to its end. Never throws: a failure is a sentence on stderr and an exit code. */
export const runCli = async (args: readonly string[], world: World): Promise<ExitCode> => {
  // Before the arguments are read there is no telling whether they are right: what looks like the flag counts.
  const words = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined);
  const json = words.includes('--json');
  const output = outputTo(world.stdout, world.stderr, json);
  let endpoint: string | undefined = DEFAULT_ENDPOINT;
  try {
    const commands: Readonly<Record<string, TableEntry>> = world.commands ?? COMMANDS;
    const { command: name, rest } = findCommand(args);
    if (name === undefined) {
      const { options } = readArguments(rest, {}, 'lithify');
      if ('version' in options) {
        output.say(world.version);
        output.document({ version: world.version });
        return 0;
      }
      const text = generalHelp(commands);
      output.say(text);
      output.document({ help: text });
      return 'help' in options ? 0 : 2;
    }
    const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (entry === undefined) throw unknownCommand(name, Object.keys(commands));
    const command = entry.load();
    const given = readArguments(rest, command.options, `lithify ${name}`);
    if ('help' in given.options) {
      const text = commandHelp(command);
      output.say(text);
      output.document({ help: text });
      return 0;
    }
    if ('version' in given.options) {
      output.say(world.version);
      output.document({ version: world.version });
      return 0;
    }
    const globals = parseValues(GLOBAL_OPTIONS, given) as unknown as Globals;
    const { stack } = globals;
    const hostEndpoint = globals.endpoint ?? DEFAULT_ENDPOINT;
    endpoint = globals.aws ? undefined : hostEndpoint;
    checkPlace(command, globals);
    checkPositionals(command, given.positionals);
    const values = parseValues(command.options, given);
    return await command.run(
      {
        stack: stack ?? DEFAULT_STACK,
        stackGiven: stack !== undefined,
        endpoint: hostEndpoint,
        aws: globals.aws ? { outputs: globals['stack-outputs'] } : undefined,
        json,
        output,
        projectDirectory: world.projectDirectory,
        readInput: world.readInput,
        wallMillis: world.wallMillis ?? Date.now,
        inputLines: world.inputLines ?? (() => linesOf(world.readInput)),
      },
      values,
      given.positionals,
    );
  } catch (thrown) {
    const { exitCode, code, message } = failureOf(thrown, endpoint);
    output.note(`lithify: ${message}`);
    if (!output.wrote) output.document({ error: { code, message: message.split('\n')[0] } });
    return exitCode;
  }
};
