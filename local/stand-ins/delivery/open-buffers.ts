import { type BufferIdentity, ObjectBuffer } from './object-buffer';

/** The objects that a delivery stream is filling, one per partition and one for errors, and those that are full or due. */
export class OpenBuffers {
  readonly #open = new Map<string, ObjectBuffer>();
  /** Complete objects that are on their way to S3, or wait to be tried again. */
  sealed: ObjectBuffer[] = [];
  /** Partitions with a buffer: the active ones. */
  partitions = 0;

  constructor(
    private readonly shape: {
      readonly shardCount: number;
      readonly gzip: boolean;
      readonly bufferBytes: number;
      readonly bufferMillis: number;
    },
    restored: readonly ObjectBuffer[],
  ) {
    for (const buffer of restored) {
      // A snapshot may hold an object that waited to be tried again beside the next one of its partition.
      if (this.#open.has(buffer.identity.id)) this.sealed.push(buffer);
      else this.#add(buffer);
    }
  }

  has({ id }: BufferIdentity): boolean {
    return this.#open.has(id);
  }

  /** The buffer to fill, opened now if there is none. */
  of(identity: BufferIdentity, nowMillis: number): ObjectBuffer {
    const existing = this.#open.get(identity.id);
    if (existing !== undefined) return existing;
    const buffer = new ObjectBuffer(identity, nowMillis, this.shape.shardCount, this.shape.gzip);
    this.#add(buffer);
    return buffer;
  }

  /** Seals a buffer that has reached its size. */
  sealIfFull(buffer: ObjectBuffer): void {
    if (buffer.bytes >= this.shape.bufferBytes) this.#seal(buffer);
  }

  /** Seals the buffers whose interval is over. */
  sealDue(nowMillis: number): void {
    for (const buffer of [...this.#open.values()]) if (nowMillis >= this.#dueOf(buffer)) this.#seal(buffer);
  }

  /** When the next interval is over; infinity while nothing is open. */
  nextDue(): number {
    let at = Number.POSITIVE_INFINITY;
    for (const buffer of this.#open.values()) at = Math.min(at, this.#dueOf(buffer));
    return at;
  }

  all(): readonly ObjectBuffer[] {
    return [...this.sealed, ...this.#open.values()];
  }

  #dueOf({ openedMillis }: ObjectBuffer): number {
    return openedMillis + this.shape.bufferMillis;
  }

  #add(buffer: ObjectBuffer): void {
    this.#open.set(buffer.identity.id, buffer);
    if (buffer.identity.errorOutputType === undefined) this.partitions++;
  }

  #seal(buffer: ObjectBuffer): void {
    this.#open.delete(buffer.identity.id);
    if (buffer.identity.errorOutputType === undefined) this.partitions--;
    this.sealed.push(buffer);
  }
}
