import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, realpathSync, statSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, UsageError } from '../contracts/errors';

/**
 * A data directory belongs to one process at a time. The claim is a local socket named after the directory: the kernel gives it back
 * when the process ends, however it ends, so there is no stale claim to clear by hand.
 */
export interface Claim {
  /** The directory's real path. */
  readonly path: string;
  release(): Promise<void>;
}

/** Creates the directory where it is missing and claims it. Throws a UsageError that says what is wrong with it. */
export const claimDataDirectory = async (directory: string): Promise<Claim> => {
  if (existsSync(directory) && !statSync(directory).isDirectory())
    throw new UsageError(`the data directory ${directory} is a file; name a directory, or one that does not exist yet`);
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (thrown) {
    throw new UsageError(`the data directory ${directory} cannot be used: ${messageOf(thrown)}`, { cause: thrown });
  }
  const path = realpathSync(directory);
  const socket = socketOf(path);
  let server = await listen(socket);
  if (server === undefined) {
    if (await answers(socket))
      throw new UsageError(
        `the data directory ${path} is in use by another lithify process; stop that one, or give another --data-dir`,
      );
    unlinkSync(socket);
    server = await listen(socket);
    if (server === undefined) throw new UsageError(`the data directory ${path} was claimed by another lithify process just now`);
  }
  const held = server;
  return { path, release: () => new Promise((resolve) => held.close(() => resolve())) };
};

const socketOf = (path: string): string => {
  const name = `lithify-${createHash('sha256').update(path).digest('hex').slice(0, 24)}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
};

/** Undefined where the address is taken: by a living process, or by the file that a dead one left. */
const listen = (socket: string): Promise<Server | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.end());
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(socket, () => {
      server.unref();
      resolve(server);
    });
  });

const answers = (socket: string): Promise<boolean> =>
  new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
