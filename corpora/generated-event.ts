import type { Corpus, CorpusRecord } from './corpus';
import type { DayRecord } from './day';
import { Random } from './random';

/** One unique event of a day, by its number. */
export interface GeneratedEvent {
  readonly index: number;
  readonly record: CorpusRecord;
  /** Lower case. */
  readonly eventUuid: string;
  readonly createdMillis: number;
  readonly createdForm: CreatedForm;
  readonly arrivalMillis: number;
  readonly late: boolean;
  /** How many more times it arrives. */
  readonly copies: number;
  /** Continues where the event's own draws ended: for the body. */
  readonly random: Random;
}

/** How producers write a creation time. */
type CreatedForm = 'millis' | 'seconds' | 'fraction' | 'text';

export interface GeneratorSettings {
  readonly corpus: Corpus;
  readonly events: number;
  readonly duplicates: number;
  readonly late: number;
  readonly seed: number;
  readonly startMillis: number;
  readonly endMillis: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const EVENT_STREAM = 1;
const COPY_STREAM = 2;
const ORDER_STREAM = 3;

/** Most late events come a few days late, a few weeks: the ages fall off exponentially, from 2 to 30 days. */
const lateness = (random: Random): number => 2 * DAY + Math.min(28 * DAY - 1, Math.floor(-Math.log(1 - random.fraction()) * DAY));

/** Makes any event of a day from its number alone. Events with higher numbers arrive later. */
export class EventGenerator {
  readonly #lateOrder: Order;
  readonly #copyOrder: Order;

  constructor(readonly settings: GeneratorSettings) {
    const { events, seed } = settings;
    this.#lateOrder = { stride: coprimeStride(events, 0.6180339887), offset: new Random(seed, ORDER_STREAM, 0).below(events) };
    this.#copyOrder = { stride: coprimeStride(events, 0.4142135624), offset: new Random(seed, ORDER_STREAM, 1).below(events) };
  }

  event(index: number): GeneratedEvent {
    const { corpus, events, startMillis, endMillis, seed } = this.settings;
    const random = new Random(seed, EVENT_STREAM, index);
    const within = busier((index + random.fraction()) / events);
    const arrivalMillis = Math.min(endMillis - 1, startMillis + Math.floor(within * (endMillis - startMillis)));
    const late = this.#rank(index, this.#lateOrder) < this.settings.late;
    const eventUuid = random.uuid();
    const record = corpus.draw(random);
    const form = FORMS[random.below(FORMS.length)]!;
    const created = late ? arrivalMillis - lateness(random) : Math.max(startMillis, arrivalMillis - delay(random));
    const createdMillis = form === 'seconds' ? created - (created % SECOND) : created;
    return {
      index,
      record,
      eventUuid,
      createdMillis,
      createdForm: form,
      arrivalMillis,
      late,
      copies: this.#copies(index),
      random,
    };
  }

  /** An event's first arrival. */
  first({ index, record, eventUuid, createdMillis, createdForm, arrivalMillis, random }: GeneratedEvent): DayRecord {
    const data = record.write(random, eventUuid, createdText(createdMillis, createdForm));
    return { arrivalMillis, kind: 'event', data, partitionKey: eventUuid, index };
  }

  /** When copy number `copy` of an event arrives: within a second, minutes or hours, and before the end. */
  copyArrival({ index, arrivalMillis }: GeneratedEvent, copy: number): number {
    const random = new Random(this.settings.seed, COPY_STREAM, index, copy);
    const arrival = arrivalMillis + random.below(random.pick([1, SECOND, 10 * SECOND, 10 * MINUTE, HOUR, 6 * HOUR]));
    const { endMillis } = this.settings;
    return arrival < endMillis ? arrival : arrivalMillis + random.below(endMillis - arrivalMillis);
  }

  /** A copy: mostly the same bytes, now and then the same event written otherwise. */
  duplicate(index: number, copy: number, arrivalMillis: number): DayRecord {
    const event = this.event(index);
    const sort = new Random(this.settings.seed, COPY_STREAM, index, copy, 1).pick(COPY_SORTS);
    const eventUuid = sort === 'upper-case UUID' ? event.eventUuid.toUpperCase() : event.eventUuid;
    const form = sort === 'other unit' ? OTHER_FORM[event.createdForm] : event.createdForm;
    const data = event.record.write(event.random, eventUuid, createdText(event.createdMillis, form));
    return { arrivalMillis, kind: 'duplicate', data, partitionKey: event.eventUuid, index, sort };
  }

  /** Every eleventh copy is a third one of its event. */
  #copies(index: number): number {
    const { duplicates } = this.settings;
    const twice = Math.floor(duplicates / 11);
    const rank = this.#rank(index, this.#copyOrder);
    return Number(rank < duplicates - twice) + Number(rank < twice);
  }

  /** The event's place in an order that spreads the numbers evenly: the first n of an order are exactly n events. */
  #rank(index: number, { stride, offset }: Order): number {
    return (index * stride + offset) % this.settings.events;
  }
}

interface Order {
  readonly stride: number;
  readonly offset: number;
}

/** A number near `share` of `count` that shares no divisor with it: its multiples visit every number below `count` once. */
const coprimeStride = (count: number, share: number): number => {
  let stride = Math.max(1, Math.floor(count * share));
  while (greatestDivisor(stride, count) > 1) stride++;
  return stride;
};

const greatestDivisor = (left: number, right: number): number => (right === 0 ? left : greatestDivisor(right, left % right));

/** Keeps order and both ends, and puts more of a day into its middle. */
const busier = (within: number): number => within + (0.4 * Math.sin(2 * Math.PI * within)) / (2 * Math.PI);

/** From creation to arrival: mostly moments, seldom some minutes. */
const delay = (random: Random): number => random.below(random.pick(DELAYS));
const DELAYS = [50, 200, 200, SECOND, SECOND, 5 * SECOND, 30 * SECOND, 10 * MINUTE];

const FORMS: readonly CreatedForm[] = [
  'millis',
  'millis',
  'millis',
  'millis',
  'millis',
  'millis',
  'seconds',
  'seconds',
  'fraction',
  'text',
];
const OTHER_FORM: Readonly<Record<CreatedForm, CreatedForm>> = {
  millis: 'fraction',
  seconds: 'millis',
  fraction: 'text',
  text: 'millis',
};
const COPY_SORTS = [...Array.from({ length: 8 }, () => 'same bytes'), 'upper-case UUID', 'other unit'];

/** JSON text of a creation time; all forms but whole seconds tell the milliseconds. */
const createdText = (millis: number, form: CreatedForm): string => {
  switch (form) {
    case 'millis':
      return String(millis);
    case 'seconds':
      return String(millis / SECOND);
    case 'fraction':
      return `${Math.floor(millis / SECOND)}.${String(millis % SECOND).padStart(3, '0')}`;
    case 'text':
      return `"${millis}"`;
  }
};
