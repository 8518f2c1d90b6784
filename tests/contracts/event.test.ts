import type { Accepted } from '../../contracts/event';
import { judgeLine, judgeRecord, payloadOf } from '../../contracts/event';
import { MAX_LINE_BYTES } from '../../contracts/record-text';
import { canonicalMillis, datetimeOf, parseDatetime } from '../../contracts/event-time';
import { EVENTS } from '../../contracts/feeds';
import { latePartition } from '../../contracts/lake';
import { fc } from '../properties';

const LATE_EVENTS = latePartition(EVENTS);
const ARRIVAL = Date.UTC(2026, 10, 22, 10, 0, 1);
const UUID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const SETTINGS = { onTimeDaysBefore: 1, eventTypes: [] };
const ADDED = ['created_datetime', 'event_type', 'event_subtype', 'ingested_at'];

const judge = (text: string, arrival = ARRIVAL, settings: Parameters<typeof judgeRecord>[2] = SETTINGS) =>
  judgeRecord(text, arrival, settings);
const accepted = (text: string, arrival = ARRIVAL, settings = SETTINGS): Accepted => {
  const judgement = judge(text, arrival, settings);
  if (!judgement.ok) throw new Error(judgement.reason);
  return judgement;
};
const record = (fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ event_uuid: UUID, event_name: 'payment:order:completed', created_at: ARRIVAL - 1_000, ...fields });
/** `{"event_uuid":…,"event_name":"push","created_at":…,<more>}` */
const withText = (more: string): string => `{"event_uuid":"${UUID}","event_name":"push","created_at":${ARRIVAL},${more}}`;
const restOf = (text: string): string => payloadOf(accepted(text).line);

describe('an accepted record', () => {
  it('gets the four fields in front of its own text', () => {
    const { line, ...rest } = accepted(record({ amount: 1 }));
    expect(line).toBe(
      '{"created_datetime":"2026-11-22T10:00:00.000Z","event_type":"payment","event_subtype":"order","ingested_at":"2026-11-22T10:00:01.000Z",' +
        `"event_uuid":"${UUID}","event_name":"payment:order:completed","created_at":1795341600000,"amount":1}`,
    );
    const [eventType, createdDate] = ['payment', '2026-11-22'];
    const partition = { event_type: eventType, created_date: createdDate };
    expect(rest).toEqual({ ok: true, eventType, createdDate, onTime: true, partition });
  });

  it('keeps its text to the byte, but for line breaks between tokens and space around it', () => {
    const text = withText(
      '"big":9007199254740993,"price":1.10,"e":1E5, "t":\t"a\\n\\u0041 \u2028é","__proto__":{"x":1},"x":1,"x":2',
    );
    expect(restOf(text)).toBe(text);
    expect(restOf(` \r\n\t${text.replace('"e":', '\r\n\n"e":')}\n \r\n`)).toBe(text);
  });

  it.each([
    ['push', 'push', null],
    ['push:', 'push', ''],
    ['Push:Order:x:y', 'push', 'Order'],
    ['a_b-9:"quoted" \\ \u0000 é', 'a_b-9', '"quoted" \\ \u0000 é'],
    ['p:"ingested_at":"', 'p', '"ingested_at"'],
  ])('named %j is of type %j and subtype %j', (name, eventType, subtype) => {
    const text = record({ event_name: name });
    const judgement = accepted(text);
    expect(judgement.eventType).toBe(eventType);
    expect(JSON.parse(judgement.line)).toMatchObject({ event_type: eventType, event_subtype: subtype });
    expect(payloadOf(judgement.line)).toBe(text);
  });

  it('may spell its key fields with escapes', () => {
    const text = `{"\\u0065vent_uuid":"${UUID}","event_name":"p\\u0075sh","created_at":"${ARRIVAL}"}`;
    expect(accepted(text)).toMatchObject({ eventType: 'push', createdDate: '2026-11-22' });
    expect(restOf(text)).toBe(text);
  });

  it('is on time on the UTC date of its arrival and the day before, else late', () => {
    const midnight = Date.UTC(2026, 10, 22);
    const at = (created: number, arrival: number) => accepted(record({ created_at: created }), arrival);
    expect(at(midnight - 1, midnight).partition).toEqual({ event_type: 'payment', created_date: '2026-11-21' });
    expect(at(midnight - 86_400_000, midnight).onTime).toBe(true);
    expect(at(midnight - 86_400_001, midnight)).toMatchObject({
      onTime: false,
      createdDate: '2026-11-20',
      partition: LATE_EVENTS,
    });
    expect(at(midnight, midnight - 1)).toMatchObject({ onTime: false, createdDate: '2026-11-22', partition: LATE_EVENTS });
  });

  it('is late where its type is not in the list', () => {
    expect(judge(record(), ARRIVAL, { onTimeDaysBefore: 1, eventTypes: ['push'] })).toMatchObject({
      onTime: true,
      partition: LATE_EVENTS,
      eventType: 'payment',
    });
    expect(judge(record(), ARRIVAL, { onTimeDaysBefore: 1, eventTypes: ['payment'] })).toMatchObject({
      partition: { event_type: 'payment' },
    });
  });
});

describe('a record that has some of the four fields itself', () => {
  const DATETIME = `"created_datetime":"${datetimeOf(ARRIVAL)}"`;

  it.each([
    ['the same value is not added twice', `${DATETIME},"event_type":"push","event_subtype":null,"a":1`, '"a":1'],
    ['nor is it as the last member', `"a":1 , "event_type" : "push" `, '"a":1 '],
    ['nor spelled with escapes', '"\\u0065vent_type":"p\\u0075sh","a":1', '"a":1'],
    ['another value keeps its place under another name', '"event_type":"order", "a":1', '"original_event_type":"order", "a":1'],
    [
      'also where it is no string',
      '"event_subtype":{"event_type":1},"event_type":null',
      '"original_event_subtype":{"event_type":1},"original_event_type":null',
    ],
    ['also where the text is "null"', '"event_subtype":"null"', '"original_event_subtype":"null"'],
    [
      'never under a name that is taken',
      '"original_event_type":1,"event_type":2',
      '"original_event_type":1,"original_event_type_2":2',
    ],
    ['nor when it is there twice', '"event_type":1,"event_type":2', '"original_event_type":1,"original_event_type_2":2'],
    [
      'and below the top level it is none of ours',
      '"a":{"event_type":"x","event_uuid":"y"}',
      '"a":{"event_type":"x","event_uuid":"y"}',
    ],
  ])('%s', (_, sent, kept) => {
    expect(restOf(withText(sent))).toBe(withText(kept));
  });

  it('may have very many of them', () => {
    const sent = Array.from({ length: 40_000 }, () => '"event_type":1').join(',');
    const kept = JSON.parse(restOf(withText(`${sent},"original_event_type_7":true`))) as Record<string, unknown>;
    expect(Object.keys(kept)).toHaveLength(3 + 40_000 + 1);
  });

  it('leaves no comma behind where the first or the only further member goes', () => {
    const key = `"event_uuid":"${UUID}","event_name":"push","created_at":${ARRIVAL}`;
    expect(restOf(`{ "event_type":"push", ${key}}`)).toBe(`{ ${key}}`);
    expect(restOf(`{${key},"event_type":"push"\n}`)).toBe(`{${key}}`);
  });
});

describe('a rejected record', () => {
  const rejections: [string, string, string][] = [
    ['not JSON', 'hello', 'json'],
    ['an array', `[${record()}]`, 'object'],
    ['two objects', record() + record(), 'json'],
    ['half a surrogate pair', withText('"a":"\\ud800"'), 'surrogate'],
    ['no uuid', record({ event_uuid: undefined }), 'event_uuid'],
    ['a uuid without hyphens', record({ event_uuid: UUID.replaceAll('-', '') }), 'event_uuid'],
    ['a uuid with a newline behind it', record({ event_uuid: `${UUID}\n` }), 'event_uuid'],
    ['a uuid that is a number', record({ event_uuid: 1 }), 'event_uuid'],
    ['no name', record({ event_name: undefined }), 'event_name'],
    ['an empty name', record({ event_name: '' }), 'event_name'],
    ['a name that starts with a colon', record({ event_name: ':order' }), 'event_name'],
    ['a name that is null', record({ event_name: null }), 'event_name'],
    ['a type with a slash', record({ event_name: 'a/b:c' }), 'event_name'],
    ['a type of 65 characters', record({ event_name: 'a'.repeat(65) }), 'event_name'],
    ['a Kelvin sign, which lower-cases into ASCII', record({ event_name: '\u212aafka' }), 'event_name'],
    ['the type late', record({ event_name: 'LATE:x' }), 'event_name'],
    ['no creation time', record({ created_at: undefined }), 'created_at'],
    ['a creation time that is a date', record({ created_at: '2026-11-22' }), 'created_at'],
    ['a creation time that is an object', record({ created_at: {} }), 'created_at'],
    ['a creation time that is an empty string', record({ created_at: '' }), 'created_at'],
    ['a creation time in microseconds', record({ created_at: ARRIVAL * 1_000 }), 'created_at'],
    ['a creation time before 2000', record({ created_at: 946_684_799 }), 'created_at'],
    ['a negative creation time', record({ created_at: -ARRIVAL }), 'created_at'],
    ['a creation time beyond all numbers', withText('"x":1').replace(String(ARRIVAL), '1e400'), 'created_at'],
    ['a creation time more than a day ahead', record({ created_at: ARRIVAL + 86_400_001 }), 'created_at'],
    ['a repeated uuid', withText(`"event_uuid":"${UUID}"`), 'repeated'],
    ['a repeated uuid behind an escape', withText(`"\\u0065vent_uuid":"${UUID}"`), 'repeated'],
    ['a repeated name', withText('"event_name":"push"'), 'repeated'],
    ['a repeated creation time', withText('"created_at":1'), 'repeated'],
    ['a record above the size limit', withText(`"a":"${'é'.repeat(MAX_LINE_BYTES / 2)}"`), 'size'],
  ];
  it.each(rejections)('has %s', (_, text, code) => {
    const judgement = judge(text);
    expect(judgement).toMatchObject({ ok: false, code, reason: expect.stringMatching(/^[^\n]{10,400}\.$/) as string });
  });

  it('says which field, which value and what is allowed', () => {
    expect(judge(record({ event_uuid: 'x'.repeat(200) }))).toMatchObject({
      reason: `event_uuid "\\"${'x'.repeat(99)}…" must be a UUID: 8-4-4-4-12 hexadecimal digits.`,
    });
  });

  it('is every record whose arrival time is none', () => {
    for (const arrival of [NaN, Infinity, -1, 0, 1.7e9, 1e15])
      expect(judge(record(), arrival)).toMatchObject({ ok: false, code: 'arrival' });
  });

  it('is created a day after its arrival at the latest', () => {
    expect(judge(record({ created_at: ARRIVAL + 86_400_000 })).ok).toBe(true);
  });
});

describe('created_at', () => {
  it.each([
    ['1795341600', 1795341600000],
    ['1795341600.0005', 1795341600001],
    ['1795341600.00049', 1795341600000],
    ['1795341600.123', 1795341600123],
    ['1795341600.9999', 1795341601000],
    ['1.7953416e9', 1795341600000],
    ['1795341600123', 1795341600123],
    ['1795341600123.5', 1795341600124],
    ['99999999999', 99999999999000],
    ['100000000000', 100000000000],
    ['99999999999999', 99999999999999],
    ['100000000000000', undefined],
    ['1e-7', 0],
    ['-1', undefined],
    [' 1795341600', undefined],
    ['0x10', undefined],
    ['1_000', undefined],
    ['', undefined],
    ['Infinity', undefined],
  ])('of %j is %j ms', (text, millis) => {
    expect(canonicalMillis(text)).toBe(millis);
  });

  it('has one canonical form, whether in seconds or milliseconds, as number or string', () => {
    const forms = ['1795341600.5', '"1795341600.5"', '1795341600500', '"1795341600500"', '17953416005e-1', '1.7953416005E12'];
    const lines = forms.map((form) => accepted(withText('"a":1').replace(String(ARRIVAL), form)).line.slice(0, 46));
    expect(new Set(lines)).toEqual(new Set(['{"created_datetime":"2026-11-22T10:00:00.500Z"']));
  });
});

describe('the canonical datetime', () => {
  it('is what Date writes, and reads back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }), (millis) => {
        expect(datetimeOf(millis)).toBe(new Date(millis).toISOString());
        expect(parseDatetime(datetimeOf(millis))).toBe(millis);
      }),
    );
  });

  it.each(['2026-02-30T00:00:00.000Z', '2026-11-22T24:00:00.000Z', '2026-11-22T10:00:00.000z', '2026-11-22 10:00:00.000Z'])(
    'is not %s',
    (text) => {
      expect(parseDatetime(text)).toBeUndefined();
    },
  );
});

const events = fc
  .record({
    uuid: fc.uuid().chain((uuid) => fc.constantFrom(uuid, uuid.toUpperCase())),
    name: fc
      .tuple(fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 2 }))
      .map(([first, rest]) => [first, ...rest].join(':')),
    created: fc.integer({ min: Date.UTC(2000, 0, 1), max: ARRIVAL + 86_400_000 }),
    form: fc.constantFrom('number', 'text', 'seconds'),
    fields: fc.dictionary(
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...ADDED, 'original_event_type')),
      fc.jsonValue(),
      { maxKeys: 6 },
    ),
    keyLast: fc.boolean(),
    indent: fc.constantFrom(undefined, '\n'),
  })
  .filter(
    ({ name, fields }) => !/^late(:|$)/i.test(name) && !['event_uuid', 'event_name', 'created_at'].some((key) => key in fields),
  )
  .map(({ uuid, name, created, form, fields, keyLast, indent }) => {
    const created_at = form === 'number' ? created : form === 'text' ? String(created) : created / 1_000;
    const key = { event_uuid: uuid, event_name: name, created_at };
    // Spread with defineProperty semantics: a field called __proto__ stays a field.
    const value = Object.fromEntries(
      keyLast ? [...Object.entries(fields), ...Object.entries(key)] : [...Object.entries(key), ...Object.entries(fields)],
    );
    return { text: JSON.stringify(value, undefined, indent), uuid, created };
  });

describe('every accepted record', () => {
  it('becomes one line that the line judge knows again, the same whenever it is judged', () => {
    fc.assert(
      fc.property(events, ({ text, uuid, created }) => {
        const judgement = accepted(text);
        const { line, eventType, createdDate } = judgement;
        expect(line).not.toMatch(/[\r\n]/);
        const createdDatetime = new Date(created).toISOString();
        const partition = { event_type: eventType, created_date: createdDate };
        expect(judgeLine(line)).toEqual({
          ok: true,
          partition,
          eventUuid: uuid.toLowerCase(),
          createdDatetime,
          ingestedAt: datetimeOf(ARRIVAL),
        });
        expect(createdDate).toBe(createdDatetime.slice(0, 10));
        expect(accepted(text)).toEqual(judgement);
        expect(accepted(payloadOf(line)).line).toBe(line);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps all that was sent, under its own name or as original_', () => {
    fc.assert(
      fc.property(events, ({ text }) => {
        const sent = Object.entries(JSON.parse(text) as Record<string, unknown>);
        const line = accepted(text).line;
        const parsed = JSON.parse(line) as Record<string, unknown>;
        const kept = new Map(Object.entries(JSON.parse(payloadOf(line)) as Record<string, unknown>));
        const values = [...kept].map(
          ([name, value]) =>
            `${name.replace(/^original_(created_datetime|event_type|event_subtype|ingested_at)(_\d+)?$/, '$1')}=${JSON.stringify(value)}`,
        );
        for (const [name, value] of sent) {
          if (ADDED.includes(name)) {
            if (JSON.stringify(parsed[name]) !== JSON.stringify(value))
              expect(values).toContain(`${name}=${JSON.stringify(value)}`);
          } else expect(kept.get(name)).toEqual(value);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a line that the transform did not write', () => {
  const { line } = accepted(record({ amount: 1 }));

  const changes: [string, (line: string) => string][] = [
    ['is the bare record', payloadOf],
    ['has another type', (text) => text.replace('"event_type":"payment"', '"event_type":"order"')],
    ['has another subtype', (text) => text.replace('"event_subtype":"order"', '"event_subtype":null')],
    ['has another creation time', (text) => text.replace('10:00:00.000Z', '10:00:00.001Z')],
    ['has another creation time in its own text', (text) => text.replace('1795341600000', '1795341600001')],
    ['arrived on no date', (text) => text.replace('2026-11-22T10:00:01', '2026-02-31T10:00:01')],
    ['arrived more than a day before it was created', (text) => text.replace('2026-11-22T10:00:01', '2026-11-21T09:59:59')],
    ['has the fields in another order', (text) => text.replace(/("event_type":"payment"),("event_subtype":"order")/, '$2,$1')],
    ['has a field twice', (text) => text.replace('"amount":1', '"event_type":"payment"')],
    ['repeats its key', (text) => text.replace('"amount":1', `"event_uuid":"${UUID}"`)],
    ['has space in front', (text) => ` ${text}`],
    ['has space behind', (text) => `${text} `],
    ['has a carriage return behind', (text) => `${text}\r`],
    ['has space between the fields', (text) => text.replace(',"event_type"', ', "event_type"')],
    ['is cut', (text) => text.slice(0, -1)],
    ['is two lines without a break', (text) => text + text],
    ['is empty', () => ''],
    ['has nothing but the four fields', (text) => `${text.slice(0, text.indexOf(',"event_uuid"'))}}`],
    ['is an empty object', () => '{}'],
  ];
  it.each(changes)('%s, and is rejected with a reason', (_, change) => {
    const changed = change(line);
    expect(changed).not.toBe(line);
    expect(judgeLine(changed)).toMatchObject({ ok: false, reason: expect.stringMatching(/\.$/) as string });
  });

  it('is, in general, one that is not what the transform makes of its payload', () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.constantFrom('', '0', '1', 'Z', '"', ',', ' ', '{'), fc.nat(1)), {
      minLength: 1,
      maxLength: 2,
    });
    fc.assert(
      fc.property(events, edits, ({ text }, changes) => {
        const changed = changes.reduce((edited, [at, insert, cut]) => {
          const place = at % edited.length;
          return edited.slice(0, place) + insert + edited.slice(place + cut);
        }, accepted(text).line);
        const arrival = parseDatetime(/"ingested_at":"([^"]*)"/.exec(changed)?.[1] ?? '') ?? NaN;
        const again = judge(payloadOf(changed), arrival);
        expect(judgeLine(changed).ok).toBe(again.ok && again.line === changed);
      }),
      { numRuns: 1_000 },
    );
  });
});
