import { runCli } from '../../cli/run';
import type { Command } from '../../cli/command';
import type { TableEntry } from '../../cli/table';
import { PROJECT, type Lake } from './lake';

export interface Ran {
  readonly exitCode: number;
  /** What stdout got: text, or under --json the one document. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of `lithify` against the lake's host, inside the test's process. */
export const runOn = (lake: Lake, command: Command, ...args: readonly string[]): Promise<Ran> =>
  runWith(lake, '', command, ...args);

/** The same with something on standard input. */
export const runWith = async (lake: Lake, input: string, command: Command, ...args: readonly string[]): Promise<Ran> => {
  let [stdout, stderr] = ['', ''];
  const commands: Record<string, TableEntry> = { [command.name]: { summary: '', load: () => command } };
  const place = args.includes('--aws') ? [] : ['--endpoint', lake.host.endpoint];
  const exitCode = await runCli([command.name, ...args, ...place], {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    readInput: () => Promise.resolve(input),
    projectDirectory: PROJECT,
    version: '0',
    wallMillis: () => lake.host.now(),
    commands,
  });
  return { exitCode, stdout, stderr };
};

/** The same under --json: the document. */
export const documentOf = async <T>(
  lake: Lake,
  command: Command,
  ...args: readonly string[]
): Promise<Ran & { readonly document: T }> => {
  const ran = await runOn(lake, command, ...args, '--json');
  return { ...ran, document: JSON.parse(ran.stdout) as T };
};
