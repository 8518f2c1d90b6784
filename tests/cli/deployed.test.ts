import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { deployedStack } from '../../cli/deployed';
import { command } from '../../cli/command';
import { runCli } from '../../cli/run';
import { LithifyError, UsageError } from '../../contracts/errors';

const MACHINE = 'arn:aws:states:eu-central-1:123456789012:stateMachine:lithify-prod-compaction';

let folder = '';
const path = process.env['PATH'];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lithify-deployed-'));
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true, force: true });
});

const file = (content: string): string => {
  const written = join(folder, 'outputs.json');
  writeFileSync(written, content);
  return written;
};
const ask = (outputs: string | undefined, input = '') =>
  deployedStack({ stack: 'prod', aws: { outputs }, projectDirectory: folder, readInput: () => Promise.resolve(input) });

/** A `pulumi` that tells the arguments and the folder that it was called with as outputs, or fails with a sentence. */
const fakePulumi = (script: string): void => {
  const bin = join(folder, 'pulumi');
  writeFileSync(bin, `#!/bin/sh\n${script}\n`);
  chmodSync(bin, 0o755);
  process.env['PATH'] = `${folder}${delimiter}${path}`;
};

describe('the stack on AWS', () => {
  it('is where the ARN of its state machine says, whichever way its outputs come', async () => {
    const text = JSON.stringify({ stateMachineArn: MACHINE, bucket: 'b' });
    const expected = {
      accountId: '123456789012',
      region: 'eu-central-1',
      outputs: { stateMachineArn: MACHINE, bucket: 'b' },
    };
    expect(await ask(file(text))).toEqual(expected);
    expect(await ask('-', text)).toEqual(expected);
    expect((await ask('-', text.replace('arn:aws:', 'arn:aws-us-gov:').replace('eu-central-1', 'us-gov-east-1'))).region).toBe(
      'us-gov-east-1',
    );
  });

  it('is asked of the Pulumi CLI in the checkout, for the stack that is named', async () => {
    fakePulumi(`printf '{"stateMachineArn":"${MACHINE}","asked":"%s in %s"}' "$*" "$(pwd -P)"`);
    const { outputs } = await ask(undefined);
    expect(outputs['asked']).toMatch(/^stack output --json --stack prod in .*lithify-deployed-/);
  });

  it('is told to be missing in one sentence, whatever is wrong', async () => {
    fakePulumi("echo 'error: no stack named prod found' >&2; exit 255");
    await expect(ask(undefined)).rejects.toThrow(
      /^the Pulumi CLI does not tell the outputs of stack prod: error: no stack named prod found$/,
    );
    process.env['PATH'] = folder;
    rmSync(join(folder, 'pulumi'));
    await expect(ask(undefined)).rejects.toThrow(/^the Pulumi CLI is not on PATH, .* give them with --stack-outputs FILE/);
    await expect(ask(join(folder, 'none.json'))).rejects.toThrow(/there is no such file/);
    await expect(ask(folder)).rejects.toThrow(/that is a folder/);
    await expect(ask(file('[]'))).rejects.toThrow(/is not the JSON object that/);
    await expect(ask(file('nonsense'))).rejects.toBeInstanceOf(UsageError);
    await expect(ask(file('{}'))).rejects.toThrow(/has no stateMachineArn/);
    await expect(ask('-', '{"stateMachineArn":"arn:aws:s3:::b"}')).rejects.toThrow(/^standard input has no stateMachineArn/);
  });
});

describe('the flag --aws', () => {
  const run = async (reachesAws: boolean, ...args: string[]) => {
    let stderr = '';
    const sample = command({
      name: 'sample',
      summary: '',
      help: '',
      options: {},
      reachesAws,
      run: ({ aws }) => Promise.reject(new LithifyError('reached', JSON.stringify(aws))),
    });
    const exitCode = await runCli(['sample', ...args], {
      stdout: { write: () => undefined },
      stderr: { write: (text) => (stderr += text) },
      readInput: () => Promise.resolve(''),
      projectDirectory: folder,
      version: '0',
      commands: { sample: { summary: '', load: () => sample } },
    });
    return [exitCode, stderr];
  };

  it('is refused where it has no meaning, and beside what contradicts it', async () => {
    expect(await run(false, '--aws')).toEqual([
      2,
      'lithify: `lithify sample` is about an embedded host; --aws has no meaning for it.\n',
    ]);
    expect(await run(true, '--aws', '--endpoint', 'http://127.0.0.1:1')).toEqual([
      2,
      'lithify: --aws and --endpoint are both given; give one of them.\n',
    ]);
    expect(await run(true, '--stack-outputs', 'x')).toEqual([2, 'lithify: --stack-outputs is of use with --aws alone.\n']);
    expect(await run(true, '--aws', '--stack-outputs', 'x')).toEqual([1, 'lithify: {"outputs":"x"}\n']);
  });
});
