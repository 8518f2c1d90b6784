/** The tool that starts and stops a Trino: `<tool> start --glue URL --s3 URL --port N`, `<tool> stop --port N`. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path in LITHIFY_TRINO, or `trino` on PATH. */
export const toolOf = (environment: Readonly<Record<string, string | undefined>>): string | undefined => {
  const given = environment['LITHIFY_TRINO'];
  if (given !== undefined && given !== '') return given;
  return (environment['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'trino'))
    .find((path) => existsSync(path));
};

export interface TrinoTool {
  readonly path: string;
  /** Of the Trino, on this machine. */
  readonly port: number;
  /** The host whose Glue and S3 it reads. */
  readonly hostUrl: string;
}

/** @returns why no Trino is there, if none is after so long; what was begun is ended then */
export const startTrino = async (tool: TrinoTool, withinMillis: number): Promise<string | undefined> => {
  const { path, port, hostUrl } = tool;
  const child = spawn(path, ['start', '--glue', hostUrl, '--s3', hostUrl, '--port', String(port)], {
    env: { ...process.env, AWS_REGION: 'eu-west-1' },
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own, so that what it has begun ends with it.
    detached: true,
  });
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => (told = `${told}${chunk.toString('utf8')}`.slice(-2_000)));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`did not start a Trino within ${withinMillis / 1_000} s`), withinMillis);
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(`cannot be run: ${error.message}`));
    child.on('exit', (code, signal) => {
      const last = told.trimEnd().split('\n').at(-1) ?? '';
      resolve(code === 0 ? undefined : `started no Trino (${code ?? signal})${last === '' ? '' : `: ${last}`}`);
    });
  });
  const why = await Promise.race([ended, late]);
  clearTimeout(timer);
  child.stderr.destroy();
  if (why === undefined) return undefined;
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
  stopTrino(tool);
  return `${path} ${why}`;
};

/** Also where it is half started, or not at all. */
export const stopTrino = ({ path, port }: Pick<TrinoTool, 'path' | 'port'>): void => {
  spawnSync(path, ['stop', '--port', String(port)], { stdio: 'ignore', timeout: 30_000 });
};
