import { feedNamed } from '../contracts/feeds';
import { generatorOf } from './kdg/generator';
import { Random } from './random';

/** A record of a feed beside events, as its producer sends it. */
export interface FeedRecord {
  /** Epoch. */
  readonly arrivalMillis: number;
  readonly data: string;
  readonly partitionKey: string;
  /** Put on the delivery stream rather than on the stream. */
  readonly direct: boolean;
  readonly kind: 'first' | 'copy' | 'malformed';
}

export interface FeedDayOptions {
  readonly feed: string;
  /** Text of the template that its records are made of; each is made at the time of its arrival. */
  readonly template: string;
  /** Unique records; copies and malformed ones come on top. */
  readonly records: number;
  /** Share of `records` that arrives once more. */
  readonly duplicates: number;
  /** Share of `records` that arrives as malformed records in addition. */
  readonly malformed: number;
  readonly seed: number;
  readonly startMillis: number;
  /** Exclusive. */
  readonly endMillis: number;
}

/**
 * What a feed's producer sends over a stretch of time, in the order of arrival: the same for the same seed. Where a feed has two ways into
 * the lake, half of the records take each. Throws UsageError for a template that cannot be understood.
 */
export const feedDay = (options: FeedDayOptions): readonly FeedRecord[] => {
  const { feed, template, records, seed, startMillis, endMillis } = options;
  const { stream, direct } = feedNamed(feed).sources;
  const generator = generatorOf({ template, seed });
  const at = (random: Random): number => startMillis + random.below(endMillis - startMillis);
  const made: FeedRecord[] = [];
  const copies = Math.round(records * options.duplicates);
  for (let index = 0; index < records; index++) {
    const random = new Random(seed, 0xfeed, index);
    const arrivalMillis = at(random);
    const record = {
      arrivalMillis,
      // Ended as `lithify produce` ends it: without a transform nobody else does.
      data: `${generator.record(index, { nowMillis: arrivalMillis })}\n`,
      partitionKey: random.uuid(),
      direct: direct && (!stream || random.below(2) === 1),
    };
    made.push({ ...record, kind: 'first' });
    if (index < copies) made.push({ ...record, kind: 'copy' });
  }
  for (let index = 0; index < Math.round(records * options.malformed); index++) {
    const random = new Random(seed, 0xbad, index);
    made.push({
      arrivalMillis: at(random),
      data: `{"broken":${random.below(1e9)}\n`,
      partitionKey: random.uuid(),
      direct: direct && !stream,
      kind: 'malformed',
    });
  }
  return made.sort((left, right) => left.arrivalMillis - right.arrivalMillis);
};
