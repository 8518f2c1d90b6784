import { UsageError } from '../contracts/errors';
import type { Corpus, CorpusName } from './corpus';
import { CORPUS_NAMES } from './corpus';
import type { GeneratedEvent } from './generated-event';
import { EventGenerator } from './generated-event';
import { githubCorpus } from './github';
import { Heap } from './heap';
import { malformedRecord } from './malformed';
import { Random } from './random';
import { syntheticCorpus } from './synthetic';

/**
 * A stretch of a stream, made from a seed: what arrives when, and what must therefore be in the lake. Nothing is kept: both are made again,
 * record by record, whenever they are asked for, so a million events need no more memory than a hundred.
 */
export interface DayOptions {
  readonly corpus: CorpusName;
  /** Unique events; records = unique events + duplicates + malformed. */
  readonly events: number;
  /** Length of the stretch; all records arrive within. */
  readonly hours: number;
  /** Event types at most: a corpus may have fewer. */
  readonly types: number;
  /** Share of `events` that arrives once more. */
  readonly duplicates: number;
  /** Share of `events` created 2 to 30 days before they arrive. */
  readonly late: number;
  /** Share of `events` that arrives as malformed records in addition. */
  readonly malformed: number;
  readonly seed: number;
  /** Epoch; a whole second. */
  readonly startMillis: number;
}

export type DayRecordKind = 'event' | 'duplicate' | 'malformed';

export interface DayRecord {
  readonly arrivalMillis: number;
  readonly kind: DayRecordKind;
  readonly data: string | Buffer;
  readonly partitionKey: string;
  /** Number of the event, or of the malformed record. */
  readonly index: number;
  /** What is wrong with it (malformed) or different from the first copy (duplicate). */
  readonly sort?: string;
}

/** What the lake must hold of one unique event. */
export interface ExpectedEvent {
  readonly eventType: string;
  /** Lower case. */
  readonly eventUuid: string;
  /** `yyyy-MM-ddTHH:mm:ss.SSSZ`. */
  readonly createdDatetime: string;
  /** `yyyy-MM-dd`, UTC. */
  readonly createdDate: string;
  readonly late: boolean;
}

export interface DayCounts {
  readonly records: number;
  readonly uniqueEvents: number;
  readonly duplicates: number;
  readonly late: number;
  readonly malformed: number;
}

export interface Day extends Iterable<DayRecord> {
  readonly counts: DayCounts;
  readonly startMillis: number;
  /** Exclusive. */
  readonly endMillis: number;
  readonly eventTypes: readonly string[];
  /** Each unique event once, in the order of their first arrival. */
  truth(): Generator<ExpectedEvent>;
}

/** @throws UsageError where an option makes no sense. */
export const dayOf = (options: DayOptions): Day => {
  checkOptions(options);
  const { events, startMillis, seed } = options;
  const endMillis = startMillis + options.hours * 3_600_000;
  const share = (of: number): number => Math.round(events * of);
  const [duplicates, late, malformed] = [share(options.duplicates), share(options.late), share(options.malformed)] as const;
  const corpus = corpusNamed(options.corpus, options.types, seed);
  const generator = new EventGenerator({ corpus, events, duplicates, late, seed, startMillis, endMillis });
  return {
    counts: { records: events + duplicates + malformed, uniqueEvents: events, duplicates, late, malformed },
    startMillis,
    endMillis,
    eventTypes: corpus.eventTypes,
    *truth() {
      for (let index = 0; index < events; index++) yield expected(generator.event(index));
    },
    *[Symbol.iterator]() {
      yield* records(generator, malformed);
    },
  };
};

const expected = ({ record, eventUuid, createdMillis, late }: GeneratedEvent): ExpectedEvent => {
  const createdDatetime = new Date(createdMillis).toISOString();
  return { eventType: record.eventType, eventUuid, createdDatetime, createdDate: createdDatetime.slice(0, 10), late };
};

interface PendingCopy {
  readonly arrivalMillis: number;
  readonly order: number;
  readonly index: number;
  readonly copy: number;
}

/** First arrivals and malformed records come in order by themselves; copies wait in a heap for their time. */
function* records(generator: EventGenerator, malformed: number): Generator<DayRecord> {
  const { events } = generator.settings;
  const pending = new Heap<PendingCopy>((left, right) =>
    left.arrivalMillis === right.arrivalMillis ? left.order < right.order : left.arrivalMillis < right.arrivalMillis,
  );
  let [order, bad] = [0, 0];
  let badArrival = malformed > 0 ? malformedArrival(generator, 0, malformed) : Infinity;
  for (let index = 0; index <= events; index++) {
    const event = index < events ? generator.event(index) : undefined;
    const until = event?.arrivalMillis ?? Infinity;
    for (;;) {
      const copy = pending.peek();
      if (copy !== undefined && copy.arrivalMillis < until && copy.arrivalMillis <= badArrival) {
        pending.pop();
        yield generator.duplicate(copy.index, copy.copy, copy.arrivalMillis);
      } else if (badArrival < until) {
        yield malformedDayRecord(generator, bad, badArrival);
        bad++;
        badArrival = bad < malformed ? malformedArrival(generator, bad, malformed) : Infinity;
      } else break;
    }
    if (event === undefined) return;
    yield generator.first(event);
    for (let copy = 0; copy < event.copies; copy++) {
      pending.push({ arrivalMillis: generator.copyArrival(event, copy), order: order++, index, copy });
    }
  }
}

const MALFORMED_STREAM = 0xbad;

const malformedArrival = ({ settings }: EventGenerator, index: number, count: number): number => {
  const within = (index + new Random(settings.seed, MALFORMED_STREAM, index).fraction()) / count;
  return Math.min(
    settings.endMillis - 1,
    settings.startMillis + Math.floor(within * (settings.endMillis - settings.startMillis)),
  );
};

const malformedDayRecord = ({ settings }: EventGenerator, index: number, arrivalMillis: number): DayRecord => {
  const random = new Random(settings.seed, MALFORMED_STREAM, index, 1);
  const { sort, data } = malformedRecord(random, arrivalMillis);
  return { arrivalMillis, kind: 'malformed', data, partitionKey: random.uuid(), index, sort };
};

const corpusNamed = (name: CorpusName, types: number, seed: number): Corpus =>
  name === 'github' ? githubCorpus({ types }) : syntheticCorpus({ types, seed });

const MAX_EVENTS = 50_000_000;
const MAX_HOURS = 744;
/**
 * Firehose keeps 500 partitions open: types x 2 days, and the late one.
 * https://docs.aws.amazon.com/firehose/latest/dev/limits.html
 */
const MAX_TYPES = 249;

const checkOptions = (options: DayOptions): void => {
  if (!CORPUS_NAMES.includes(options.corpus)) {
    throw new UsageError(`corpus "${String(options.corpus)}" must be one of ${CORPUS_NAMES.join(', ')}.`);
  }
  whole('events', options.events, 0, MAX_EVENTS);
  whole('hours', options.hours, 1, MAX_HOURS);
  whole('types', options.types, 1, MAX_TYPES);
  whole('seed', options.seed, 0, 0xffff_ffff);
  share('duplicates', options.duplicates);
  share('late', options.late);
  share('malformed', options.malformed);
  whole('startMillis', options.startMillis, Date.UTC(2001, 0, 1), Date.UTC(9000, 0, 1));
  if (options.startMillis % 1_000 !== 0) throw new UsageError(`startMillis ${options.startMillis} must be a whole second.`);
};

const whole = (name: string, value: number, least: number, most: number): void => {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new UsageError(`${name} ${value} must be a whole number from ${least} to ${most}.`);
  }
};

const share = (name: string, value: number): void => {
  if (!(value >= 0 && value <= 1)) throw new UsageError(`${name} ${value} must be a share from 0 to 1.`);
};
