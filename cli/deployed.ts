import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { LithifyError, messageOf, UsageError } from '../contracts/errors';
import type { CommandContext } from './command';

/** A stack on AWS, as its outputs tell it. */
export interface Deployed {
  readonly accountId: string;
  readonly region: string;
  /** Whatever the program exports, not yet checked. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

type Ask = Pick<CommandContext, 'stack' | 'aws' | 'projectDirectory' | 'readInput'>;

const run = promisify(execFile);

const fromPulumi = async (stack: string, projectDirectory: string): Promise<string> => {
  try {
    const { stdout } = await run('pulumi', ['stack', 'output', '--json', '--stack', stack], {
      cwd: projectDirectory,
      env: process.env,
    });
    return stdout;
  } catch (thrown) {
    const { code, stderr } = thrown as { readonly code?: unknown; readonly stderr?: unknown };
    if (code === 'ENOENT')
      throw new UsageError(
        `the Pulumi CLI is not on PATH, so nobody can tell the outputs of stack ${stack}; give them with --stack-outputs FILE, as \`pulumi stack output --json\` writes them.`,
        { cause: thrown },
      );
    const said = typeof stderr === 'string' && stderr.trim() !== '' ? stderr.replaceAll(/\s+/g, ' ').trim() : messageOf(thrown);
    throw new LithifyError('pulumi', `the Pulumi CLI does not tell the outputs of stack ${stack}: ${said}`, { cause: thrown });
  }
};

const fromFile = async (file: string, readInput: () => Promise<string>): Promise<string> => {
  if (file === '-') return readInput();
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UsageError(`--stack-outputs is "${file}"; there is no such file.`, { cause: thrown });
    if (code === 'EISDIR') throw new UsageError(`--stack-outputs is "${file}"; that is a folder.`, { cause: thrown });
    throw thrown;
  }
};

const objectOf = (text: string, whence: string): Readonly<Record<string, unknown>> => {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
  }
  throw new UsageError(`${whence} is not the JSON object that \`pulumi stack output --json\` writes.`);
};

/** `arn:aws:states:REGION:ACCOUNT:stateMachine:NAME` says where the stack is, in every partition of AWS. */
const MACHINE = /^arn:aws[a-z-]*:states:([a-z0-9-]+):(\d{12}):stateMachine:/;

/** The outputs of the stack that the flags name, from the Pulumi CLI or from a file. Throws a UsageError or LithifyError that says what is wrong. */
export const deployedStack = async ({ stack, aws, projectDirectory, readInput }: Ask): Promise<Deployed> => {
  const file = aws?.outputs;
  const text = file === undefined ? await fromPulumi(stack, projectDirectory) : await fromFile(file, readInput);
  const whence =
    file === undefined ? `what the Pulumi CLI says of stack ${stack}` : file === '-' ? 'standard input' : `"${file}"`;
  const outputs = objectOf(text, whence);
  const [, region, accountId] = MACHINE.exec(String(outputs['stateMachineArn'])) ?? [];
  if (region === undefined || accountId === undefined)
    throw new UsageError(
      `${whence} has no stateMachineArn, which says where the stack is; was stack ${stack} deployed, by \`pulumi up\`?`,
    );
  return { accountId, region, outputs };
};

/**
 * Refuses credentials of another account than the stack's: names of buckets, tables and streams are told nobody else, and what would be
 * answered otherwise is that they do not exist.
 */
export const checkAccount = async ({ accountId, region }: Pick<Deployed, 'accountId' | 'region'>): Promise<void> => {
  const client = new STSClient({ region });
  try {
    const { Account } = await client.send(new GetCallerIdentityCommand({}));
    if (Account !== accountId)
      throw new UsageError(`the stack is in AWS account ${accountId}, but your credentials are of account ${Account}.`);
  } finally {
    client.destroy();
  }
};
