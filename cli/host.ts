import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { LithifyError, UsageError } from '../contracts/errors';
import type { HostDescription } from '../local/host-types';
import type { CommandContext } from './command';
import { isConnectionFailure, noHost } from './failure';

/** The host's own controls, which AWS has no counterpart of. */
export interface HostControls {
  describe(): Promise<HostDescription>;
  /** What each delivery stream has not delivered yet: records that it has read, and records of its source that it has not. */
  deliveries(): Promise<Readonly<Record<string, { readonly unread: number; readonly inFlight: number }>>>;
  /** Lets virtual time pass; answers when all that was due in it is done. */
  advance(milliseconds: number): Promise<{ readonly now: string }>;
}

const descriptionSchema = z.object({
  endpoint: z.string(),
  region: z.string(),
  accountId: z.string(),
  stack: z.string(),
  clock: z.enum(['wall', 'manual']),
  now: z.iso.datetime({ offset: true }),
  outputs: z.record(z.string(), z.unknown()),
});
const statusSchema = z.object({
  deliveries: z.record(z.string(), z.object({ unread: z.number(), inFlight: z.number() })),
});
const refusalSchema = z.object({ message: z.string() });

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Without a timeout: advancing by a day of a million events takes as long as it takes. */
const call = (method: string, url: string, body?: object): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? secureRequest : request;
    const outgoing = send(url, { method, headers: { 'content-type': 'application/json' } }, (incoming) => {
      text(incoming).then((content) => resolve({ status: incoming.statusCode ?? 0, body: content }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });

const parsed = <T>(body: string, schema: z.ZodType<T>): T | undefined => {
  try {
    return schema.safeParse(JSON.parse(body)).data;
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    return undefined;
  }
};

export const hostAt = (endpoint: string): HostControls => {
  const ask = async <T>(method: string, path: string, schema: z.ZodType<T>, body?: object): Promise<T> => {
    let answer: Answer;
    try {
      answer = await call(method, `${endpoint}/_lithify/${path}`, body);
    } catch (thrown) {
      throw isConnectionFailure(thrown) ? noHost(endpoint, thrown) : strangerAt(endpoint, thrown);
    }
    const value = answer.status === 200 ? parsed(answer.body, schema) : undefined;
    if (value !== undefined) return value;
    const refusal = parsed(answer.body, refusalSchema);
    if (refusal !== undefined && answer.status >= 400 && answer.status < 500) throw new UsageError(refusal.message);
    if (refusal !== undefined) throw new LithifyError('host', `the host at ${endpoint} failed: ${refusal.message}`);
    throw strangerAt(endpoint, undefined);
  };
  return {
    describe: () => ask('GET', 'host', descriptionSchema),
    deliveries: async () => (await ask('GET', 'status', statusSchema)).deliveries,
    advance: (milliseconds) => ask('POST', 'advance', z.object({ now: z.string() }), { milliseconds }),
  };
};

const strangerAt = (endpoint: string, cause: unknown): LithifyError =>
  new LithifyError('no-host', `something answers at ${endpoint}, but it is no lithify host; give its address with --endpoint.`, {
    cause,
  });

/** The host that the flags name, and what it says of itself; one that runs another stack than --stack is refused. */
export const describedHost = async ({
  endpoint,
  stack,
  stackGiven,
}: Pick<CommandContext, 'endpoint' | 'stack' | 'stackGiven'>): Promise<{
  readonly host: HostControls;
  readonly description: HostDescription;
}> => {
  const host = hostAt(endpoint);
  const description = await host.describe();
  if (stackGiven && description.stack !== stack) {
    throw new UsageError(`--stack is "${stack}", but the host at ${endpoint} runs stack ${description.stack}.`);
  }
  return { host, description };
};
