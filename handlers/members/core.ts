import * as z from 'zod';
import type { PageConfig, RefusalAnswer } from '../../contracts/console-api';
import type { SignIn } from '../../contracts/console';
import { checkMember, isUuid, type Member, type MemberFields } from '../../contracts/member';

/**
 * The pure part of the members page's function: what a request asks for, and how an answer looks. HTTP API, payload format 2.0:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const requestSchema = z.object({
  version: z.literal('2.0'),
  rawPath: z.string(),
  headers: z.record(z.string(), z.string()),
  queryStringParameters: z.record(z.string(), z.string()).optional(),
  requestContext: z.object({
    domainName: z.string(),
    /** Unix milliseconds at which the API got the request: the "now" of everything that comes of it. */
    timeEpoch: z.number().int(),
    http: z.object({ method: z.string() }),
    authorizer: z.object({ jwt: z.object({ claims: z.record(z.string(), z.unknown()) }) }).optional(),
  }),
  body: z.string().optional(),
  isBase64Encoded: z.boolean(),
});
export type Request = z.infer<typeof requestSchema>;

/** The schedule's event: send what is left in the outbox. */
export const sweepSchema = z.object({ sweep: z.object({ now: z.iso.datetime({ offset: true }) }) });

export interface Reply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Call =
  | { readonly kind: 'asset'; readonly name: AssetName }
  | { readonly kind: 'config' }
  | { readonly kind: 'list'; readonly after: string | undefined }
  | { readonly kind: 'read'; readonly id: string }
  | { readonly kind: 'create'; readonly requestId: string; readonly isFirehose: boolean; readonly fields: MemberFields }
  | ({ readonly kind: 'update'; readonly fields: MemberFields } & Versioned)
  | ({ readonly kind: 'delete' } & Versioned)
  | { readonly kind: 'outbox' }
  | { readonly kind: 'history'; readonly id: string }
  | { readonly kind: 'historyResult'; readonly id: string; readonly queryId: string };

interface Versioned {
  readonly id: string;
  readonly version: number;
  readonly requestId: string;
  readonly isFirehose: boolean;
}

/** A request that cannot be met, as the page shows it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: number,
    message: string,
    readonly more: Omit<RefusalAnswer, 'message'> = {},
  ) {
    super(message);
  }
}

/** The files of the page, and what they are. */
export const ASSETS = {
  'index.html': 'text/html; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;
export type AssetName = keyof typeof ASSETS;

/**
 * What a request asks for. Everything below /api needs a token that the authorizer has checked: the routes say so, and it is checked here
 * once more, so that a route that was forgotten answers nothing.
 * @throws Refusal
 */
export const callOf = (request: Request): Call => {
  const { method } = request.requestContext.http;
  const segments = segmentsOf(request.rawPath);
  if (segments[0] !== 'api') {
    if (method !== 'GET') throw new Refusal(405, `${method} is not allowed here.`);
    const name = segments.length === 0 ? 'index.html' : segments.join('/');
    if (name === 'config.json') return { kind: 'config' };
    if (!Object.hasOwn(ASSETS, name)) throw new Refusal(404, 'There is no such page.');
    return { kind: 'asset', name: name as AssetName };
  }
  if (request.requestContext.authorizer === undefined) throw new Refusal(401, 'Sign in first.');
  refuseForeignOrigin(request);
  return apiCall(method, segments.slice(1), request);
};

const segmentsOf = (path: string): readonly string[] => {
  try {
    return path
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
  } catch {
    throw new Refusal(400, 'The address is not valid percent-encoding.');
  }
};

/** A token does not travel by itself as a cookie would, but a page of another origin has no business here either way. */
const refuseForeignOrigin = ({ headers, requestContext: { domainName } }: Request): void => {
  const { origin, 'sec-fetch-site': site } = headers;
  const foreign = origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== domainName);
  if (foreign || (site !== undefined && site !== 'same-origin' && site !== 'none'))
    throw new Refusal(403, 'Requests from other sites are refused.');
};

const apiCall = (method: string, segments: readonly string[], request: Request): Call => {
  const [collection, id, sub, queryId, ...rest] = segments;
  const query = request.queryStringParameters ?? {};
  if (collection === 'outbox' && id === undefined && method === 'GET') return { kind: 'outbox' };
  if (collection !== 'members' || rest.length > 0) throw new Refusal(404, 'There is no such resource.');
  if (id === undefined) {
    if (method === 'GET') return { kind: 'list', after: afterOf(query['after']) };
    if (method === 'POST') {
      const body = bodyOf(request);
      return {
        kind: 'create',
        requestId: requestIdOf(body['request_id']),
        isFirehose: flagOf(body['is_firehose']),
        fields: fieldsOf(body),
      };
    }
    throw new Refusal(405, `${method} is not allowed here.`);
  }
  if (!isUuid(id)) throw new Refusal(404, 'There is no member of this id.');
  if (sub === 'history' && method === 'POST' && queryId === undefined) return { kind: 'history', id };
  if (sub === 'history' && method === 'GET' && queryId !== undefined) return { kind: 'historyResult', id, queryId };
  if (sub !== undefined) throw new Refusal(404, 'There is no such resource.');
  switch (method) {
    case 'GET':
      return { kind: 'read', id };
    case 'PUT': {
      const body = bodyOf(request);
      return { kind: 'update', id, ...versionedOf(body), fields: fieldsOf(body) };
    }
    case 'DELETE':
      // Without a body: not every proxy lets one through.
      return { kind: 'delete', id, ...versionedOf(texts(query)) };
    default:
      throw new Refusal(405, `${method} is not allowed here.`);
  }
};

const texts = (query: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> => ({
  request_id: query['request_id'],
  version: query['version'] === undefined || !/^\d{1,15}$/.test(query['version']) ? undefined : Number(query['version']),
  is_firehose: { true: true, false: false }[query['is_firehose'] ?? ''],
});

const versionedOf = (given: Readonly<Record<string, unknown>>): Omit<Versioned, 'id'> => {
  const { version } = given;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1)
    throw new Refusal(400, `version is ${shown(version)}; it must be a whole number from 1.`);
  return { version, requestId: requestIdOf(given['request_id']), isFirehose: flagOf(given['is_firehose']) };
};

/** A body is JSON and says so: a form of another site can send neither. */
const bodyOf = ({ headers, body = '', isBase64Encoded }: Request): Readonly<Record<string, unknown>> => {
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) throw new Refusal(415, 'The body must be application/json.');
  let value: unknown;
  try {
    value = JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Refusal(400, 'The body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal(400, 'The body must be a JSON object.');
  return value as Readonly<Record<string, unknown>>;
};

const shown = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80));

const requestIdOf = (value: unknown): string => {
  if (!isUuid(value)) throw new Refusal(400, `request_id is ${shown(value)}; it must be a UUID in lower case.`);
  return value;
};

const flagOf = (value: unknown): boolean => {
  if (typeof value !== 'boolean') throw new Refusal(400, `is_firehose is ${shown(value)}; it must be true or false.`);
  return value;
};

const afterOf = (value: string | undefined): string | undefined => {
  if (value !== undefined && !isUuid(value)) throw new Refusal(400, `after is ${shown(value)}; it must be what next said.`);
  return value;
};

const fieldsOf = (body: Readonly<Record<string, unknown>>): MemberFields => {
  const { member } = body;
  const given = typeof member === 'object' && member !== null ? (member as Readonly<Record<string, unknown>>) : {};
  const checked = checkMember(given);
  if ('problems' in checked) throw new Refusal(422, 'Some fields need another look.', { problems: checked.problems });
  return checked.fields;
};

export const created = (requestId: string, fields: MemberFields, now: number): Member => ({
  // The request's own id: asked a second time, it finds the member that it made the first time.
  id: requestId,
  version: 1,
  ...fields,
  created_at: now,
  updated_at: now,
});

export const updated = (member: Member, fields: MemberFields, now: number): Member => ({
  ...member,
  ...fields,
  version: member.version + 1,
  // A clock that was set back makes no change older than the one before it.
  updated_at: Math.max(now, member.updated_at),
});

/** Sendings of one event within a request; the sweeper goes on where they end. */
export const MOST_ATTEMPTS = 5;
const FIRST_WAIT_MILLIS = 100;
const LONGEST_WAIT_MILLIS = 2_000;

/** Full jitter: whoever was throttled together does not come back together. `random` is from 0 to below 1. */
export const waitMillis = (attempt: number, random: number): number =>
  random * Math.min(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS * 2 ** (attempt - 1));

export const pageConfig = (isFirehose: boolean, signIn: SignIn | null): PageConfig => ({
  is_firehose: isFirehose,
  sign_in:
    signIn === null
      ? null
      : {
          client_id: signIn.clientId,
          authorize_url: signIn.authorizeUrl,
          token_url: signIn.tokenUrl,
          scopes: signIn.scopes,
        },
});

/** Nothing but the page's own files runs or is loaded, nothing frames it, and it talks to its own API and the sign-in alone. */
const securityHeaders = (signIn: SignIn | null): Readonly<Record<string, string>> => ({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self'${signIn === null ? '' : ` ${new URL(signIn.tokenUrl).origin}`}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
});

export const reply = (status: number, contentType: string, body: string, signIn: SignIn | null): Reply => ({
  statusCode: status,
  headers: { ...securityHeaders(signIn), 'content-type': contentType, 'cache-control': 'no-store' },
  body,
});
