import { Readable } from 'node:stream';
import type { Answer, CallingFunction, InterceptedCall, Interceptor } from '../interceptor';
import { attemptOf, unheld } from '../interceptor';
import type { Caller } from '../caller';
import { type Clock, type PausableHold, sleep } from '../clock';
import type { Exchange } from './exchange';
import { bodyOf } from './exchange';
import { parseXml, textOf } from './xml';

/** What the endpoint needs for letting a test stand between a client and a service. */
export interface Interception {
  readonly intercept: Interceptor;
  readonly clock: Clock;
  /** The invocation that runs in the environment whose session token a request carries. */
  readonly invocation: (sessionToken: string) => { readonly from: CallingFunction; readonly hold: PausableHold } | undefined;
}

/** A call over the wire, as an interceptor sees it. */
export const callOf = (
  { invocation, clock }: Interception,
  exchange: Exchange,
  call: Pick<InterceptedCall, 'service' | 'operation' | 'input'> & {
    readonly caller: Caller;
    readonly resource: string | undefined;
  },
): InterceptedCall => {
  const { resource, ...rest } = call;
  const token = exchange.headers['x-amz-security-token'];
  const running = typeof token === 'string' ? invocation(token) : undefined;
  const letGo: InterceptedCall['letGo'] = running === undefined ? unheld : (work) => running.hold.letGo(work);
  return {
    ...rest,
    via: 'wire',
    ...attemptOf(exchange.headers),
    ...(resource === undefined ? {} : { resource }),
    ...(running === undefined ? {} : { from: running.from }),
    letGo,
    stall: (milliseconds) => letGo(() => sleep(clock, milliseconds)),
  };
};

/** The exchange as a service sees it, while its answer is kept back until the interceptor has had its say. */
export const keepingBack = (exchange: Exchange): { readonly exchange: Exchange; readonly answer: () => Answer } => {
  let kept: Answer | undefined;
  return {
    exchange: {
      ...exchange,
      send: (status, headers, body) => {
        kept ??= { kind: 'http', status, headers, body };
      },
      sendFile: async (status, headers, file, start, end) => {
        const body = Buffer.alloc(end - start + 1);
        const { bytesRead } = await file.read(body, 0, body.length, start);
        if (bytesRead !== body.length) throw new Error(`the file of ${exchange.path} changed while it was read`);
        kept ??= { kind: 'http', status, headers, body };
      },
      answered: () => kept !== undefined,
    },
    answer: () => {
      if (kept === undefined) throw new Error(`${exchange.method} ${exchange.path} ended without an answer`);
      return kept;
    },
  };
};

/** The body of DeleteObjects and the keys in it; the body can be read again from the exchange that comes with them. */
export const deletedKeys = async (
  exchange: Exchange,
  limit: number,
): Promise<{ readonly exchange: Exchange; readonly keys: readonly string[] }> => {
  const body = await bodyOf(exchange, limit);
  const keys = parseXml(body.toString('utf8'))
    .children.filter(({ name }) => name === 'Object')
    .map((node) => textOf(node, 'Key') ?? '');
  return { exchange: { ...exchange, body: Readable.from([body]) }, keys };
};
