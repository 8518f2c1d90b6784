import { dateOf } from '../../contracts/event-time';
import { rowsExpected, type Identity, type Row, type Sent } from './duplicates-oracle';

/** Longer than a delivery keeps a record. */
export const DELIVERY_MILLIS = 20 * 60_000;

/** A partition of the plain model: what its rows contain, what waits for the next run, and what may or may not wait for it yet. */
interface PartitionModel {
  published: Sent[];
  pending: Sent[];
  /** Put together and still on their way, each a group of its own: a run that is under way when they land reads them or not. */
  underWay: Sent[][];
}

const placeOf = ({ eventType, createdAt }: Identity): string => `${eventType}/${dateOf(createdAt)}`;

/** Every choice among the groups, none of them first, and earlier ones before later ones. */
const choices = (groups: readonly Sent[][]): readonly (readonly Sent[][])[] =>
  groups.reduce<readonly (readonly Sent[][])[]>((all, group) => [...all, ...all.map((chosen) => [...chosen, group])], [[]]);

/** The lake as anybody would explain it: a map from partition to the records that arrived for it. Nothing here knows objects, ledgers or SQL. */
export class Model {
  readonly #partitions = new Map<string, PartitionModel>();
  readonly sent: Sent[] = [];
  /** Whether a run was cut short since the last one that succeeded: then each partition may show either side of it. */
  unsure = false;
  /** Whether a run has read the raw zone since the last look: it may have found what was on its way before. */
  #read = false;

  /** Records that lie in the raw zone by now. */
  arrived(records: readonly Sent[]): void {
    for (const record of records) {
      this.sent.push(record);
      this.#partition(record).pending.push(record);
    }
  }

  /** Records that the stream has, and the raw zone not yet. */
  accepted(records: readonly Sent[]): void {
    const places = new Map<string, Sent[]>();
    for (const record of records) {
      this.sent.push(record);
      places.set(placeOf(record), [...(places.get(placeOf(record)) ?? []), record]);
    }
    for (const group of places.values()) this.#partition(group[0]!).underWay.push(group);
  }

  /** Time has passed: what was put long enough ago lies in the raw zone. */
  passed(now: number): void {
    for (const partition of this.#partitions.values()) {
      const landed = (group: readonly Sent[]): boolean => now - group[0]!.arrival >= DELIVERY_MILLIS;
      partition.pending.push(...partition.underWay.filter(landed).flat());
      partition.underWay = partition.underWay.filter((group) => !landed(group));
    }
  }

  /** A run that succeeded: all that lay in the raw zone when it began is published. */
  succeeded(): void {
    for (const partition of this.#partitions.values()) {
      partition.published.push(...partition.pending);
      partition.pending = [];
    }
    this.unsure = false;
    this.#read = true;
  }

  /** A run that may have published all that waited, or nothing, of each partition. */
  cutShort(): void {
    this.unsure = true;
    this.#read = true;
  }

  /**
   * Holds what a query showed against the model: every partition shows its rows, or, after a run that was cut short, those with all that
   * waited; never anything between. What was seen is what holds from now on. Answers the first difference.
   */
  observed(rows: readonly Row[]): string | undefined {
    const shown = new Map<string, Row[]>();
    for (const row of rows) {
      const place = `${row.eventType}/${row.createdDate}`;
      shown.set(place, [...(shown.get(place) ?? []), row]);
    }
    for (const place of shown.keys())
      if (!this.#partitions.has(place)) return `${place} is there, and nobody sent anything for it`;
    for (const [place, partition] of this.#partitions) {
      const difference = this.#settled(place, partition, JSON.stringify(shown.get(place) ?? []));
      if (difference !== undefined) return difference;
    }
    this.#read = false;
    return undefined;
  }

  #settled(place: string, partition: PartitionModel, seen: string): string | undefined {
    const { published, pending, underWay } = partition;
    const before = JSON.stringify(rowsExpected(published));
    if (seen === before) return undefined;
    const possible = this.#read ? choices(underWay) : [[]];
    for (const landed of this.unsure ? possible : possible.slice(1)) {
      const rest = this.unsure ? pending : [];
      if (seen !== JSON.stringify(rowsExpected([...published, ...rest, ...landed.flat()]))) continue;
      partition.published = [...published, ...rest, ...landed.flat()];
      if (this.unsure) partition.pending = [];
      partition.underWay = underWay.filter((group) => !landed.includes(group));
      return undefined;
    }
    const after = JSON.stringify(rowsExpected([...published, ...pending]));
    return `${place} shows ${seen}, and should show ${before}${this.unsure ? ` or ${after}` : ''}`;
  }

  #partition(record: Sent): PartitionModel {
    const place = placeOf(record);
    const partition = this.#partitions.get(place) ?? { published: [], pending: [], underWay: [] };
    this.#partitions.set(place, partition);
    return partition;
  }
}
