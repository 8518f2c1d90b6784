import type {
  ChangeAnswer,
  ChangeRequest,
  HistoryAnswer,
  HistoryStarted,
  MemberPage,
  OutboxAnswer,
  PageConfig,
  RefusalAnswer,
} from '../contracts/console-api';
import { type Member, uuidAt } from '../contracts/member';
import { jsonOf } from './json';
import { token } from './sign-in';

/** Anything but a good answer, as a sentence for the person. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    /** 0: no answer came at all. */
    readonly status: number,
    message: string,
    readonly answer: Partial<RefusalAnswer> = {},
  ) {
    super(message);
  }

  /** Whether the function may have done its work nevertheless. */
  get isUnknown(): boolean {
    return this.status === 0 || PASSING.includes(this.status);
  }
}

const TRIES = 3;
const FIRST_WAIT_MILLIS = 300;
/** Answers of whatever stands before the function: it may have done its work or not, and the same request does no harm. */
const PASSING = [429, 502, 503, 504];
/** The API ends a request after 30 seconds. */
const PATIENCE_MILLIS = 35_000;
/** What the API says in the function's place, as sentences. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting.html */
const GATEWAY_SENTENCES: Readonly<Record<string, string>> = {
  Forbidden: 'The API refuses this request.',
  'Not Found': 'The API does not know this request.',
  'Too Many Requests': 'Too many requests came at once. Try again in a moment.',
  'Internal Server Error': 'Something went wrong before an answer was made. Try again.',
  'Service Unavailable': 'The answer took too long. Try again in a moment.',
};

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Every request may be made again as it is: reads change nothing, and a change carries the id by which the function knows it.
 * @throws Refused
 */
const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    const failure = await once<T>(method, path, body);
    if ('value' in failure) return failure.value;
    if (!failure.refused.isUnknown || attempt >= TRIES) throw failure.refused;
    await pause(Math.random() * FIRST_WAIT_MILLIS * 2 ** attempt);
  }
};

const once = async <T>(
  method: string,
  path: string,
  body: object | undefined,
): Promise<{ readonly value: T } | { readonly refused: Refused }> => {
  const held = token();
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE_MILLIS),
      headers: {
        ...(held === null ? {} : { authorization: `Bearer ${held}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    return { refused: new Refused(0, 'No answer came. Look at your connection and try again.') };
  }
  const answer = await jsonOf(response);
  if (response.ok && answer !== undefined) return { value: answer as T };
  const refusal: Partial<RefusalAnswer> = answer ?? {};
  const { message = `The answer was not understood (status ${response.status}). Try again.` } = refusal;
  return { refused: new Refused(response.status, GATEWAY_SENTENCES[message] ?? message, refusal) };
};

const at = (id: string): string => `/api/members/${encodeURIComponent(id)}`;

export const api = {
  config: () => ask<PageConfig>('GET', '/config.json'),
  list: (after: string | null) =>
    ask<MemberPage>('GET', `/api/members${after === null ? '' : `?after=${encodeURIComponent(after)}`}`),
  create: (request: ChangeRequest) => ask<ChangeAnswer>('POST', '/api/members', request),
  update: (id: string, request: ChangeRequest) => ask<ChangeAnswer>('PUT', at(id), request),
  remove: ({ id, version }: Member, requestId: string, isFirehose: boolean) => {
    const query = new URLSearchParams({ request_id: requestId, version: String(version), is_firehose: String(isFirehose) });
    return ask<ChangeAnswer>('DELETE', `${at(id)}?${query.toString()}`);
  },
  outbox: () => ask<OutboxAnswer>('GET', '/api/outbox'),
  startHistory: (id: string) => ask<HistoryStarted>('POST', `${at(id)}/history`),
  history: (id: string, queryId: string) => ask<HistoryAnswer>('GET', `${at(id)}/history/${encodeURIComponent(queryId)}`),
};

/** Made once per change, before its first sending. */
export const newRequestId = (): string => uuidAt(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
