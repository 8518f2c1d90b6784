import { AwsError } from '../../aws-error';

/**
 * Takes the `aws-chunked` framing off a body: `<size in hex>[;chunk-signature=…]\r\n<data>\r\n` …, a chunk of size 0, then
 * trailing headers. Chunk signatures are not verified.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export interface Unframed {
  readonly data: AsyncIterable<Buffer>;
  /** Complete once `data` has ended; names in lower case. */
  readonly trailers: ReadonlyMap<string, string>;
}

const lineLimit = 16 * 1024;

const incomplete = (): AwsError =>
  new AwsError('IncompleteBody', 'You did not provide the number of bytes specified by the Content-Length HTTP header');

const malformed = (what: string): AwsError => new AwsError('InvalidRequest', `The aws-chunked body is malformed: ${what}.`);

/** `decodedLength` is the `x-amz-decoded-content-length` of the request, where it has one; another length is IncompleteBody. */
export const unframe = (body: AsyncIterable<Buffer>, decodedLength: number | undefined): Unframed => {
  const trailers = new Map<string, string>();
  return { data: decode(new ByteReader(body), trailers, decodedLength), trailers };
};

async function* decode(
  reader: ByteReader,
  trailers: Map<string, string>,
  decodedLength: number | undefined,
): AsyncGenerator<Buffer> {
  let total = 0;
  for (;;) {
    const header = await reader.line();
    const size = /^[\da-fA-F]{1,8}(?=;|$)/.exec(header)?.[0];
    if (size === undefined) throw malformed(`"${header.slice(0, 40)}" is no chunk header`);
    let left = Number.parseInt(size, 16);
    if (left === 0) break;
    total += left;
    while (left > 0) {
      const piece = await reader.upTo(left);
      left -= piece.length;
      yield piece;
    }
    if ((await reader.line()) !== '') throw malformed('a chunk is longer than its header says');
  }
  for (let line = await reader.lineOrEnd(); line !== ''; line = await reader.lineOrEnd()) {
    const colon = line.indexOf(':');
    if (colon < 1) throw malformed(`"${line.slice(0, 40)}" is no trailing header`);
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  await reader.drain();
  if (decodedLength !== undefined && decodedLength !== total) throw incomplete();
}

/** Lines and runs of bytes from chunks that end anywhere. */
class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done === true) return false;
    this.#buffer = this.#buffer.length === 0 ? next.value : Buffer.concat([this.#buffer, next.value]);
    return true;
  }

  /** One line without its end. */
  async line(): Promise<string> {
    const line = await this.#line();
    if (line === undefined) throw incomplete();
    return line;
  }

  /** One line; nothing left is an empty line. */
  async lineOrEnd(): Promise<string> {
    const line = await this.#line();
    if (line === undefined && this.#buffer.length > 0) throw incomplete();
    return line ?? '';
  }

  async #line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#buffer.toString('latin1', 0, end);
        this.#buffer = this.#buffer.subarray(end + 2);
        return line;
      }
      if (this.#buffer.length > lineLimit) throw malformed('a header line is too long');
      if (!(await this.#more())) return undefined;
    }
  }

  /** At least one byte and at most `limit`. */
  async upTo(limit: number): Promise<Buffer> {
    if (this.#buffer.length === 0 && !(await this.#more())) throw incomplete();
    const piece = this.#buffer.subarray(0, limit);
    this.#buffer = this.#buffer.subarray(piece.length);
    return piece;
  }

  async drain(): Promise<void> {
    while (await this.#more()) this.#buffer = Buffer.alloc(0);
  }
}
