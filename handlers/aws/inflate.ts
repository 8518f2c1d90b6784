import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gunzipSync } from 'node:zlib';
import { messageOf } from '../../contracts/errors';

/** What an object of which nothing may be used says of itself: corrupt, or beyond what a function can check. Retrying it now is of no use. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** An object that inflates to more than the caller can take; by itself nothing is wrong with it. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

const codeOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : '';

/** What zlib makes of bytes that are no gzip; a stream's other failures (a connection that broke) are not the object's fault. */
const refused = (thrown: unknown): unknown =>
  codeOf(thrown).startsWith('Z_') ? new Unreadable(`not readable as gzip: ${messageOf(thrown)}`) : thrown;

/** What an object may inflate to that is taken as a whole: it fits a function's memory several times. */
export const MAX_WHOLE_BYTES = 64 * 1024 * 1024;

export type Inflated =
  | { readonly ok: true; readonly text: Buffer }
  /** `tooLarge`: by itself nothing may be wrong with it, and it can be taken as a stream. */
  | { readonly ok: false; readonly reason: string; readonly tooLarge: boolean };

/**
 * Inflates a gzip object of one or more members, whole. A cut member, a wrong checksum, plain text under a `.gz` name and bytes behind
 * the last member are all refused: readers disagree on what to make of them.
 */
export const inflate = (body: Buffer, mostBytes: number = MAX_WHOLE_BYTES): Inflated => {
  const no = (reason: string, tooLarge = false): Inflated => ({ ok: false, reason, tooLarge });
  try {
    const { buffer, engine } = gunzipSync(body, { maxOutputLength: mostBytes, info: true }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    return engine.bytesWritten === body.length
      ? { ok: true, text: buffer }
      : no(`${body.length - engine.bytesWritten} bytes behind the last gzip member`);
  } catch (thrown) {
    // What inflates to more than may be held is cut off before it is known whether it is whole.
    if (codeOf(thrown) === 'ERR_BUFFER_TOO_LARGE') return no(`it inflates to more than ${mostBytes} bytes`, true);
    return no(`not readable as gzip: ${messageOf(thrown)}`);
  }
};

const CHUNK_BYTES = 1024 * 1024;

/**
 * The same of a body that is read as it comes: chunks out as they inflate. **Only when the last one was taken without a throw the object is
 * known to be whole**; until then nothing made of it may count. What was begun is cut off where the caller stops.
 * @throws Unreadable, TooLarge, and whatever the body throws
 */
export async function* inflated(body: AsyncIterable<Buffer>, mostBytes: number): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  let [read, written] = [0, 0];
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of body) {
      read += chunk.length;
      yield chunk;
    }
  };
  let failure: { readonly thrown: unknown } | undefined;
  const fed = pipeline(Readable.from(counted()), gunzip).catch((thrown: unknown) => {
    failure = { thrown };
  });
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      written += chunk.length;
      if (written > mostBytes) throw new TooLarge(`it inflates to more than ${mostBytes} bytes`);
      yield chunk;
    }
  } catch (thrown) {
    throw refused(thrown);
  } finally {
    gunzip.destroy();
    await fed;
  }
  // First: where something lies behind the last member, the stream ends early, and feeding it fails for that reason alone.
  if (gunzip.bytesWritten !== read) throw new Unreadable('bytes behind the last gzip member');
  if (failure !== undefined) throw refused(failure.thrown);
}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/**
 * As `inflated`; a body that does not begin as gzip does is handed on as it is.
 * @throws Unreadable, TooLarge, and whatever the body throws
 */
export async function* inflatedOrPlain(body: AsyncIterable<Buffer>, mostBytes: number): AsyncGenerator<Buffer> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    let head = Buffer.alloc(0);
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      head = Buffer.concat([head, next.value]);
      if (head.length >= GZIP_MAGIC.length) break;
    }
    const whole = async function* (): AsyncGenerator<Buffer> {
      if (head.length > 0) yield head;
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
    };
    yield* head.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC) ? inflated(whole(), mostBytes) : bounded(whole(), mostBytes);
  } finally {
    // A reader that stops early must not keep the connection.
    await chunks.return?.();
  }
}

async function* bounded(body: AsyncIterable<Buffer>, mostBytes: number): AsyncGenerator<Buffer> {
  let read = 0;
  for await (const chunk of body) {
    read += chunk.length;
    if (read > mostBytes) throw new TooLarge(`it has more than ${mostBytes} bytes`);
    yield chunk;
  }
}
