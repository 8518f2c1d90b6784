import {
  command,
  choice,
  flag,
  optionalText,
  requiredWholeNumber,
  share,
  type Command,
  type CommandContext,
} from '../../cli/command';
import { nearest } from '../../contracts/nearest';
import { runCli } from '../../cli/run';
import { COMMANDS, type TableEntry } from '../../cli/table';
import { LithifyError, UsageError } from '../../contracts/errors';

type Ran = {
  readonly context: CommandContext;
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
};

const world = (body: (ran: Ran) => 0 | 1 | 2 = () => 0) => {
  const ran: Ran[] = [];
  const sample: Command = command({
    name: 'sample',
    summary: 'does nothing',
    help: 'lithify sample --count 3',
    positionals: [{ name: 'WHAT', summary: 'anything', required: true }],
    options: {
      count: requiredWholeNumber('how many', 1, 10),
      force: flag('anyway'),
      late: share('how much', 0.25),
      colour: choice(['red', 'blue'], 'which', 'red'),
      'event-type': optionalText('TYPE', 'only this'),
    },
    async run(context, values, positionals) {
      ran.push({ context, values, positionals });
      return body(ran.at(-1)!);
    },
  });
  const commands: Record<string, TableEntry> = { sample: { summary: 'does nothing', load: () => sample } };
  let [stdout, stderr] = ['', ''];
  const run = async (...args: string[]) => {
    [stdout, stderr] = ['', ''];
    const exitCode = await runCli(args, {
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      readInput: () => Promise.resolve('input'),
      projectDirectory: '/checkout',
      version: '1.2.3',
      commands,
    });
    return { exitCode, stdout, stderr };
  };
  return { run, ran };
};

describe('the arguments of a command', () => {
  it('are typed, with defaults, and global flags may stand anywhere', async () => {
    const { run, ran } = world();
    const { exitCode } = await run(
      '--stack',
      'prod',
      'sample',
      '--count=3',
      'it',
      '--endpoint',
      'http://127.0.0.1:9/',
      '--force',
    );
    expect(exitCode).toBe(0);
    expect(ran).toHaveLength(1);
    expect(ran[0]).toMatchObject({
      values: { count: 3, force: true, late: 0.25, colour: 'red', 'event-type': undefined },
      positionals: ['it'],
      context: { stack: 'prod', stackGiven: true, endpoint: 'http://127.0.0.1:9', json: false, projectDirectory: '/checkout' },
    });
  });

  it('behind -- are words, whatever they look like', async () => {
    const { run, ran } = world();
    expect((await run('sample', '--count', '3', '--', '--force')).exitCode).toBe(0);
    expect(ran[0]).toMatchObject({ positionals: ['--force'], values: { force: false } });
  });

  it.each([
    [['sampel'], '"sampel" is not a command. Did you mean "sample"?'],
    [['frobnicate'], '"frobnicate" is not a command. The commands are sample.'],
    [['toString'], '"toString" is not a command. The commands are sample.'],
    [['sample', 'it', '--count', '3', '--colr', 'red'], '--colr is not a flag of `lithify sample`. Did you mean --colour?'],
    [['sample', 'it', '--count', '3', '-x'], '-x is not a flag of `lithify sample`. `lithify sample --help` lists its flags.'],
    [['sample', 'it', '--count', '3', '--constructor'], '--constructor is not a flag of `lithify sample`.'],
    [['sample', 'it'], '--count is missing: how many.'],
    [['sample', 'it', '--count'], '--count needs a value: --count N.'],
    [['sample', 'it', '--count', '--force'], '--count needs a value: --count N.'],
    [['sample', 'it', '--count', '-3'], '--count is "-3"; it must be a whole number from 1 to 10.'],
    [['sample', 'it', '--count', '3.5'], '--count is "3.5"; it must be a whole number from 1 to 10.'],
    [['sample', 'it', '--count', '0x3'], '--count is "0x3"; it must be a whole number from 1 to 10.'],
    [['sample', 'it', '--count', '3', '--count', '4'], '--count is given twice.'],
    [['sample', 'it', '--count', '3', '--force=yes'], '--force takes no value, but "yes" is given.'],
    [['sample', 'it', '--count', '3', '--late', '1.5'], '--late is "1.5"; it must be a number from 0 to 1.'],
    [['sample', 'it', '--count', '3', '--colour', 'green'], '--colour is "green"; it must be one of red, blue.'],
    [['sample', 'it', '--count', '3', '--event-type', ''], '--event-type is empty.'],
    [['sample', '--count', '3'], '`lithify sample` needs WHAT: anything.'],
    [['sample', 'it', 'too', '--count', '3'], '"too" is one word too many'],
    [['sample', 'it', '--count', '3', '--endpoint', 'localhost'], '--endpoint is "localhost"; it must be a URL'],
    [['--cuont', '3', 'sample'], '--cuont is not a flag of every command'],
  ])('%j is wrong use: one sentence, exit code 2, and nothing runs', async (args, sentence) => {
    const { run, ran } = world();
    const { exitCode, stdout, stderr } = await run(...args);
    expect(stderr).toContain(`lithify: ${sentence}`);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect({ exitCode, stdout, ran: ran.length }).toEqual({ exitCode: 2, stdout: '', ran: 0 });
  });
});

describe('the end of a command', () => {
  const failing = (thrown: unknown) =>
    world(() => {
      throw thrown;
    });
  const args = ['sample', 'it', '--count', '3'];

  it('is exit code 2 and the sentence for wrong use, 1 for a failed operation', async () => {
    expect(await failing(new UsageError('no such thing.')).run(...args)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'lithify: no such thing.\n',
    });
    expect(await failing(new LithifyError('x', 'it failed.')).run(...args)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'lithify: it failed.\n',
    });
  });

  it('says in one sentence that nothing answers at the endpoint, however deep a client has wrapped it', async () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const wrapped = new TypeError('fetch failed', { cause: new AggregateError([refused]) });
    const { exitCode, stderr } = await failing(wrapped).run(...args);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: 'lithify: no embedded host answers at http://127.0.0.1:4566; start one with `lithify local`.\n',
    });
  });

  it("is one sentence with a service's own words for its errors", async () => {
    const fault = Object.assign(new Error('Stream x\n not found'), { name: 'ResourceNotFoundException', $fault: 'client' });
    const { exitCode, stderr } = await failing(fault).run(...args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'lithify: ResourceNotFoundException: Stream x not found\n' });
  });

  it('keeps the stack trace of a bug', async () => {
    const { exitCode, stderr } = await failing(new RangeError('index 7')).run(...args);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/this is a bug in lithify:\nRangeError: index 7\n +at /);
  });

  it('under --json is exactly one document on stdout, of the result or else of the failure', async () => {
    const good = world(({ context: { output } }) => {
      output.say('for people');
      output.progress('half');
      output.document({ answer: 42 });
      return 0;
    });
    expect(await good.run(...args, '--json')).toEqual({ exitCode: 0, stdout: '{"answer":42}\n', stderr: '' });
    const bad = await failing(new UsageError('no.')).run('--json', ...args);
    expect({ ...bad, stdout: JSON.parse(bad.stdout) as unknown }).toMatchObject({
      exitCode: 2,
      stdout: { error: { code: 'usage', message: 'no.' } },
    });
    const both = world(({ context: { output } }) => {
      output.document({ half: true });
      throw new LithifyError('late', 'too late.');
    });
    expect(await both.run(...args, '--json')).toEqual({ exitCode: 1, stdout: '{"half":true}\n', stderr: 'lithify: too late.\n' });
  });
});

describe('help', () => {
  it('of all is exit code 0 when it is asked for and 2 when a command is missing', async () => {
    const { run } = world();
    const asked = await run('--help');
    expect(asked).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/sample +does nothing/) as unknown });
    expect(await run()).toEqual({ ...asked, exitCode: 2 });
    expect(await run('-h')).toEqual(asked);
    expect(await run('--version')).toMatchObject({ exitCode: 0, stdout: '1.2.3\n' });
  });

  it('of one command shows its usage, examples and every flag with its default, and needs nothing else to be right', async () => {
    const { run } = world();
    const { exitCode, stdout } = await run('sample', '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Usage: lithify sample WHAT [FLAGS]');
    expect(stdout).toContain('lithify sample --count 3');
    expect(stdout).toMatch(/--count N +how many \(required\)/);
    expect(stdout).toMatch(/--late SHARE +how much \(default 0\.25\)/);
  });

  const own = Object.entries(COMMANDS).filter(([name]) => !['demo', 'local', 'console'].includes(name));
  it.each(own)('of %s carries the name and summary that the table has', (name, { summary, load }) => {
    expect(load()).toMatchObject({ name, summary });
    expect(load().help).toContain(`lithify ${name}`);
  });
});

describe('the nearest word', () => {
  it('is one that was probably meant, or none', () => {
    const known = ['compact', 'query', 'verify', 'status', 'local'];
    expect(['compct', 'qurey', 'ver', 'stats', 'x', 'frobnicate'].map((word) => nearest(word, known))).toEqual([
      'compact',
      'query',
      'verify',
      'status',
      undefined,
      undefined,
    ]);
  });
});
