/**
 * Looks through text objects before the engine reads them, because the engine ends quietly where a gzip stream is cut off, and takes
 * neither carriage returns nor bytes that are no UTF-8 as Athena does. Each file is looked through once and remembered.
 */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gunzip } from 'node:zlib';
import { QueryFailure, reasonOf } from './failure';

/** Row limit of text formats: https://docs.aws.amazon.com/athena/latest/ug/other-notable-limitations.html */
export const MOST_LINE_BYTES = 33_554_432;

export interface TextFile {
  /** What the engine reads: the object's own file, or a copy with plain line ends and valid UTF-8. */
  readonly path: string;
  /** Bytes of its longest line. */
  readonly longestLine: number;
}

interface Look {
  readonly longest: number;
  readonly plain: boolean;
}

/** Beyond this size (bytes, compressed) a file is looked through as a stream. */
const AT_ONCE = 1_048_576;
/** What one small file may inflate to, before it is streamed after all. */
const INFLATED_AT_ONCE = 67_108_864;
const AT_A_TIME = 4;

class Looker {
  #line = 0;
  #longest = 0;
  #plain = true;
  #tail: Buffer = Buffer.alloc(0);

  take(chunk: Buffer): void {
    if (this.#plain) {
      const whole = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
      const end = wholeCharacters(whole);
      this.#tail = Buffer.from(whole.subarray(end));
      if (chunk.includes(0x0d) || !isUtf8(whole.subarray(0, end))) this.#plain = false;
    }
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      this.#longest = Math.max(this.#longest, this.#line + end - from);
      this.#line = 0;
      from = end + 1;
    }
    this.#line += chunk.length - from;
  }

  end(): Look {
    return { longest: Math.max(this.#longest, this.#line), plain: this.#plain && this.#tail.length === 0 };
  }
}

/** Where the last whole UTF-8 character of the bytes ends: at most three bytes of another may follow. */
const wholeCharacters = (bytes: Buffer): number => {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? bytes.length - back : bytes.length;
  }
  return bytes.length;
};

const inflate = (bytes: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    gunzip(bytes, { maxOutputLength: INFLATED_AT_ONCE }, (error, inflated) =>
      error === null ? resolve(inflated) : reject(error),
    );
  });

const contentOf = (path: string): Readable => {
  const file = createReadStream(path, { highWaterMark: 262_144 });
  if (!path.endsWith('.gz')) return file;
  const content = createGunzip({ chunkSize: 262_144 });
  pipeline(file, content).catch((error: unknown) => content.destroy(error instanceof Error ? error : new Error(String(error))));
  return content;
};

const lookThrough = async (path: string, size: number): Promise<Look> => {
  const looker = new Looker();
  if (size <= AT_ONCE) {
    const bytes = await readFile(path);
    try {
      looker.take(path.endsWith('.gz') ? await inflate(bytes) : bytes);
      return looker.end();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
    }
  }
  const again = new Looker();
  for await (const chunk of contentOf(path)) again.take(chunk as Buffer);
  return again.end();
};

/** Carriage returns end lines too, alone or before a newline; bytes that are no UTF-8 become replacement characters. */
const plainLines = (): Transform => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let held = '';
  const plain = (text: string): string => text.replace(/\r\n?/g, '\n');
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = held + decoder.decode(chunk, { stream: true });
      held = text.endsWith('\r') ? '\r' : '';
      done(null, plain(held === '' ? text : text.slice(0, -1)));
    },
    flush(done) {
      done(null, plain(held + decoder.decode()));
    },
  });
};

export class TextFiles {
  readonly #known = new Map<string, TextFile>();

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** Throws QueryFailure for an object that cannot be read to its end, naming it by its URI. */
  async all(files: readonly { readonly path: string; readonly uri: string }[]): Promise<readonly TextFile[]> {
    const found: TextFile[] = new Array<TextFile>(files.length);
    let next = 0;
    const work = async (): Promise<void> => {
      for (let index = next++; index < files.length; index = next++) found[index] = await this.#one(files[index]!);
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
    return found;
  }

  async #one({ path, uri }: { readonly path: string; readonly uri: string }): Promise<TextFile> {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined)
      throw new QueryFailure(
        'HIVE_CANNOT_OPEN_SPLIT',
        `Error opening Hive split ${uri} (offset=0): it does not exist any more`,
        3,
      );
    if (/\.(bz2|zst|lz4|lzo|snappy|deflate)$/.test(path))
      throw new QueryFailure('NOT_SUPPORTED', `The embedded engine reads text that is plain or gzip, and not ${uri}`);
    const mark = `${path}\0${stats.size}\0${stats.mtimeMs}`;
    const known = this.#known.get(mark);
    if (known !== undefined) return known;
    const look = await lookThrough(path, stats.size).catch((error: unknown): never => {
      const reason = reasonOf(error);
      throw new QueryFailure(
        'HIVE_CURSOR_ERROR',
        `Failed to read file at ${uri}: ${reason === 'unexpected end of file' ? 'Unexpected end of ZLIB input stream' : reason}`,
      );
    });
    if (look.longest > MOST_LINE_BYTES)
      throw new QueryFailure(
        'HIVE_CURSOR_ERROR',
        `Failed to read file at ${uri}: a line is longer than ${MOST_LINE_BYTES} bytes`,
      );
    const file = { path: look.plain ? path : await this.#rewritten(path, mark), longestLine: look.longest };
    this.#known.set(mark, file);
    return file;
  }

  async #rewritten(path: string, mark: string): Promise<string> {
    const copy = join(this.folder, `${createHash('sha256').update(mark).digest('hex').slice(0, 32)}.txt`);
    await pipeline(contentOf(path), plainLines(), createWriteStream(copy));
    return copy;
  }
}
