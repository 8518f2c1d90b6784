/** What one shard takes in a second. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const SHARD_BYTES = 1024 * 1024;
const SHARD_RECORDS = 1000;

/**
 * The write limit of a provisioned shard, counted per second of the clock. A host on a manual clock does not use it: there, a minute's
 * records may arrive at one virtual instant, and refusing them would say nothing about the pipeline. On-demand streams scale to
 * hundreds of MB/s, more than one host can send, so they are not limited either.
 */
export class ShardThroughput {
  #second = -1;
  #bytes = 0;
  #records = 0;

  /** Whether the shard takes this record now; if so, it counts. */
  admit(bytes: number, nowMillis: number): boolean {
    const second = Math.floor(nowMillis / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#bytes = 0;
      this.#records = 0;
    }
    if (this.#records + 1 > SHARD_RECORDS || this.#bytes + bytes > SHARD_BYTES) return false;
    this.#records++;
    this.#bytes += bytes;
    return true;
  }
}
