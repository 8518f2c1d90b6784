import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChecksumAlgorithm, Digest } from './digests';
import { digest } from './digests';

/** A body that arrived whole, in a file outside the buckets: not yet an object. */
export interface Staged {
  readonly path: string;
  readonly size: number;
  /** In hex. */
  readonly md5: string;
  readonly checksums: ReadonlyMap<ChecksumAlgorithm, Buffer>;
}

/** Smaller bodies are written in one go: most objects of the lake are that small, and a file opened step by step costs more. */
const wholeBytes = 512 * 1024;

/** The folder for bodies under way. It lies on the file system of the buckets, so a rename puts a body in place at once. */
export class Staging {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    // What a crash left here was never acknowledged.
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }

  /** A path that nothing is at yet. */
  path(): string {
    return join(this.#folder, randomUUID());
  }

  /** Writes a body to `path` and computes its checksums on the way; a body that breaks off leaves nothing. */
  async receive(
    source: AsyncIterable<Buffer>,
    algorithms: readonly ChecksumAlgorithm[] = [],
    path: string = this.path(),
  ): Promise<Staged> {
    const md5 = createHash('md5');
    const digests = new Map<ChecksumAlgorithm, Digest>(algorithms.map((algorithm) => [algorithm, digest(algorithm)]));
    const sink = new Sink(path);
    try {
      for await (const chunk of source) {
        md5.update(chunk);
        for (const each of digests.values()) each.update(chunk);
        await sink.write(chunk);
      }
      await sink.close();
    } catch (error) {
      await sink.discard();
      throw error;
    }
    const checksums = new Map([...digests].map(([algorithm, each]) => [algorithm, each.end()]));
    return { path, size: sink.size, md5: md5.digest('hex'), checksums };
  }

  /** As `receive`, for a body in memory. */
  async keep(body: Buffer): Promise<Staged> {
    if (body.length > wholeBytes) return this.receive(single(body));
    const path = this.path();
    writeFileSync(path, body, { flag: 'wx' });
    return { path, size: body.length, md5: createHash('md5').update(body).digest('hex'), checksums: new Map() };
  }
}

export const discard = (staged: Staged): Promise<void> => rm(staged.path, { force: true });

async function* single(body: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(body);
}

/** A file that is opened only once its content outgrows memory. */
class Sink {
  size = 0;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #file: Awaited<ReturnType<typeof open>> | undefined;

  constructor(private readonly path: string) {}

  async write(chunk: Buffer): Promise<void> {
    this.size += chunk.length;
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes <= wholeBytes) return;
    this.#file ??= await open(this.path, 'wx');
    await this.#flush();
  }

  async #flush(): Promise<void> {
    const pending = this.#pending;
    [this.#pending, this.#pendingBytes] = [[], 0];
    if (pending.length > 0) await this.#file?.writev(pending);
  }

  async close(): Promise<void> {
    if (this.#file === undefined) {
      writeFileSync(this.path, Buffer.concat(this.#pending), { flag: 'wx' });
      return;
    }
    await this.#flush();
    await this.#file.close();
  }

  async discard(): Promise<void> {
    await this.#file?.close();
    await rm(this.path, { force: true });
  }
}
