import type { Random } from './random';

/**
 * Records that no transform may let into the lake, of many sorts. Each but the unreadable ones carries a fresh UUID, so one that slips through is seen
 * as an event that nobody produced.
 */
export interface Malformed {
  readonly sort: string;
  readonly data: string | Buffer;
}

export const malformedRecord = (random: Random, arrivalMillis: number): Malformed => {
  const sort = random.pick(SORTS);
  return { sort, data: MALFORMED[sort]!(random, arrivalMillis) };
};

type Maker = (random: Random, arrivalMillis: number) => string | Buffer;

const DAY_MILLIS = 86_400_000;

const event = (random: Random, fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ event_uuid: random.uuid(), event_name: 'payment:order', created_at: 1, ...fields });

const whole = (random: Random, arrival: number, fields: Readonly<Record<string, unknown>> = {}): string =>
  event(random, { created_at: arrival, ...fields });

const bytes = (before: string, middle: readonly number[], after: string): Buffer =>
  Buffer.concat([Buffer.from(before), Buffer.from(middle), Buffer.from(after)]);

const MALFORMED: Readonly<Record<string, Maker>> = {
  'blank line': () => '\n',
  'not JSON': (random) => `GET /health?${random.uint32()} HTTP/1.1`,
  'cut in half': (random, arrival) => whole(random, arrival).slice(0, -20),
  'two events': (random, arrival) => whole(random, arrival) + whole(random, arrival),
  'trailing comma': (random, arrival) => `${whole(random, arrival).slice(0, -1)},}`,
  'single quotes': (random, arrival) => whole(random, arrival).replaceAll('"', "'"),
  'not a number': (random, arrival) => `${whole(random, arrival).slice(0, -1)},"ratio":NaN}`,
  array: (random, arrival) => `[${whole(random, arrival)}]`,
  string: (random, arrival) => JSON.stringify(whole(random, arrival)),
  null: () => 'null',
  'byte order mark': (random, arrival) => `\ufeff${whole(random, arrival)}`,
  'not UTF-8': (random, arrival) => bytes(`${whole(random, arrival).slice(0, -1)},"city":"Br`, [0xfc], 'nn"}'),
  'half a surrogate pair': (random, arrival) => `${whole(random, arrival).slice(0, -1)},"mood":"\\ud83d"}`,
  'nested too deep': (random, arrival) => `${whole(random, arrival).slice(0, -1)},"tree":${'['.repeat(600)}${']'.repeat(600)}}`,
  'number too long': (random, arrival) => `${whole(random, arrival).slice(0, -1)},"digits":${'9'.repeat(1_001)}}`,
  'no UUID': (random, arrival) => whole(random, arrival, { event_uuid: undefined }),
  'UUID without hyphens': (random, arrival) => whole(random, arrival, { event_uuid: random.uuid().replaceAll('-', '') }),
  'UUID null': (random, arrival) => whole(random, arrival, { event_uuid: null }),
  'no name': (random, arrival) => whole(random, arrival, { event_name: undefined }),
  'name a number': (random, arrival) => whole(random, arrival, { event_name: 7 }),
  'name empty': (random, arrival) => whole(random, arrival, { event_name: '' }),
  'type a path': (random, arrival) => whole(random, arrival, { event_name: '../payment=1:order' }),
  'type outside ASCII': (random, arrival) => whole(random, arrival, { event_name: '\u212aafka:order' }),
  'type too long': (random, arrival) => whole(random, arrival, { event_name: 'p'.repeat(65) }),
  'type late': (random, arrival) => whole(random, arrival, { event_name: 'Late:order' }),
  'no creation time': (random) => event(random, { created_at: undefined }),
  'creation time a date': (random, arrival) => whole(random, arrival, { created_at: new Date(arrival).toISOString() }),
  'creation time in microseconds': (random, arrival) => whole(random, arrival, { created_at: arrival * 1_000 }),
  'created before 2000': (random) => event(random, { created_at: 915_148_800 + random.below(1_000_000) }),
  'created in the future': (random, arrival) => whole(random, arrival, { created_at: arrival + 2 * DAY_MILLIS }),
  'UUID twice': (random, arrival) => `${whole(random, arrival).slice(0, -1)},"event_uuid":"${random.uuid()}"}`,
  'time twice, once escaped': (random, arrival) => `${whole(random, arrival).slice(0, -1)},"created\\u005fat":${arrival - 1}}`,
};

export const SORTS: readonly string[] = Object.keys(MALFORMED);
