import { dateOf } from '../../contracts/event-time';
import { rowsExpected, type Identity, type Row, type Sent } from './duplicates-oracle';

/** A partition of the plain model: what its rows contain, and what waits in the raw zone for the next run. */
interface PartitionModel {
  published: Sent[];
  pending: Sent[];
}

const placeOf = ({ eventType, createdAt }: Identity): string => `${eventType}/${dateOf(createdAt)}`;

/** The lake as anybody would explain it: a map from partition to the records that arrived for it. Nothing here knows objects, ledgers or SQL. */
export class Model {
  readonly #partitions = new Map<string, PartitionModel>();
  readonly sent: Sent[] = [];
  /** Whether a run was cut short since the last one that succeeded: then each partition may show either side of it. */
  unsure = false;

  arrived(records: readonly Sent[]): void {
    for (const record of records) {
      this.sent.push(record);
      const place = placeOf(record);
      const partition = this.#partitions.get(place) ?? { published: [], pending: [] };
      partition.pending.push(record);
      this.#partitions.set(place, partition);
    }
  }

  /** A run that succeeded: all that lay in the raw zone is published. */
  succeeded(): void {
    for (const partition of this.#partitions.values()) {
      partition.published.push(...partition.pending);
      partition.pending = [];
    }
    this.unsure = false;
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
      const seen = JSON.stringify(shown.get(place) ?? []);
      const before = JSON.stringify(rowsExpected(partition.published));
      const after = JSON.stringify(rowsExpected([...partition.published, ...partition.pending]));
      if (seen === before) continue;
      if (!this.unsure || seen !== after)
        return `${place} shows ${seen}, and should show ${before}${this.unsure ? ` or ${after}` : ''}`;
      partition.published.push(...partition.pending);
      partition.pending = [];
    }
    return undefined;
  }
}
