/**
 * The one port of the embedded host. It binds to 127.0.0.1 alone and speaks HTTP/1.1 and HTTP/2 without TLS on the same port,
 * because the JavaScript SDK's Kinesis client defaults to HTTP/2 and everything else does not.
 * Signatures are read for who calls, never verified; nor are dates, regions and payload hashes of a request.
 */
import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from 'node:http2';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { UsageError } from '../../contracts/errors';
import type { Services } from './dispatch';
import { dispatcher } from './dispatch';
import { exchangeOf, isHangUp } from './exchange';

export interface EndpointOptions extends Omit<Services, 'onBug'> {
  /** 0 for any free port. */
  readonly port: number;
  /** @default prints the stack on stderr */
  readonly onBug?: (thrown: unknown) => void;
}

export interface Endpoint {
  /** `http://127.0.0.1:4566` */
  readonly url: string;
  readonly port: number;
  /** Refuses new connections, cuts the open ones, and waits for the S3 requests that were under way. */
  close(): Promise<void>;
}

const http2Preface = 'PRI';
/** One PutRecords request fits without a window update. */
const windowBytes = 16 * 1024 * 1024;

const printBug = (thrown: unknown): void => {
  process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
};

/** Opens the port. A port that cannot be had is a UsageError. */
export const startEndpoint = async (options: EndpointOptions): Promise<Endpoint> => {
  const { port, onBug = printBug } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UsageError(`The port must be 0 to 65535, not ${port}.`);
  const underWay = new Set<Promise<void>>();
  const dispatch = dispatcher({
    ...options,
    onBug,
    s3: (exchange, caller) => {
      const work = options.s3(exchange, caller).finally(() => underWay.delete(work));
      underWay.add(work);
      return work;
    },
  });

  const handle = (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): void => {
    const exchange = exchangeOf(request, response, randomUUID());
    dispatch(exchange).catch((thrown: unknown) => {
      if (isHangUp(exchange, thrown)) return;
      onBug(thrown);
      if (exchange.answered()) request.socket.destroy();
      else exchange.send(500, { 'content-type': 'text/plain' }, `The local host failed: ${String(thrown)}\n`);
    });
  };

  const http1 = createHttpServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0, maxHeaderSize: 64 * 1024 }, handle);
  const http2 = createHttp2Server({ settings: { initialWindowSize: windowBytes }, maxSessionMemory: 512 }, handle);
  const sessions = new Set<ServerHttp2Session>();
  http2.on('session', (session) => {
    session.setLocalWindowSize(4 * windowBytes);
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });

  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that resets its connection is its own affair; the requests it had open see it as an aborted body.
    socket.on('error', () => socket.destroy());
    peek(socket, (first) => (first === http2Preface ? http2 : http1).emit('connection', socket));
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portError(error, port)));
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;

  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
      await closed;
      await Promise.allSettled(underWay);
    },
  };
};

/** Hands over the first bytes of a connection, as many as tell the protocols apart, and leaves them in the socket. */
const peek = (socket: Socket, found: (first: string) => void): void => {
  let seen = Buffer.alloc(0);
  const look = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk !== null) seen = Buffer.concat([seen, chunk]);
    const first = seen.toString('latin1', 0, http2Preface.length);
    if (first.length < http2Preface.length && http2Preface.startsWith(first)) return;
    socket.off('readable', look);
    socket.unshift(seen);
    found(first);
  };
  socket.on('readable', look);
};

const portError = (error: NodeJS.ErrnoException, port: number): Error => {
  if (error.code === 'EADDRINUSE') {
    return new UsageError(`Port ${port} of 127.0.0.1 is in use: stop what listens there, or choose another port.`, {
      cause: error,
    });
  }
  if (error.code === 'EACCES')
    return new UsageError(`Port ${port} of 127.0.0.1 may not be opened by this user.`, { cause: error });
  return error;
};
