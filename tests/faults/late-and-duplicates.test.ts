import type { Audit } from '../../cli/audit/findings';
import { verifyCommand } from '../../cli/commands/verify';
import { Random } from '../../corpora/random';
import { documentOf } from '../flow/command';
import { Lake } from '../flow/lake';
import {
  conflictsExpected,
  rowsExpected,
  spelled,
  typeConflictsExpected,
  unscheduled,
  type Identity,
  type Sent,
} from './duplicates-oracle';
import { replaceSection } from './document-section';
import { everything, patience, seed as firstSeed } from './effort';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How long after an event's first arrival its copies arrive. */
const DELAYS = {
  none: 0,
  hour: HOUR,
  day: DAY,
  'eight days': 8 * DAY,
  '150 days': 150 * DAY,
  'three years': 3 * 365 * DAY,
} as const;
type Delay = keyof typeof DELAYS;
const NAMES = Object.keys(DELAYS) as Delay[];

/** Around the borders that decide where an event lies: midnight, and the end of the day after. Relative to the first arrivals. */
const CREATED = [
  0,
  -1,
  1,
  -HOUR,
  -12 * HOUR,
  -12 * HOUR + 1,
  -12 * HOUR - 1,
  -36 * HOUR,
  -36 * HOUR + 1,
  -36 * HOUR - 1,
  -40 * DAY,
];

const SEEDS = Array.from({ length: everything ? 6 : 1 }, (_, index) => firstSeed + index);
const EVENTS = 400;

interface Event extends Identity {
  /** When it arrives first. */
  readonly first: Delay;
  /** The delays of its copies, none of them before its first arrival, which is one of its own. */
  readonly copies: readonly Delay[];
}

const eventsOf = (random: Random, firstArrival: number): Event[] => {
  const events: Event[] = [];
  for (let index = 0; index < EVENTS; index++) {
    const same = index % 10 === 9 ? events[index - 1] : undefined;
    // Every tenth has the UUID and the time of the one before, under another type: another event, which may come years after that one.
    const first = same === undefined ? 'none' : NAMES[Math.floor(index / 10) % NAMES.length]!;
    events.push({
      first,
      eventType: same === undefined ? random.pick(['payment', 'push']) : 'refund',
      eventUuid: same?.eventUuid ?? random.uuid(),
      createdAt: same?.createdAt ?? firstArrival + random.pick(CREATED),
      // Every set of delays comes up: bit n of the number stands for delay n.
      copies: NAMES.filter((_, delay) => ((index % 64) >> delay) % 2 === 1 && delay >= NAMES.indexOf(first)),
    });
  }
  return events;
};

let records = 0;
afterAll(() => {
  if (everything)
    replaceSection(
      'late copies',
      `## Late and repeated events

Tried: ${records.toLocaleString('en')} records of ${(EVENTS * SEEDS.length).toLocaleString('en')} events, drawn with the seeds ${SEEDS.join(', ')}: copies at once, an hour, days, months and three years after the first arrival, created around midnights, in every form that producers send, some with other content, some under another type years later. After each run, rows, copies and conflicts are those of an oracle.`,
    );
});

describe.each(SEEDS)('copies that arrive up to three years after the first (seed %i)', (seed) => {
  test(
    'leave each event in the table once, with its first arrival, every copy counted, and each conflict reported',
    async () => {
      const random = new Random(seed, 4);
      const lake = await Lake.open(undefined, undefined, undefined, unscheduled);
      try {
        // Noon: half a day on either side of it lies a midnight.
        await lake.host.advance(12 * HOUR);
        const begin = lake.host.now();
        const events = eventsOf(random, begin);
        const sent: Sent[] = [];
        const published: Sent[] = [];
        const put = async (identities: readonly Identity[]): Promise<void> => {
          const texts = identities.map((identity) => spelled(identity, random));
          for (let from = 0; from < texts.length; from += 400) await lake.put(...texts.slice(from, from + 400));
          const arrival = lake.host.now();
          identities.forEach((identity, index) => sent.push({ ...identity, text: texts[index]!, arrival }));
        };
        const compact = async (): Promise<void> => {
          const execution = await lake.compact({ force: true });
          expect(execution.status).toBe('SUCCEEDED');
          const report = await lake.report();
          const fresh = sent.slice(published.length);
          expect(report.lines).toMatchObject({ in: fresh.length, conflicts: conflictsExpected(published, fresh) });
          published.push(...fresh);
          expect(await read(lake)).toEqual(rowsExpected(published));
        };

        for (const [index, delay] of NAMES.entries()) {
          await lake.host.advance(begin + DELAYS[delay] - lake.host.now());
          // First arrivals, and their copies right after them: half in the same objects, half in others that the same run may read.
          await put(events.filter(({ first }) => first === delay));
          const copies = events.filter((one) => one.copies.includes(delay));
          await put(copies.filter((_, place) => place % 2 === 0));
          await lake.deliver();
          await put(copies.filter((_, place) => place % 2 === 1));
          await lake.deliver();
          // Copies meet what is published or what still waits, as the seed has it; but nothing waits until raw expires.
          const untilNext = DELAYS[NAMES[index + 1] ?? 'three years'] - DELAYS[delay];
          if ((index + seed) % 2 === 0 || untilNext === 0 || untilNext > 20 * DAY) await compact();
        }
        expect(published).toHaveLength(sent.length);
        // Those that came under another type on another night are in no report; the audit knows them all.
        const { document } = await documentOf<Audit>(lake, verifyCommand);
        expect(typeConflictsExpected(sent)).toBe(EVENTS / 10);
        expect(document.checks.typeConflicts?.keys).toBe(EVENTS / 10);
        // Nothing is left to do, and nothing was ever touched in the raw zone but by its lifecycle.
        await lake.compact({ force: true });
        expect(await lake.report()).toMatchObject({ partitions: 0, queries: 0 });
        records += sent.length;
      } finally {
        await lake.remove();
      }
    },
    patience,
  );
});

const read = async (lake: Lake): Promise<ReturnType<typeof rowsExpected>> => {
  const rows: ReturnType<typeof rowsExpected> = [];
  for (const eventType of ['payment', 'push', 'refund'])
    for (const row of await lake.rows(
      `SELECT event_type, created_date, event_uuid, created_at, copies, payload FROM events WHERE event_type = '${eventType}' ORDER BY event_uuid, created_at`,
    )) {
      const [type, createdDate, eventUuid, createdAt, copies, payload] = row.map(String) as [
        string,
        string,
        string,
        string,
        string,
        string,
      ];
      rows.push({ eventType: type, createdDate, eventUuid, createdAt: Number(createdAt), copies: Number(copies), payload });
    }
  return rows.sort((left, right) => (order(left) < order(right) ? -1 : 1));
};

const order = ({ eventType, eventUuid, createdAt }: Identity): string => `${eventType} ${eventUuid} ${createdAt}`;
