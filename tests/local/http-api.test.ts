import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ManualClock } from '../../local/clock';
import type { Graph, Resource } from '../../local/graph';
import type { InvokeResult } from '../../local/stand-ins/function/function-host';
import { HttpApiStandIn } from '../../local/stand-ins/http-api/http-api-stand-in';
import { parseRouteKey, routeFor } from '../../local/stand-ins/http-api/routes';
import { API, AUTHORIZER, httpApiSettings, INTEGRATION, PERMISSION, ROUTE, STAGE } from '../../local/stand-ins/http-api/settings';

const START = Date.UTC(2026, 10, 21, 9, 5, 7);
const EXECUTE = 'arn:aws:execute-api:eu-west-1:000000000000:api1';
const FUNCTION = 'arn:aws:lambda:eu-west-1:000000000000:function:members';

const resource = (type: string, id: string, inputs: object, outputs: object = {}): Resource => ({
  type,
  name: id,
  id,
  inputs: inputs as Record<string, unknown>,
  outputs: outputs as Record<string, unknown>,
});

const route = (id: string, routeKey: string, more: object = {}): Resource =>
  resource(ROUTE, id, { apiId: 'api1', routeKey, target: 'integrations/int1', ...more });

const graphOf = (changes: Readonly<Record<string, object>> = {}, more: readonly Resource[] = []): Graph => ({
  accountId: '000000000000',
  region: 'eu-west-1',
  project: 'lithify',
  stack: 'test',
  outputs: {},
  resources: [
    resource(API, 'api1', { name: 'members', protocolType: 'HTTP', ...changes['api'] }, { executionArn: EXECUTE }),
    resource(STAGE, 'stage1', { apiId: 'api1', name: '$default', autoDeploy: true, ...changes['stage'] }),
    resource(AUTHORIZER, 'auth1', {
      apiId: 'api1',
      authorizerType: 'JWT',
      identitySources: ['$request.header.Authorization'],
      jwtConfiguration: { issuer: 'https://issuer.example', audiences: ['console'] },
      ...changes['authorizer'],
    }),
    resource(INTEGRATION, 'int1', {
      apiId: 'api1',
      integrationType: 'AWS_PROXY',
      integrationUri: FUNCTION,
      integrationMethod: 'POST',
      payloadFormatVersion: '2.0',
      timeoutMilliseconds: 200,
      ...changes['integration'],
    }),
    resource(PERMISSION, 'perm1', {
      action: 'lambda:InvokeFunction',
      function: 'members',
      principal: 'apigateway.amazonaws.com',
      sourceArn: `${EXECUTE}/*/*`,
      ...changes['permission'],
    }),
    route('page', 'GET /'),
    route('api', 'ANY /api/{proxy+}', { authorizationType: 'JWT', authorizerId: 'auth1' }),
    route('scoped', 'GET /scoped', { authorizationType: 'JWT', authorizerId: 'auth1', authorizationScopes: ['members.read'] }),
    ...more,
  ],
});

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

let dataDir: string;
const opened: HttpApiStandIn[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lithify-http-api-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((standIn) => standIn.close()));
  rmSync(dataDir, { recursive: true, force: true });
});

const open = async (
  answer: (event: Readonly<Record<string, unknown>>) => Promise<InvokeResult> | InvokeResult,
  graph = graphOf(),
): Promise<{
  standIn: HttpApiStandIn;
  clock: ManualClock;
  ask: (method: string, path: string, options?: AskOptions) => Promise<Reply>;
}> => {
  const clock = new ManualClock(START);
  const standIn = await HttpApiStandIn.open({
    api: httpApiSettings(graph)[0]!,
    port: 0,
    accountId: '000000000000',
    clock,
    dataDir,
    functions: { invoke: async (_caller, _arn, payload) => answer(payload as Readonly<Record<string, unknown>>) },
  });
  opened.push(standIn);
  return { standIn, clock, ask: (method, path, options = {}) => ask(standIn.url, method, path, options) };
};

interface AskOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const ask = (url: string, method: string, path: string, { headers = {}, body }: AskOptions): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const outgoing = request(url, { method, path, headers }, (incoming) => {
      text(incoming).then(
        (content) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: content }),
        reject,
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });

const echo = (event: object): InvokeResult => ({ payload: event, logs: '' });

test('the function gets payload format 2.0', async () => {
  const { standIn, ask: call } = await open(echo);
  const { body, status } = await call('POST', '/api/members/a%20b?x=1&x=2&y=%C3%A4', {
    headers: { authorization: `Bearer ${standIn.token()}`, 'content-type': 'application/json', 'X-Two': 'a', cookie: 'a=1; b=2' },
    body: '{"ä":1}',
  });
  expect(status).toBe(200);
  const host = standIn.url.slice('http://'.length);
  expect(JSON.parse(body)).toEqual({
    version: '2.0',
    routeKey: 'ANY /api/{proxy+}',
    rawPath: '/api/members/a%20b',
    rawQueryString: 'x=1&x=2&y=%C3%A4',
    cookies: ['a=1', 'b=2'],
    headers: expect.objectContaining({ 'content-type': 'application/json', 'x-two': 'a', host }),
    queryStringParameters: { x: '1,2', y: 'ä' },
    pathParameters: { proxy: 'members/a b' },
    requestContext: expect.objectContaining({
      accountId: '000000000000',
      apiId: 'api1',
      authorizer: {
        jwt: {
          claims: expect.objectContaining({ iss: 'https://issuer.example', aud: 'console', sub: 'operator' }),
          scopes: null,
        },
      },
      domainName: host,
      http: expect.objectContaining({ method: 'POST', path: '/api/members/a%20b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' }),
      routeKey: 'ANY /api/{proxy+}',
      stage: '$default',
      time: '21/Nov/2026:09:05:07 +0000',
      timeEpoch: START,
    }),
    body: '{"ä":1}',
    isBase64Encoded: false,
  });
});

test('a body that is no text comes in base64', async () => {
  const { standIn, ask: call } = await open(echo);
  const headers = { authorization: `Bearer ${standIn.token()}`, 'content-type': 'application/octet-stream' };
  const { body } = await call('PUT', '/api/x', { headers, body: Buffer.from([0, 255]) });
  expect(JSON.parse(body)).toMatchObject({ body: 'AP8=', isBase64Encoded: true });
});

test('an answer is a whole response, or the body of a 200; anything else is the function’s mistake', async () => {
  const answers: readonly unknown[] = [
    {
      statusCode: 201,
      headers: { 'X-A': 'b' },
      cookies: ['c=d', 'e=f'],
      body: Buffer.from('hé').toString('base64'),
      isBase64Encoded: true,
    },
    { free: 'form' },
    null,
    { statusCode: 'many' },
    { statusCode: 200, body: { not: 'text' } },
  ];
  const next = [...answers];
  const { ask: call } = await open(() => ({ payload: next.shift(), logs: '' }));
  const replies: Reply[] = [];
  for (const _ of answers) replies.push(await call('GET', '/'));
  expect(replies[0]).toMatchObject({ status: 201, body: 'hé', headers: { 'x-a': 'b', 'set-cookie': ['c=d', 'e=f'] } });
  expect(replies[1]).toMatchObject({ status: 200, body: '{"free":"form"}', headers: { 'content-type': 'application/json' } });
  expect(replies.slice(2).map(({ status, body }) => [status, body])).toEqual(
    Array.from({ length: 3 }, () => [500, '{"message":"Internal Server Error"}']),
  );
});

test('a function that fails is a 500, one that takes too long a 503, one that the API may not call a 500', async () => {
  const failing = await open(() => ({ payload: { errorMessage: 'no' }, functionError: 'Unhandled', logs: '' }));
  expect((await failing.ask('GET', '/')).status).toBe(500);
  const slow = await open(() => new Promise(() => undefined));
  expect(await slow.ask('GET', '/')).toMatchObject({ status: 503, body: '{"message":"Service Unavailable"}' });
  const elsewhere = graphOf({ permission: { sourceArn: 'arn:aws:execute-api:eu-west-1:000000000000:other/*/*' } });
  const forbidden = await open(echo, elsewhere);
  expect((await forbidden.ask('GET', '/')).status).toBe(500);
});

describe('a route with an authorizer', () => {
  const altered = (token: string, change: (claims: Record<string, unknown>) => void): string => {
    const [head, content, signature] = token.split('.');
    const claims = JSON.parse(Buffer.from(content!, 'base64url').toString()) as Record<string, unknown>;
    change(claims);
    return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
  };

  test('answers nobody without a token that is signed, in time and meant for it', async () => {
    let calls = 0;
    const { standIn, clock, ask: call } = await open(() => ({ payload: { calls: ++calls }, logs: '' }));
    const token = standIn.token()!;
    const status = async (authorization?: string): Promise<number> =>
      (await call('GET', '/api/members', authorization === undefined ? {} : { headers: { authorization } })).status;
    expect(await status(`Bearer ${token}`)).toBe(200);
    expect(await status(token)).toBe(200);
    for (const bad of [
      undefined,
      '',
      'Bearer',
      'Bearer x.y.z',
      `Bearer ${token}x`,
      `Bearer ${altered(token, (claims) => (claims['sub'] = 'root'))}`,
    ])
      expect(await status(bad)).toBe(401);
    await clock.advance(366 * 24 * 3_600_000);
    expect(await status(`Bearer ${token}`)).toBe(401);
    expect(calls).toBe(2);
  });

  test('takes no token of another issuer or audience, nor of another data directory', async () => {
    const { standIn } = await open(echo);
    const other = { jwtConfiguration: { issuer: 'https://other.example', audiences: ['console'] } };
    const elsewhere = await open(echo, graphOf({ authorizer: other }));
    const headers = { authorization: `Bearer ${standIn.token()}` };
    expect((await elsewhere.ask('GET', '/api/x', { headers })).status).toBe(401);
    const audience = { jwtConfiguration: { issuer: 'https://issuer.example', audiences: ['another'] } };
    expect((await (await open(echo, graphOf({ authorizer: audience }))).ask('GET', '/api/x', { headers })).status).toBe(401);
    rmSync(join(dataDir, 'token-key'));
    expect((await (await open(echo)).ask('GET', '/api/x', { headers })).status).toBe(401);
  });

  test('asks for its scopes as well', async () => {
    const { standIn, ask: call } = await open(echo);
    expect((await call('GET', '/scoped', { headers: { authorization: standIn.token()! } })).status).toBe(403);
  });
});

test('a request under the name of a stranger, or of another port, reaches no function', async () => {
  let calls = 0;
  const { standIn, ask: call } = await open(() => ({ payload: { calls: ++calls }, logs: '' }));
  const port = new URL(standIn.url).port;
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', '127.0.0.1:1', `127.0.0.1.evil.example:${port}`])
    expect(await call('GET', '/', { headers: { host } })).toMatchObject({ status: 403, body: '{"message":"Forbidden"}' });
  expect(calls).toBe(0);
  expect((await call('GET', '/', { headers: { host: `localhost:${port}` } })).status).toBe(200);
});

test('no route is a 404', async () => {
  const { ask: call } = await open(echo);
  expect(await call('POST', '/')).toMatchObject({ status: 404, body: '{"message":"Not Found"}' });
  expect((await call('GET', '/unknown')).status).toBe(404);
});

test('the most specific route is taken', () => {
  const keys = ['$default', 'ANY /{proxy+}', 'GET /a/{proxy+}', 'GET /{x}/b', 'GET /a/b', 'ANY /a/b', 'ANY /a/{y}'];
  const routes = keys.map((key) => ({ key: parseRouteKey(key) }));
  const taken = (method: string, path: string) => routeFor(routes, method, path)?.route.key.text;
  expect(taken('GET', '/a/b')).toBe('GET /a/b');
  expect(taken('POST', '/a/b')).toBe('ANY /a/b');
  expect(taken('GET', '/c/b')).toBe('GET /{x}/b');
  expect(taken('GET', '/a/c')).toBe('ANY /a/{y}');
  expect(taken('GET', '/a/c/d')).toBe('GET /a/{proxy+}');
  expect(taken('POST', '/q/c/d')).toBe('ANY /{proxy+}');
  expect(taken('GET', '/')).toBe('$default');
  expect(routeFor(routes, 'GET', '/a/x%2Fy')?.parameters).toEqual({ y: 'x/y' });
});

test.each([
  ['a WebSocket API', graphOf({ api: { protocolType: 'WEBSOCKET' } }), 'protocolType "WEBSOCKET" is not modelled'],
  ['another stage', graphOf({ stage: { name: 'v1' } }), 'name "v1" is not modelled'],
  [
    'an HTTP integration',
    graphOf({ integration: { integrationType: 'HTTP_PROXY' } }),
    'integrationType "HTTP_PROXY" is not modelled',
  ],
  ['payload format 1.0', graphOf({ integration: { payloadFormatVersion: '1.0' } }), 'payloadFormatVersion "1.0" is not modelled'],
  ['a Lambda authorizer', graphOf({ authorizer: { authorizerType: 'REQUEST' } }), 'authorizerType "REQUEST" is not modelled'],
  [
    'a route without authorizer',
    graphOf({}, [route('x', 'GET /x', { authorizationType: 'JWT' })]),
    'it has no authorizer of the API',
  ],
  [
    'an AWS_IAM route',
    graphOf({}, [route('x', 'GET /x', { authorizationType: 'AWS_IAM' })]),
    'authorizationType "AWS_IAM" is not modelled',
  ],
  [
    'a target that is nowhere',
    graphOf({}, [route('x', 'GET /x', { target: 'integrations/none' })]),
    'is no integration of the API',
  ],
])('%s is refused', (_, graph, sentence) => {
  expect(() => httpApiSettings(graph)).toThrow(sentence);
});
