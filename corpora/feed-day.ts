import { UsageError } from '../contracts/errors';
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
  /** Unique records; copies and malformed ones come on top. */
  readonly records: number;
  readonly duplicates: number;
  readonly malformed: number;
  readonly seed: number;
  readonly startMillis: number;
  readonly endMillis: number;
}

/** Writes one record that arrives at `millis`. */
type Writer = (random: Random, millis: number) => string;

const FIRST = ['Amanda', 'Bo', 'Cleo', 'Dmitri', 'Efua', 'Finn', 'Grace', 'Hiro', 'Ines', 'Jonas'];
const LAST = ['Fuller', 'Okafor', 'Lindqvist', 'Haddad', 'Silva', 'Novak', 'Tanaka', 'Moreau', 'Quispe', 'Weber'];
const COUNTRIES = ['Angola', 'Brazil', 'Chile', 'Denmark', 'Estonia', 'France', 'Ghana', 'Haiti', 'India', 'Japan'];
const DOMAINS = ['example.com', 'example.org', 'example.net'];
const STATES = ['Alaska', 'Georgia', 'Idaho', 'Ohio', 'Texas', 'Utah', 'Vermont'];

const WRITERS: Readonly<Record<string, Writer>> = {
  users: (random) => {
    const [first, last] = [random.pick(FIRST), random.pick(LAST)];
    const email = `${first}.${last}.${random.below(1e9)}@${random.pick(DOMAINS)}`.toLowerCase();
    return JSON.stringify({
      name: `${first} ${last}`,
      url: `https://${last}-${random.below(1e6)}.info/`,
      email,
      country: random.pick(COUNTRIES),
    });
  },
  telemetry: (random) =>
    JSON.stringify({ id: random.uuid(), latitude: random.fraction() * 180 - 90, longitude: random.fraction() * 360 - 180 }),
  films: (random, millis) =>
    `${JSON.stringify({
      timestamp: new Date(millis).toISOString(),
      eventType: random.pick(['rent', 'rent', 'rent', 'buy', 'trailer', 'trailer', 'trailer', 'trailer', 'trailer', 'trailer']),
      film_id: 1 + random.below(1_000),
      distributor: random.pick(['amazon prime', 'google play', 'apple itunes', 'youtube']),
      platform: random.pick(['ios', 'android', 'xbox', 'tech', 'other']),
      state: random.pick(STATES),
    })}\n`,
  members: (random, millis) =>
    JSON.stringify({
      event_uuid: random.uuid(),
      event_name: `member:${random.pick(['created', 'updated', 'deleted'])}`,
      created_at: Math.floor(millis / 1_000),
      member: { id: `m${random.below(500)}`, name: random.pick(FIRST) },
    }),
};

export const FEED_DAYS = Object.keys(WRITERS);

/** What a feed's producer sends over a stretch of time, in the order of arrival: the same for the same seed. */
export const feedDay = (options: FeedDayOptions): readonly FeedRecord[] => {
  const { feed, records, seed, startMillis, endMillis } = options;
  const write = Object.hasOwn(WRITERS, feed) ? WRITERS[feed] : undefined;
  if (write === undefined) throw new UsageError(`the feed "${feed}" has no generator; there is one for ${FEED_DAYS.join(', ')}.`);
  const at = (random: Random): number => startMillis + random.below(endMillis - startMillis);
  const made: FeedRecord[] = [];
  const copies = Math.round(records * options.duplicates);
  for (let index = 0; index < records; index++) {
    const random = new Random(seed, 0xfeed, index);
    const arrivalMillis = at(random);
    const record = {
      arrivalMillis,
      data: write(random, arrivalMillis),
      partitionKey: random.uuid(),
      direct: feed === 'films' || (feed === 'members' && random.below(2) === 1),
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
      direct: feed === 'films',
      kind: 'malformed',
    });
  }
  return made.sort((left, right) => left.arrivalMillis - right.arrivalMillis);
};
