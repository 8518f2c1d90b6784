import type { Faker } from '@faker-js/faker';
import { faker as english } from '@faker-js/faker/locale/en';
import { faker as japanese } from '@faker-js/faker/locale/ja';
import type { Corpus, CorpusRecord } from './corpus';
import { Random } from './random';

/**
 * Made-up events of a shop: `types` types with names of one to three parts, some skew between types, nested bodies, text in several scripts, integers
 * above 2^53 and decimals with trailing zeros. Faker fills some templates per type; a record varies one of them, which is what makes it fast.
 */
export const syntheticCorpus = ({ types, seed }: { readonly types: number; readonly seed: number }): Corpus => {
  const random = new Random(seed, STREAM);
  english.seed(seed);
  japanese.seed(seed);
  english.setDefaultRefDate(REFERENCE_DATE);
  japanese.setDefaultRefDate(REFERENCE_DATE);
  const kinds = Array.from({ length: types }, (_, index) => kindOf(index, random));
  // A few types make most of the traffic, and none is so rare that a day of it would be empty.
  const cumulative: number[] = [];
  let total = 0;
  for (let index = 0; index < types; index++) cumulative.push((total += 1 / (index + 12)));
  return {
    name: 'synthetic',
    eventTypes: kinds.map(({ eventType }) => eventType),
    draw: (draws) => {
      const at = draws.fraction() * total;
      const { records } = kinds[firstAbove(cumulative, at)]!;
      return draws.pick(records);
    },
  };
};

const STREAM = 0x5e7;
const REFERENCE_DATE = '2026-01-01T00:00:00.000Z';
const RECORDS_PER_TYPE = 10;

const SUBJECTS = (
  'payment order cart checkout user session page search video product review refund invoice shipment delivery return coupon wallet ' +
  'subscription notification email sms push device login signup profile address wishlist inventory price stock supplier ticket chat call ' +
  'survey article playlist download'
).split(' ');
const SECOND_PARTS = 'created updated deleted completed failed started viewed clicked order item Customer weekly_digest'.split(
  ' ',
);
const THIRD_PARTS = 'ok completed retry web ios android Timeout manual'.split(' ');

interface Kind {
  readonly eventType: string;
  readonly records: readonly CorpusRecord[];
}

const kindOf = (index: number, random: Random): Kind => {
  const subject = SUBJECTS[index % SUBJECTS.length]!;
  const round = Math.floor(index / SUBJECTS.length);
  const eventType = round === 0 ? subject : `${subject}${random.pick(['-v', '_'])}${round + 1}`;
  // Some producers write capitals; the lake does not.
  const sent = random.below(10) === 0 ? eventType.charAt(0).toUpperCase() + eventType.slice(1) : eventType;
  const records = Array.from({ length: RECORDS_PER_TYPE }, () => {
    const parts = [sent, random.pick(SECOND_PARTS), random.pick(THIRD_PARTS)].slice(0, 1 + random.below(3));
    return recordOf(parts.join(':'), eventType, random);
  });
  return { eventType, records };
};

/** `{…}` with slots, as text between the slots and what goes into each. */
const recordOf = (eventName: string, eventType: string, random: Random): CorpusRecord => {
  const body = bodyOf(random.below(6) === 0 ? japanese : english, random);
  const key = { event_uuid: '@uuid', event_name: eventName, created_at: '@created' };
  const record = random.below(4) === 0 ? { ...body, ...key } : { ...key, ...body };
  // Now and then a producer that fills in our fields itself, rightly or wrongly, or that prints JSON for people.
  const own = random.below(25);
  const whole = own === 0 ? { ...record, event_type: eventType } : own === 1 ? { ...record, event_subtype: 'unknown' } : record;
  const text = random.below(30) === 0 ? JSON.stringify(whole, undefined, 2) : JSON.stringify(whole);
  const pieces = text.split(SLOT);
  return {
    eventName,
    eventType,
    write: (draws, eventUuid, createdAt) => {
      let written = pieces[0]!;
      for (let index = 1; index < pieces.length; index += 2) {
        written += slotText(pieces[index]!, draws, eventUuid, createdAt) + pieces[index + 1]!;
      }
      return written;
    },
  };
};

const SLOT = /"@([a-z]+)"/;

const slotText = (slot: string, random: Random, eventUuid: string, createdAt: string): string => {
  switch (slot) {
    case 'uuid':
      return `"${eventUuid}"`;
    case 'created':
      return createdAt;
    case 'big':
      // Above 2^53, as 64-bit identifiers are: only text survives a reader that knows doubles alone.
      return `${9_007_199_254 + random.below(212_000_000)}${String(random.below(1_000_000_000)).padStart(9, '0')}`;
    case 'count':
      return String(random.below(1_000));
    case 'amount':
      return `${random.below(2_000)}.${random.below(10)}0`;
    case 'flag':
      return random.below(2) === 0 ? 'true' : 'false';
    default:
      return `"${random.uint32().toString(36)}"`;
  }
};

const bodyOf = (faker: Faker, random: Random): Record<string, unknown> => ({
  tenant_id: '@big',
  ...(random.below(5) < 2 && {
    customer: {
      name: faker.person.fullName(),
      email: faker.internet.email().toLowerCase(),
      city: faker.location.city(),
      address:
        random.below(3) === 0
          ? null
          : { street: faker.location.streetAddress(), geo: { lat: faker.location.latitude(), lon: faker.location.longitude() } },
    },
  }),
  ...(random.below(5) < 2 && {
    items: Array.from({ length: 1 + random.below(2) }, () => ({
      sku: faker.string.alphanumeric(8),
      title: faker.commerce.productName(),
      count: '@count',
      price: '@amount',
    })),
  }),
  ...(random.below(3) === 0 && { message: `${faker.lorem.sentence()} ${faker.internet.emoji()}` }),
  ...(random.below(8) === 0 && { html: `<a href="https://example.com/?q=${faker.word.noun()}">\t"${faker.word.noun()}"\n</a>` }),
  context: {
    ip: faker.internet.ipv4(),
    ...(random.below(3) === 0 ? { agent: faker.internet.userAgent() } : { app: faker.system.semver() }),
    locale: random.pick(['en-GB', 'ja-JP', 'cs-CZ', 'pt-BR']),
    request: '@token',
    trial: '@flag',
  },
  total: '@amount',
});

/** The first index whose value is above `at`; values ascend. */
const firstAbove = (values: readonly number[], at: number): number => {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! > at) high = middle;
    else low = middle + 1;
  }
  return low;
};
