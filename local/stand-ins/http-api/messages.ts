import type { IncomingHttpHeaders } from 'node:http';

/** What came in, as far as the event needs it. */
export interface Incoming {
  readonly method: string;
  /** With its query, as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly sourceIp: string;
}

export interface EventContext {
  readonly accountId: string;
  readonly apiId: string;
  readonly requestId: string;
  readonly routeKey: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Claims and scopes of a token that was checked. */
  readonly jwt: { readonly claims: Readonly<Record<string, unknown>>; readonly scopes: readonly string[] | null } | undefined;
}

const TEXTS = /^(text\/.*|application\/(.*\+)?(json|javascript|xml))\s*(;|$)/i;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * The event of payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const eventOf = ({ method, url, headers, body, sourceIp }: Incoming, context: EventContext): object => {
  const mark = url.indexOf('?');
  const [path, query] = mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
  const { cookie, ...rest } = headers;
  const host = String(headers.host ?? '');
  const isText = TEXTS.test(headers['content-type'] ?? '');
  const parameters = joined([...new URLSearchParams(query)]);
  return {
    version: '2.0',
    routeKey: context.routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/;\s*/) }),
    headers: Object.fromEntries(
      Object.entries(rest).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]],
      ),
    ),
    ...(Object.keys(parameters).length === 0 ? {} : { queryStringParameters: parameters }),
    ...(Object.keys(context.parameters).length === 0 ? {} : { pathParameters: context.parameters }),
    requestContext: {
      accountId: context.accountId,
      apiId: context.apiId,
      ...(context.jwt === undefined
        ? {}
        : { authorizer: { jwt: { claims: textsOf(context.jwt.claims), scopes: context.jwt.scopes } } }),
      domainName: host,
      domainPrefix: host.split('.')[0],
      http: { method, path, protocol: 'HTTP/1.1', sourceIp, userAgent: String(headers['user-agent'] ?? '') },
      requestId: context.requestId,
      routeKey: context.routeKey,
      stage: '$default',
      time: logTime(context.now),
      timeEpoch: context.now,
    },
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
};

/** What occurs more than once is joined with commas. */
const joined = (pairs: readonly (readonly [string, string])[]): Readonly<Record<string, string>> => {
  const values = new Map<string, string>();
  for (const [name, value] of pairs) values.set(name, values.has(name) ? `${values.get(name)},${value}` : value);
  return Object.fromEntries(values);
};

/** Claims reach the function as texts, lists in square brackets. */
const textsOf = (claims: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(' ')}]` : typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );

/** `21/Nov/2026:10:40:00 +0000`. */
const logTime = (millis: number): string => {
  const [date = '', time = ''] = new Date(millis).toISOString().split('T');
  const [year, month, day] = date.split('-');
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
};

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

/** An answer of the API itself. */
export const message = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(JSON.stringify({ message: text })),
});

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a function's answer means: a whole response where it has a status code, else the body of a 200. Undefined where it means nothing. */
export const answerOf = (payload: unknown): Answer | undefined => {
  if (!isRecord(payload) || payload['statusCode'] === undefined) {
    if (payload === undefined || payload === null) return undefined;
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(payload)) };
  }
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded = false } = payload;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (!isRecord(headers) || !Array.isArray(cookies) || typeof body !== 'string') return undefined;
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  return {
    status,
    headers: {
      'content-type': 'text/plain;charset=UTF-8',
      ...lower,
      ...(cookies.length === 0 ? {} : { 'set-cookie': cookies.map(String) }),
    },
    body: Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8'),
  };
};
