import { gzipSync } from 'node:zlib';
import type { Upload } from './upload';

/** Text that becomes a gzip member of its own; readers take members that follow each other as one. */
const MEMBER_CHARACTERS = 1024 * 1024;

/** A gzip NDJSON object that is written as its documents come, with little of it in memory. */
export class LinesUpload {
  #text = '';
  documents = 0;

  constructor(private readonly upload: Upload) {}

  async add(document: unknown): Promise<void> {
    this.#text += `${JSON.stringify(document)}\n`;
    this.documents++;
    if (this.#text.length >= MEMBER_CHARACTERS) await this.#flush();
  }

  async complete(): Promise<void> {
    if (this.#text !== '' || this.documents === 0) await this.#flush();
    await this.upload.complete();
  }

  abort(): Promise<void> {
    return this.upload.abort();
  }

  async #flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    await this.upload.write(gzipSync(text));
  }
}
