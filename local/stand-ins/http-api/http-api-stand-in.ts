import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UsageError } from '../../../contracts/errors';
import type { Caller } from '../../caller';
import type { Clock } from '../../clock';
import type { Trace } from '../../service';
import type { FunctionInvoker } from '../function/function-host';
import { uuidOf } from '../state-machine/randomness';
import { type Answer, answerOf, eventOf, message } from './messages';
import { routeFor } from './routes';
import type { HttpApiSettings, Route } from './settings';
import { Tokens } from './tokens';

/**
 * API Gateway, HTTP APIs, on a loopback port of its own: a page must not share an origin with the AWS services of the host. Pages
 * followed: "Working with HTTP APIs" (routes, Lambda proxy integrations in payload format 2.0, JWT authorizers, quotas).
 * Inputs honoured and ignored: `honouredInputs` and `ignoredInputs` in settings.ts.
 *
 * Like AWS: the choice of the route, the event, what an answer means, 401 without a valid token, the function's own permission, timeouts.
 * Different: the stand-in signs the tokens itself. A request for another host than this machine is refused as one for an API that is
 * not there, so that no name of a stranger that points at 127.0.0.1 reaches it.
 */
export interface HttpApiOptions {
  readonly api: HttpApiSettings;
  /** 0 takes a free one. */
  readonly port: number;
  readonly accountId: string;
  readonly clock: Clock;
  /** The key of the tokens is kept in it. */
  readonly dataDir: string;
  readonly functions: FunctionInvoker;
  readonly trace?: Trace;
}

/** "Payload size: 10 MB". https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const LARGEST_BODY_BYTES = 10 * 1024 * 1024;
const CALLER: Caller = { arn: 'apigateway.amazonaws.com', accessKeyId: '' };

export class HttpApiStandIn {
  readonly #server: Server;
  readonly #tokens: Tokens;
  #requests = 0;
  #port = 0;

  private constructor(private readonly options: HttpApiOptions) {
    this.#tokens = new Tokens(options.dataDir);
    this.#server = createServer({ maxHeaderSize: 16 * 1024 }, (request, response) => void this.#serve(request, response));
  }

  /** Opens the port. One that cannot be had is a UsageError. */
  static async open(options: HttpApiOptions): Promise<HttpApiStandIn> {
    const standIn = new HttpApiStandIn(options);
    const server = standIn.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'EADDRINUSE' || error.code === 'EACCES'
            ? new UsageError(`Port ${options.port} of 127.0.0.1 cannot be had for the page (${error.code}): choose another one.`)
            : error,
        ),
      );
      server.listen(options.port, '127.0.0.1', resolve);
    });
    standIn.#port = (server.address() as AddressInfo).port;
    return standIn;
  }

  /** `http://127.0.0.1:4570`. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** An Authorization token for the person at this machine; undefined for an API that asks for none. */
  token(): string | undefined {
    const authorizer = this.options.api.routes.find((route) => route.authorizer !== undefined)?.authorizer;
    return authorizer === undefined ? undefined : this.#tokens.mint(authorizer, this.options.clock.now());
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = uuidOf(`${this.options.api.id} ${this.#requests++}`);
    let answer: Answer;
    try {
      answer = await this.#answer(request, requestId);
    } catch (thrown) {
      // A client that hung up has nobody left to be answered.
      if (request.destroyed && !request.complete) return;
      console.error(thrown);
      answer = message(500, 'Internal Server Error');
    }
    const { status, headers, body } = answer;
    response.writeHead(status, { 'apigw-requestid': requestId, ...headers, 'content-length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  async #answer(request: IncomingMessage, requestId: string): Promise<Answer> {
    const { api, clock } = this.options;
    const body = await bodyOf(request);
    const [method, url] = [request.method ?? 'GET', request.url ?? '/'];
    const path = url.split('?')[0] ?? '/';
    const traced = (answer: Answer): Answer => {
      this.options.trace?.({
        service: 'execute-api',
        operation: `${method} ${path}`,
        caller: CALLER,
        at: clock.now(),
        resource: api.name,
        ...(answer.status < 400 ? {} : { error: String(answer.status) }),
      });
      return answer;
    };
    if (!this.#isOwnHost(request.headers.host)) return traced(message(403, 'Forbidden'));
    if (body === undefined) return traced(message(413, 'Request Entity Too Large'));
    const matched = routeFor(api.routes, method, path);
    if (matched === undefined) return traced(message(404, 'Not Found'));
    const { route, parameters } = matched;
    const jwt = this.#authorized(route, request.headers.authorization);
    if (!('claims' in jwt)) return traced(jwt);
    const event = eventOf(
      { method, url, headers: request.headers, body, sourceIp: '127.0.0.1' },
      {
        accountId: this.options.accountId,
        apiId: api.id,
        requestId,
        routeKey: route.key.text,
        parameters,
        now: clock.now(),
        jwt:
          jwt.claims === undefined ? undefined : { claims: jwt.claims, scopes: route.scopes.length === 0 ? null : route.scopes },
      },
    );
    return traced(await this.#invoke(route, `${method}${path}`, event));
  }

  #isOwnHost(host: string | undefined): boolean {
    return host === `127.0.0.1:${this.#port}` || host === `localhost:${this.#port}`;
  }

  #authorized(
    { authorizer, scopes }: Route,
    header: string | undefined,
  ): Answer | { readonly claims: Readonly<Record<string, unknown>> | undefined } {
    if (authorizer === undefined) return { claims: undefined };
    const claims = this.#tokens.check(header, authorizer, this.options.clock.now());
    if (claims === undefined) return message(401, 'Unauthorized', { 'www-authenticate': 'Bearer' });
    const held = String(claims['scope'] ?? claims['scp'] ?? '').split(' ');
    if (scopes.length > 0 && !scopes.some((scope) => held.includes(scope))) return message(403, 'Forbidden');
    return { claims };
  }

  async #invoke({ functionArn, timeoutMillis }: Route, methodAndPath: string, event: object): Promise<Answer> {
    const { api, functions } = this.options;
    const source = `${api.executionArn}/$default/${methodAndPath}`;
    const name = functionArn.slice(functionArn.lastIndexOf(':') + 1);
    const allowed = api.permissions.some(
      ({ functionName, sourceArn }) => (functionName === name || functionName === functionArn) && isLike(source, sourceArn),
    );
    if (!allowed) return message(500, 'Internal Server Error');
    const late = Symbol('late');
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<typeof late>((resolve) => {
      timer = setTimeout(() => resolve(late), timeoutMillis);
    });
    try {
      const result = await Promise.race([functions.invoke(CALLER, functionArn, event), timeout]);
      if (result === late) return message(503, 'Service Unavailable');
      if (result.functionError !== undefined) return message(500, 'Internal Server Error');
      return answerOf(result.payload) ?? message(500, 'Internal Server Error');
    } finally {
      clearTimeout(timer);
    }
  }
}

/** `*` stands for anything, as in the policy of a function. */
const isLike = (text: string, pattern: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  ).test(text);

const bodyOf = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
