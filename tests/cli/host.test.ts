import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { advanceCommand } from '../../cli/commands/advance';
import { outputsOf } from '../../cli/connection';
import { describedHost, hostAt } from '../../cli/host';
import { runCli } from '../../cli/run';
import { LithifyError, UsageError } from '../../contracts/errors';

const description = {
  endpoint: 'http://127.0.0.1:1',
  region: 'eu-west-1',
  accountId: '000000000000',
  stack: 'dev',
  clock: 'manual' as const,
  now: '2026-11-21T10:00:00.000Z',
  outputs: {},
};

let server: Server;
let endpoint = '';
let asked: string[] = [];
let answer: (path: string, body: string) => readonly [status: number, body: unknown];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push(`${request.method} ${request.url} ${body}`.trim());
      const [status, value] = answer(request.url ?? '', body);
      response.writeHead(status).end(typeof value === 'string' ? value : JSON.stringify(value));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const advance = async (...args: string[]) => {
  let [stdout, stderr] = ['', ''];
  const exitCode = await runCli(['advance', ...args, '--endpoint', endpoint], {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    readInput: () => Promise.resolve(''),
    projectDirectory: '/checkout',
    version: '0',
    commands: { advance: { summary: '', load: () => advanceCommand } },
  });
  return { exitCode, stdout, stderr };
};

describe('the host', () => {
  it('is what the flags name; one that runs another stack than --stack is refused', async () => {
    answer = () => [200, description];
    const { description: found } = await describedHost({ endpoint, stack: 'prod', stackGiven: false });
    expect(found).toEqual(description);
    await expect(describedHost({ endpoint, stack: 'prod', stackGiven: true })).rejects.toThrow(
      new UsageError(`--stack is "prod", but the host at ${endpoint} runs stack dev.`),
    );
  });

  it.each([
    [200, 'hello'],
    [404, '<html>'],
    [200, { endpoint: 'x' }],
  ])('is not whatever answers %d %j', async (status, body) => {
    answer = () => [status, body];
    await expect(hostAt(endpoint).describe()).rejects.toThrow('but it is no lithify host');
    await expect(hostAt(endpoint).describe()).rejects.toBeInstanceOf(LithifyError);
  });

  it('that is not there is a sentence that says how to start one', async () => {
    await expect(hostAt('http://127.0.0.1:1').describe()).rejects.toThrow(
      'no embedded host answers at http://127.0.0.1:1; start one with `lithify local`.',
    );
  });

  it('refuses in its own words', async () => {
    answer = () => [400, { error: 'ValidationException', message: 'Time goes forward.' }];
    await expect(hostAt(endpoint).advance(5)).rejects.toThrow(new UsageError('Time goes forward.'));
    answer = () => [500, { error: 'InternalFailure', message: 'Broken.' }];
    await expect(hostAt(endpoint).advance(5)).rejects.toThrow(`the host at ${endpoint} failed: Broken.`);
  });

  it('must name every output that the commands use', () => {
    expect(() => outputsOf(description.outputs, 'the host')).toThrow('without the output streamName');
  });
});

describe('advance', () => {
  const clockOf = (clock: 'wall' | 'manual') => {
    let now = Date.parse(description.now);
    answer = (path, body) => {
      if (path === '/_lithify/host') return [200, { ...description, clock, now: new Date(now).toISOString() }];
      now += (JSON.parse(body) as { milliseconds: number }).milliseconds;
      return [200, { now: new Date(now).toISOString() }];
    };
  };

  it('lets time pass in portions of an hour and prints the new time', async () => {
    clockOf('manual');
    expect(await advance('1h30m')).toEqual({ exitCode: 0, stdout: '2026-11-21T11:30:00.000Z\n', stderr: '' });
    expect(asked).toEqual([
      'GET /_lithify/host',
      'POST /_lithify/advance {"milliseconds":3600000}',
      'POST /_lithify/advance {"milliseconds":1800000}',
    ]);
    expect(await advance('--to', '2026-11-21T12:00:00Z', '--json')).toEqual({
      exitCode: 0,
      stdout: '{"now":"2026-11-21T12:00:00.000Z"}\n',
      stderr: '',
    });
  });

  it.each([
    [[], 'how far?'],
    [['5m', '--to', '2026-11-21T12:00:00Z'], 'both 5m and --to are given'],
    [['soon'], '"soon" is no length of time'],
    [['--to', '2026-11-21T09:00:00Z'], 'time only goes forward'],
  ])('%j is wrong use', async (args, sentence) => {
    clockOf('manual');
    const { exitCode, stderr } = await advance(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(sentence);
    expect(asked.filter((request) => request.startsWith('POST'))).toEqual([]);
  });

  it("is refused on the wall's clock", async () => {
    clockOf('wall');
    expect(await advance('5m')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("follows the wall's clock") as unknown,
    });
    expect(asked).toEqual(['GET /_lithify/host']);
  });
});
