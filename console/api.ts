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
}

const TRIES = 3;
const FIRST_WAIT_MILLIS = 300;
/** Answers of whatever stands before the function: it may have done its work or not, and the same request does no harm. */
const PASSING = [429, 502, 503, 504];

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Every request may be made again as it is: reads change nothing, and a change carries the id by which the function knows it.
 * @throws Refused
 */
const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    const failure = await once<T>(method, path, body);
    if ('value' in failure) return failure.value;
    const passing = failure.refused.status === 0 || PASSING.includes(failure.refused.status);
    if (!passing || attempt >= TRIES) throw failure.refused;
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
      headers: {
        ...(held === null ? {} : { authorization: `Bearer ${held}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    return { refused: new Refused(0, 'No answer came. Look at your connection and try again; nothing you typed is lost.') };
  }
  const answer = await parsed(response);
  if (response.ok && answer !== undefined) return { value: answer as T };
  const refusal = (answer ?? {}) as Partial<RefusalAnswer>;
  return { refused: new Refused(response.status, refusal.message ?? `The answer was ${response.status}.`, refusal) };
};

const parsed = async (response: Response): Promise<unknown> => {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
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
