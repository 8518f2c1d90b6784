import { createHash } from 'node:crypto';
import type { ExpectedEvent } from '../../corpora/day';

/** A row of the curated table, as far as the audit needs it. */
export interface CuratedKey {
  readonly eventType: string;
  readonly createdDate: string;
  readonly eventUuid: string;
  readonly createdDatetime: string;
}

export interface AuditResult {
  /** Events that the generator made and the table lacks. */
  readonly lost: number;
  /** Rows beyond the first of a key. */
  readonly duplicatesLeft: number;
  /** Keys that the generator never made. */
  readonly unexpected: number;
  /** Rows in a partition that is not that of their creation time. */
  readonly misfiled: number;
}

/** 64 bits of a key: a million keys fit in 8 MB, and two of them collide with a chance of one in tens of millions. */
const fingerprint = (text: string): bigint => createHash('md5').update(text).digest().readBigUInt64LE(0);

const identity = (eventType: string, eventUuid: string, createdDatetime: string): string =>
  `${eventType}\n${eventUuid}\n${createdDatetime}`;

class Fingerprints {
  #values = new BigUint64Array(1024);
  #length = 0;

  add(text: string): void {
    if (this.#length === this.#values.length) {
      const larger = new BigUint64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = fingerprint(text);
  }

  sorted(): BigUint64Array {
    return this.#values.subarray(0, this.#length).sort();
  }
}

/** Compares the table's rows with the generator's truth, by sorted fingerprints of their keys. */
export const audit = async (truth: Iterable<ExpectedEvent>, rows: AsyncIterable<CuratedKey>): Promise<AuditResult> => {
  const expected = new Fingerprints();
  for (const event of truth) expected.add(identity(event.eventType, event.eventUuid, event.createdDatetime));
  const found = new Fingerprints();
  let misfiled = 0;
  for await (const row of rows) {
    found.add(identity(row.eventType, row.eventUuid, row.createdDatetime));
    if (row.createdDatetime.slice(0, 10) !== row.createdDate) misfiled++;
  }
  return { ...compare(expected.sorted(), found.sorted()), misfiled };
};

const compare = (expected: BigUint64Array, found: BigUint64Array): Omit<AuditResult, 'misfiled'> => {
  let [lost, duplicatesLeft, unexpected, e, f] = [0, 0, 0, 0, 0];
  while (e < expected.length || f < found.length) {
    const [wanted, got] = [expected[e], found[f]];
    if (got !== undefined && f > 0 && got === found[f - 1]) {
      duplicatesLeft++;
      f++;
    } else if (got === undefined || (wanted !== undefined && wanted < got)) {
      lost++;
      e++;
    } else if (wanted === undefined || got < wanted) {
      unexpected++;
      f++;
    } else {
      e++;
      f++;
    }
  }
  return { lost, duplicatesLeft, unexpected };
};
