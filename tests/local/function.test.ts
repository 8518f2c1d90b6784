import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessKeyIdOf, callerOf } from '../../local/caller';
import { ManualClock } from '../../local/clock';
import type { Resource } from '../../local/graph';
import { FunctionHost, REQUEST_BYTES } from '../../local/stand-ins/function/function-host';
import { functionSettings } from '../../local/stand-ins/function/settings';

const ROLE = 'arn:aws:iam::000000000000:role/handler';
const CALLER = callerOf('arn:aws:iam::000000000000:role/machine');

const functionResource = (name: string, inputs: Record<string, unknown> = {}): Resource => ({
  type: 'aws:lambda/function:Function',
  name,
  id: name,
  inputs: { name, role: ROLE, runtime: 'nodejs24.x', handler: 'index.handler', timeout: 20, ...inputs },
  outputs: { arn: `arn:aws:lambda:eu-west-1:000000000000:function:${name}` },
});

const BUNDLES: Readonly<Record<string, string>> = {
  echo: `exports.handler = async (event, context) => ({ event, name: context.functionName, left: context.getRemainingTimeInMillis() > 0 });`,
  environment: `exports.handler = async () => process.env;`,
  talker: `exports.handler = async (event) => { console.log('heard', event.word); console.error('and warned'); return null; };`,
  thrower: `exports.handler = async () => { throw new RangeError('no such partition'); };`,
  sleeper: `exports.handler = () => new Promise(() => setInterval(() => undefined, 1000));`,
  spinner: `exports.handler = () => { for (;;); };`,
  exiter: `exports.handler = async () => process.exit(3);`,
  big: `exports.handler = async () => 'x'.repeat(6_300_000);`,
  needy: `require('faker'); exports.handler = async () => 1;`,
  broken: `exports.handler = (`,
  counter: `let calls = 0; exports.handler = async ({ wait }) => { calls++; await new Promise((r) => setTimeout(r, wait)); return calls; };`,
};

describe('the function host', () => {
  let dataDir: string;
  let host: FunctionHost;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'lithify-function-'));
    host = new FunctionHost({
      functions: Object.keys(BUNDLES).map((name) =>
        functionResource(name, {
          ...(name === 'sleeper' || name === 'spinner' ? { timeout: 1 } : {}),
          ...(name === 'environment' ? { environment: { variables: { LAKE_BUCKET: 'lake' } }, memorySize: 256 } : {}),
        }),
      ),
      bundleOf: ({ name }) => BUNDLES[name]!,
      endpointUrl: () => 'http://127.0.0.1:4566',
      region: 'eu-west-1',
      clock: new ManualClock(0),
      dataDir,
    });
  });
  afterEach(async () => {
    await host.close();
    rmSync(dataDir, { recursive: true });
  });

  it('answers a value or JSON text, by name and by ARN', async () => {
    expect(await host.invoke(CALLER, 'echo', { n: 1 })).toMatchObject({ payload: { event: { n: 1 }, name: 'echo', left: true } });
    const arn = 'arn:aws:lambda:eu-west-1:000000000000:function:echo';
    expect(await host.invoke(CALLER, arn, '{"n":12}')).toMatchObject({ payload: { event: { n: 12 } } });
    await expect(host.invoke(CALLER, 'nobody', {})).rejects.toMatchObject({ code: 'ResourceNotFoundException', status: 404 });
  });

  it('gives a function its own environment and nothing of the host', async () => {
    const { payload } = await host.invoke(CALLER, 'environment', {});
    expect(payload).toMatchObject({
      LAKE_BUCKET: 'lake',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_ACCESS_KEY_ID: accessKeyIdOf(ROLE),
      AWS_REGION: 'eu-west-1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    });
    expect(payload).not.toHaveProperty('PATH');
  });

  it('turns a throw into a function error and stays alive', async () => {
    for (let attempt = 0; attempt < 2; attempt++) {
      const result = await host.invoke(CALLER, 'thrower', {});
      expect(result).toMatchObject({
        functionError: 'Unhandled',
        payload: { errorType: 'RangeError', errorMessage: 'no such partition' },
      });
    }
  });

  it('keeps what a function writes, in the answer and in its log', async () => {
    const { logs } = await host.invoke(CALLER, 'talker', { word: 'silt' });
    expect(logs).toBe('heard silt\nand warned\n');
    expect(readFileSync(join(dataDir, 'logs', 'aws', 'lambda', 'talker.log'), 'utf8')).toBe('heard silt\nand warned\n');
  });

  it.each(['sleeper', 'spinner'])('ends %s when its time is over', async (name) => {
    const { functionError, payload } = await host.invoke(CALLER, name, {});
    expect(functionError).toBe('Unhandled');
    expect(payload).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/),
    });
  });

  it('reports an exit, code that does not load, and a missing module as function errors', async () => {
    expect(await host.invoke(CALLER, 'exiter', {})).toMatchObject({
      payload: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 3') },
    });
    expect(await host.invoke(CALLER, 'broken', {})).toMatchObject({ payload: { errorType: 'Runtime.UserCodeSyntaxError' } });
    expect(await host.invoke(CALLER, 'needy', {})).toMatchObject({ payload: { errorType: 'Runtime.ImportModuleError' } });
  });

  it('limits payloads both ways', async () => {
    await expect(host.invoke(CALLER, 'echo', 'x'.repeat(REQUEST_BYTES + 1))).rejects.toMatchObject({
      code: 'RequestEntityTooLargeException',
      status: 413,
    });
    expect(await host.invoke(CALLER, 'big', {})).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'Function.ResponseSizeTooLarge' },
    });
  });

  it('runs at most two environments of a function and keeps them warm', async () => {
    const { payload } = await host.invoke(CALLER, 'counter', { wait: 0 });
    expect(payload).toBe(1);
    const counts = await Promise.all(
      Array.from({ length: 5 }, async () => (await host.invoke(CALLER, 'counter', { wait: 20 })).payload as number),
    );
    // Each environment counts from 1, so what is 1 began one.
    expect(counts.filter((count) => count === 1).length).toBeLessThanOrEqual(1);
    expect((await host.invoke(CALLER, 'counter', { wait: 0 })).payload).toBeGreaterThan(1);
  });

  it('refuses a runtime or package that is not JavaScript in a zip', () => {
    expect(() => functionSettings(functionResource('x', { runtime: 'python3.13' }))).toThrow(/python3\.13/);
    expect(() => functionSettings(functionResource('x', { packageType: 'Image' }))).toThrow(/Image/);
  });
});
