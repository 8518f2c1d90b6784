import {
  callOf,
  MOST_ATTEMPTS,
  pageConfig,
  Refusal,
  type Request,
  reply,
  requestSchema,
  waitMillis,
} from '../../../handlers/members/core';

const ID = '01920000-0000-7fff-bfff-ffffffffffff';
const fields = { name: 'Ada', email: 'ada@example.com', role: 'admin' };

const request = (method: string, path: string, more: Partial<Request> & { readonly signedIn?: boolean } = {}): Request => {
  const { signedIn = true, headers = {}, ...rest } = more;
  return requestSchema.parse({
    version: '2.0',
    rawPath: path,
    headers: { 'content-type': 'application/json', ...headers },
    requestContext: {
      domainName: 'page.example',
      timeEpoch: 1,
      http: { method },
      ...(signedIn ? { authorizer: { jwt: { claims: { sub: 'me' } } } } : {}),
    },
    isBase64Encoded: false,
    ...rest,
  });
};

const change = { request_id: ID, is_firehose: true, member: fields };

const refusal = (given: Request): Refusal => {
  try {
    callOf(given);
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
  throw new Error('it was accepted');
};

describe('a request', () => {
  it.each<[Request, object]>([
    [request('GET', '/', { signedIn: false }), { kind: 'asset', name: 'index.html' }],
    [request('GET', '/page.js', { signedIn: false }), { kind: 'asset', name: 'page.js' }],
    [request('GET', '/config.json', { signedIn: false }), { kind: 'config' }],
    [request('GET', '/api/members'), { kind: 'list', after: undefined }],
    [request('GET', '/api/members', { queryStringParameters: { after: ID } }), { kind: 'list', after: ID }],
    [
      request('POST', '/api/members', { body: JSON.stringify(change) }),
      { kind: 'create', requestId: ID, isFirehose: true, fields },
    ],
    [
      request('POST', '/api/members', { body: Buffer.from(JSON.stringify(change)).toString('base64'), isBase64Encoded: true }),
      { kind: 'create', requestId: ID, isFirehose: true, fields },
    ],
    [request('GET', `/api/members/${ID}`), { kind: 'read', id: ID }],
    [
      request('PUT', `/api/members/${ID}`, { body: JSON.stringify({ ...change, version: 3 }) }),
      { kind: 'update', id: ID, version: 3, requestId: ID, isFirehose: true, fields },
    ],
    [
      request('DELETE', `/api/members/${ID}`, { queryStringParameters: { request_id: ID, version: '3', is_firehose: 'false' } }),
      { kind: 'delete', id: ID, version: 3, requestId: ID, isFirehose: false },
    ],
    [request('GET', '/api/outbox'), { kind: 'outbox' }],
    [request('POST', `/api/members/${ID}/history`), { kind: 'history', id: ID }],
    [request('GET', `/api/members/${ID}/history/q-1`), { kind: 'historyResult', id: ID, queryId: 'q-1' }],
  ])('is understood %#', (given, call) => {
    expect(callOf(given)).toEqual(call);
  });

  it.each<[string, Request, number, string]>([
    ['without a token', request('GET', '/api/members', { signedIn: false }), 401, 'Sign in first.'],
    ['from another origin', request('GET', '/api/outbox', { headers: { origin: 'https://evil.example' } }), 403, 'other sites'],
    ['from an opaque origin', request('GET', '/api/outbox', { headers: { origin: 'null' } }), 403, 'other sites'],
    [
      'that a browser calls cross-site',
      request('GET', '/api/outbox', { headers: { 'sec-fetch-site': 'cross-site' } }),
      403,
      'other sites',
    ],
    ['for another page', request('GET', '/etc/passwd'), 404, 'no such page'],
    ['for a name of every object', request('GET', '/constructor'), 404, 'no such page'],
    ['that posts to the page', request('POST', '/'), 405, 'POST is not allowed'],
    ['for another resource', request('GET', '/api/tables'), 404, 'no such resource'],
    ['for an id that is none', request('GET', '/api/members/1'), 404, 'no member of this id'],
    ['that patches', request('PATCH', `/api/members/${ID}`), 405, 'PATCH is not allowed'],
    [
      'of a form',
      request('POST', '/api/members', { headers: { 'content-type': 'text/plain' }, body: '{}' }),
      415,
      'application/json',
    ],
    ['without JSON', request('POST', '/api/members', { body: '{' }), 400, 'not JSON'],
    ['with a list', request('POST', '/api/members', { body: '[]' }), 400, 'JSON object'],
    [
      'without its id',
      request('POST', '/api/members', { body: JSON.stringify({ ...change, request_id: 'x' }) }),
      400,
      'request_id is "x"',
    ],
    [
      'without a switch',
      request('POST', '/api/members', { body: JSON.stringify({ ...change, is_firehose: 'yes' }) }),
      400,
      'is_firehose is "yes"',
    ],
    [
      'of version 0',
      request('PUT', `/api/members/${ID}`, { body: JSON.stringify({ ...change, version: 0 }) }),
      400,
      'version is 0',
    ],
    [
      'to delete without a version',
      request('DELETE', `/api/members/${ID}`, { queryStringParameters: { request_id: ID, is_firehose: 'true' } }),
      400,
      'version is missing',
    ],
    [
      'for a page of members that is none',
      request('GET', '/api/members', { queryStringParameters: { after: 'x' } }),
      400,
      'after is "x"',
    ],
    ['that is not encoded right', request('GET', '/api/members/%E0%A4%A'), 400, 'percent-encoding'],
  ])('%s is refused', (_, given, status, sentence) => {
    const found = refusal(given);
    expect([found.status, found.message]).toEqual([status, expect.stringContaining(sentence)]);
  });

  it('with wrong fields is refused field by field', () => {
    const body = JSON.stringify({ ...change, member: { name: ' ', email: 'x', role: 'viewer' } });
    expect(refusal(request('POST', '/api/members', { body }))).toMatchObject({
      status: 422,
      more: { problems: { name: 'Enter a name.', email: '"x" is no email address; write it as name@example.com.' } },
    });
  });

  it('of the page itself comes from its own origin', () => {
    const headers = { origin: 'https://page.example', 'sec-fetch-site': 'same-origin' };
    expect(callOf(request('GET', '/api/outbox', { headers }))).toEqual({ kind: 'outbox' });
  });
});

it('waits longer after each attempt, up to a limit, and never as long as another', () => {
  const longest = Array.from({ length: 9 }, (_, index) => waitMillis(index + 1, 1));
  expect(longest).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000, 2_000]);
  expect([waitMillis(3, 0), waitMillis(3, 0.5)]).toEqual([0, 200]);
  // All attempts of a request, each given up after four seconds, end before the API does at 30.
  const waits = longest.slice(0, MOST_ATTEMPTS - 1).reduce((sum, wait) => sum + wait, 0);
  expect(waits + MOST_ATTEMPTS * 4_000).toBeLessThan(29_000);
});

it('lets the page load its own files alone, and talk to its API and the sign-in alone', () => {
  const signIn = {
    clientId: 'c',
    authorizeUrl: 'https://id.example/authorize',
    tokenUrl: 'https://id.example/token',
    scopes: ['openid'],
  };
  const policy = (of: typeof signIn | null) => reply(200, 'text/html', '', of).headers['content-security-policy'];
  expect(policy(null)).toContain("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';");
  expect(policy(signIn)).toContain("connect-src 'self' https://id.example;");
  expect(policy(null)).not.toMatch(/unsafe|\*|data:/);
  expect(reply(200, 'text/html', '', null).headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  expect(pageConfig(true, null)).toEqual({ is_firehose: true, sign_in: null });
  expect(pageConfig(false, signIn).sign_in).toEqual({
    client_id: 'c',
    authorize_url: 'https://id.example/authorize',
    token_url: 'https://id.example/token',
    scopes: ['openid'],
  });
});
