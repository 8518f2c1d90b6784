import { createReadStream } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { constants } from 'node:http2';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AwsError } from '../aws-error';

export type Headers = Readonly<Record<string, string | number>>;

/** One request and its answer, the same over HTTP/1.1 and HTTP/2. */
export interface Exchange {
  readonly method: string;
  /** As sent, percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The body as it arrives. */
  readonly body: Readable;
  readonly requestId: string;
  send(status: number, headers: Headers, body?: string | Buffer): void;
  /** Answers with bytes `start` to `end` (inclusive) of a file, and closes it. Rejects when the client goes away. */
  sendFile(status: number, headers: Headers, file: FileHandle, start: number, end: number): Promise<void>;
  /** Whether the client went away before it had its answer. */
  gone(): boolean;
  answered(): boolean;
  /** Closes the connection instead of answering. */
  drop(): void;
}

export const exchangeOf = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
  requestId: string,
): Exchange => {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  let gone = false;
  response.on('close', () => {
    gone = !response.writableEnded;
  });
  const start = (status: number, headers: Headers): void => {
    // Which protocol it is makes no difference to this call, but the two types share no signature.
    const all = { 'x-amzn-RequestId': requestId, 'x-amz-request-id': requestId, ...headers };
    (response as ServerResponse).writeHead(status, all);
  };
  return {
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers: request.headers,
    body: request,
    requestId,
    send: (status, headers, body) => {
      if (response.headersSent || gone) return;
      const length = body === undefined ? 0 : Buffer.byteLength(body);
      start(status, status === 204 || status === 304 ? headers : { 'content-length': length, ...headers });
      (response as ServerResponse).end(request.method === 'HEAD' ? undefined : body);
    },
    sendFile: async (status, headers, file, from, to) => {
      start(status, { ...headers, 'content-length': to - from + 1 });
      const source = createReadStream('', { fd: file, start: from, end: to, highWaterMark: 256 * 1024 });
      await pipeline(source, response as ServerResponse);
    },
    gone: () => gone,
    answered: () => response.headersSent,
    drop: () => {
      if ('stream' in response) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      else response.destroy();
    },
  };
};

/** The whole body. More than `limit` bytes is refused with 413, like the front of a real service does. */
export const bodyOf = async (exchange: Exchange, limit: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of exchange.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new AwsError('RequestEntityTooLargeException', `The request is larger than ${limit} bytes.`, 413);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
};

const hangUpCodes = new Set([
  'ECONNRESET',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ERR_HTTP2_STREAM_ERROR',
  'ABORT_ERR',
]);

/** Whether something was thrown because the client went away in the middle: nobody is left to be answered, and it is no bug. */
export const isHangUp = (exchange: Exchange, thrown: unknown): boolean =>
  exchange.gone() ||
  (thrown instanceof Error && 'code' in thrown && hangUpCodes.has(String(thrown.code)) && !(thrown instanceof AwsError));
