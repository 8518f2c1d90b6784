import { AwsError } from '../aws-error';
import type { Exchange } from './exchange';
import { bodyOf } from './exchange';
import { parseInput } from './json';

/** A request below `/_lithify/`: the host's own controls, which AWS has no counterpart of. */
export interface AdminRequest {
  readonly method: string;
  /** What follows `/_lithify/`, decoded: `advance`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The JSON body, `{}` where there is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

export type AdminHandler = (request: AdminRequest) => Promise<{ readonly status: number; readonly body: object }>;

export const adminPrefix = '/_lithify/';

const adminBodyLimit = 16 * 1024 * 1024;

/**
 * Admin requests carry no credentials, so a web page on another site must not be able to make them through the browser of the
 * person who runs the host: neither by its own origin nor under a name that it has pointed at 127.0.0.1.
 */
const isLocal = (exchange: Exchange): boolean => {
  const { origin, host } = exchange.headers;
  const authority = host ?? exchange.headers[':authority'];
  const loopback = (url: string): boolean =>
    URL.canParse(url) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
  return loopback(`http://${String(authority)}`) && (origin === undefined || loopback(origin));
};

export const answerAdmin = async (exchange: Exchange, admin: AdminHandler): Promise<void> => {
  const json = { 'content-type': 'application/json' };
  try {
    if (!isLocal(exchange)) throw new AwsError('AccessDenied', 'The controls of the host answer to this machine alone.', 403);
    const body = parseInput(await bodyOf(exchange, adminBodyLimit));
    const path = decodeURIComponent(exchange.path.slice(adminPrefix.length));
    const answer = await admin({ method: exchange.method, path, query: Object.fromEntries(exchange.query), body });
    exchange.send(answer.status, json, JSON.stringify(answer.body));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    exchange.send(error.status, json, JSON.stringify({ error: error.code, message: error.message }));
  }
};
