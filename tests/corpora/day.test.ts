import { UsageError } from '../../contracts/errors';
import { EVENTS } from '../../contracts/feeds';
import { judgeRecord } from '../../contracts/event';
import type { DayOptions, DayRecord, ExpectedEvent } from '../../corpora/day';
import { dayOf } from '../../corpora/day';
import { SORTS } from '../../corpora/malformed';
import { transform } from '../../handlers/transform/core';

const START = Date.UTC(2026, 10, 20);
const OPTIONS: DayOptions = {
  corpus: 'synthetic',
  events: 3_000,
  hours: 24,
  types: 100,
  duplicates: 0.1,
  late: 0.05,
  malformed: 0.1,
  seed: 1,
  startMillis: START,
};
const SETTINGS = { onTimeDaysBefore: 1, eventTypes: [] };

const keyOf = ({
  eventType,
  eventUuid,
  createdDatetime,
}: Pick<ExpectedEvent, 'eventType' | 'eventUuid' | 'createdDatetime'>): string => `${eventType} ${eventUuid} ${createdDatetime}`;

/** The key that the judge of the lake sees in a record, as against the one that the generator promises. */
const judgedKey = (record: DayRecord): string | undefined => {
  const judgement = judgeRecord(String(record.data), record.arrivalMillis, SETTINGS);
  if (!judgement.ok) return undefined;
  const line = JSON.parse(judgement.line) as { created_datetime: string; event_uuid: string };
  return keyOf({
    eventType: judgement.eventType,
    eventUuid: line.event_uuid.toLowerCase(),
    createdDatetime: line.created_datetime,
  });
};

const isTaken = ({ data, arrivalMillis }: DayRecord): boolean =>
  transform(
    EVENTS,
    {
      records: [
        { recordId: '', approximateArrivalTimestamp: arrivalMillis, data: Buffer.from(data as string).toString('base64') },
      ],
    },
    SETTINGS,
  ).records[0]!.result === 'Ok';

describe.each(['synthetic', 'github'] as const)('a day of the %s corpus', (corpus) => {
  const day = dayOf({ ...OPTIONS, corpus });
  const records = [...day];
  const truth = [...day.truth()];

  it('has exactly as many records of each kind as it counts', () => {
    const of = (kind: DayRecord['kind']): number => records.filter((record) => record.kind === kind).length;
    expect(day.counts).toEqual({ records: 3_600, uniqueEvents: 3_000, duplicates: 300, late: 150, malformed: 300 });
    expect([records.length, of('event'), of('duplicate'), of('malformed')]).toEqual([3_600, 3_000, 300, 300]);
    expect(truth.filter(({ late }) => late)).toHaveLength(150);
  });

  it('arrives in order, within its hours', () => {
    const arrivals = records.map(({ arrivalMillis }) => arrivalMillis);
    expect(arrivals).toEqual([...arrivals].sort((left, right) => left - right));
    expect(arrivals[0]).toBeGreaterThanOrEqual(START);
    expect(arrivals.at(-1)).toBeLessThan(START + 24 * 3_600_000);
  });

  it('holds what its truth says: each event at least once, copies with the key of their event, nothing else', () => {
    const expected = truth.map(keyOf);
    expect(new Set(expected).size).toBe(3_000);
    const events = records.filter(({ kind }) => kind === 'event');
    expect(events.map(judgedKey)).toEqual(expected);
    for (const copy of records.filter(({ kind }) => kind === 'duplicate')) expect(judgedKey(copy)).toBe(expected[copy.index]);
  });

  it('is on time but for the late share', () => {
    for (const record of records.filter(({ kind }) => kind === 'event')) {
      const judgement = judgeRecord(String(record.data), record.arrivalMillis, SETTINGS);
      expect(judgement).toMatchObject({ ok: true, onTime: !truth[record.index]!.late });
    }
    for (const { createdDatetime, late } of truth) {
      const created = Date.parse(createdDatetime);
      if (!late) expect(created).toBeGreaterThanOrEqual(START);
      else expect(created).toBeGreaterThan(START - 31 * 86_400_000);
    }
  });

  it('has malformed records that the transform refuses, and others that it takes', () => {
    for (const record of records) expect([record.sort, isTaken(record)]).toEqual([record.sort, record.kind !== 'malformed']);
  });

  it('is the same again from the same seed, and another from another', () => {
    const short = { ...OPTIONS, corpus, events: 300 };
    expect([...dayOf(short)]).toEqual([...dayOf(short)]);
    const uuids = new Set([...dayOf(short).truth()].map(({ eventUuid }) => eventUuid));
    expect([...dayOf({ ...short, seed: 2 }).truth()].filter(({ eventUuid }) => uuids.has(eventUuid))).toEqual([]);
  });

  it('names only types that the corpus lists', () => {
    expect(day.eventTypes.length).toBe(corpus === 'github' ? 58 : 100);
    expect(new Set(day.eventTypes).size).toBe(day.eventTypes.length);
    expect(day.eventTypes).toEqual(expect.arrayContaining([...new Set(truth.map(({ eventType }) => eventType))]));
  });
});

describe('the records of a day', () => {
  const records = [...dayOf(OPTIONS)];

  it('come in all sorts', () => {
    const sorts = new Set(records.map(({ sort }) => sort));
    expect(sorts).toEqual(new Set([undefined, ...SORTS, 'same bytes', 'upper-case UUID', 'other unit']));
    const all = records.map(({ data }) => String(data)).join('\n');
    expect(all).toMatch(/[\u3040-\u30ff]/);
    expect(all).toMatch(/"tenant_id":9[0-9]{18}[,}]/);
    expect(all).toMatch(/"created_at":"\d{13}"/);
    expect(all).toMatch(/"created_at":\d{10}\.\d{3}/);
  });

  it('are about 400 bytes long', () => {
    const events = records.filter(({ kind }) => kind === 'event');
    const mean = events.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0) / events.length;
    expect(mean).toBeGreaterThan(350);
    expect(mean).toBeLessThan(480);
  });

  it('repeat some events twice, late ones too, after moments or hours', () => {
    const first = new Map(records.filter(({ kind }) => kind === 'event').map((record) => [record.index, record]));
    const copies = records.filter(({ kind }) => kind === 'duplicate');
    const gaps = copies.map((copy) => copy.arrivalMillis - first.get(copy.index)!.arrivalMillis);
    expect(Math.min(...gaps)).toBeLessThan(1_000);
    expect(Math.max(...gaps)).toBeGreaterThan(3_600_000);
    expect(new Set(copies.map(({ index }) => index)).size).toBeLessThan(copies.length);
    const late = new Set([...dayOf(OPTIONS).truth()].flatMap((event, index) => (event.late ? [index] : [])));
    expect(copies.some(({ index }) => late.has(index))).toBe(true);
    for (const copy of copies) if (copy.sort === 'same bytes') expect(copy.data).toBe(first.get(copy.index)!.data);
  });
});

describe('a day at the edges', () => {
  it.each([
    ['no events', { events: 0 }],
    ['one event', { events: 1 }],
    ['two events of one type in one hour', { events: 2, types: 1, hours: 1 }],
    ['all repeated, late and malformed', { events: 50, duplicates: 1, late: 1, malformed: 1 }],
    ['nothing but first arrivals', { events: 50, duplicates: 0, late: 0, malformed: 0 }],
    ['a start that is no midnight', { events: 50, startMillis: START + 37_000, hours: 1 }],
  ])('with %s adds up', (_, change) => {
    const day = dayOf({ ...OPTIONS, ...change });
    const records = [...day];
    expect(records).toHaveLength(day.counts.records);
    expect([...day.truth()]).toHaveLength(day.counts.uniqueEvents);
    for (const { arrivalMillis } of records) expect(arrivalMillis >= day.startMillis && arrivalMillis < day.endMillis).toBe(true);
  });

  it.each([
    [{ events: -1 }, /events -1 must be/],
    [{ events: 1.5 }, /events 1.5 must be/],
    [{ hours: 0 }, /hours 0 must be/],
    [{ types: 250 }, /types 250 must be a whole number from 1 to 249/],
    [{ duplicates: 1.1 }, /duplicates 1.1 must be a share from 0 to 1/],
    [{ late: NaN }, /late NaN must be/],
    [{ malformed: -0.1 }, /malformed -0.1 must be/],
    [{ seed: -1 }, /seed -1 must be/],
    [{ startMillis: 1 }, /startMillis 1 must be/],
    [{ corpus: 'twitter' as 'github' }, /corpus "twitter" must be one of synthetic, github/],
  ])('refuses %j', (change, message) => {
    expect(() => dayOf({ ...OPTIONS, ...change })).toThrow(UsageError);
    expect(() => dayOf({ ...OPTIONS, ...change })).toThrow(message);
  });
});
