import {
  accountsSchema,
  arrivedBefore,
  arrivedInAll,
  arrivedSince,
  errorLinesIn,
  firstArrival,
  HOUR_MILLIS,
  judgeAcknowledged,
  MINUTES_MILLIS,
  NO_ERRORS,
  settledUntil,
  uncounted,
  withErrors,
  type AcknowledgedFacts,
  type Arrivals,
} from '../../workflows/acknowledged';
import { fc } from '../properties';

const NOW = Date.parse('2026-11-21T10:00:30Z');
const MINUTE = 60_000;

const facts = (changed: Partial<AcknowledgedFacts> = {}): AcknowledgedFacts => ({
  acknowledged: 100,
  accepted: 90,
  errors: 4,
  inFlight: 6,
  recent: 10,
  recentBecause: 'they may be on their way',
  unreadable: { objects: 0, records: 0 },
  unusableLines: undefined,
  excuse: undefined,
  ...changed,
});

describe('acknowledged = accepted + errors + in flight', () => {
  it('holds to the record', () => {
    expect(judgeAcknowledged(facts())).toMatchObject({ ok: true, missing: 0, redelivered: 0, inFlight: 6, tolerance: null });
    expect(judgeAcknowledged(facts({ accepted: 89 }))).toMatchObject({ ok: false, missing: 1, notJudged: null });
    expect(judgeAcknowledged(facts({ acknowledged: 101 }))).toMatchObject({ ok: false, missing: 1 });
  });

  it('judges a feed whose records need not be lines as long as all of its lines can be used', () => {
    expect(judgeAcknowledged(facts({ unusableLines: 0 }))).toMatchObject({ ok: true, linePerRecord: false });
    expect(judgeAcknowledged(facts({ unusableLines: 0, accepted: 89 }))).toMatchObject({ ok: false, missing: 1 });
  });

  it('takes what is there too often for redelivered', () => {
    expect(judgeAcknowledged(facts({ accepted: 92 }))).toMatchObject({ ok: true, missing: 0, redelivered: 2 });
  });

  it('tolerates where nobody can tell what is in flight, as many as arrived of late and no more', () => {
    expect(judgeAcknowledged(facts({ inFlight: undefined }))).toMatchObject({
      ok: true,
      inFlight: 6,
      tolerance: { records: 10, because: 'they may be on their way' },
    });
    expect(judgeAcknowledged(facts({ inFlight: undefined, recent: 5 }))).toMatchObject({ ok: false, missing: 1, inFlight: 5 });
  });

  it.each([
    [{ unusableLines: 2 }, /2 lines cannot be used, and each may be several records/],
    [{ excuse: 'it is long ago' }, /long ago/],
  ])('says why a missing record is not judged: %j', (change, reason) => {
    const judged = judgeAcknowledged(facts({ accepted: 80, ...change }));
    expect(judged).toMatchObject({ ok: true, missing: 10 });
    expect(judged.notJudged).toMatch(reason);
    // Where nothing is missing there is nothing to excuse.
    expect(judgeAcknowledged(facts(change)).notJudged).toBeNull();
  });

  it('takes missing records for those of unreadable objects, as many as these may hold and no more', () => {
    const unreadable = { objects: 2, records: 7 };
    expect(judgeAcknowledged(facts({ accepted: 84, unreadable }))).toMatchObject({
      ok: true,
      missing: 0,
      unreadable: { ...unreadable, held: 6 },
    });
    expect(judgeAcknowledged(facts({ accepted: 82, unreadable }))).toMatchObject({ ok: false, missing: 1, notJudged: null });
    expect(judgeAcknowledged(facts({ unreadable })).unreadable).toBeUndefined();
  });

  it('finds every single record that is lost, whatever else is counted', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.nat(1e4),
        fc.nat(1e4),
        fc.integer({ min: 1, max: 1_000 }),
        (accepted, errors, inFlight, lost) => {
          const acknowledged = accepted + errors + inFlight + lost;
          expect(judgeAcknowledged(facts({ acknowledged, accepted, errors, inFlight }))).toMatchObject({
            ok: false,
            missing: lost,
          });
        },
      ),
    );
  });
});

/** Arrivals as CloudWatch tells them. */
const arrivalsOf = (puts: readonly (readonly [millis: number, records: number])[], nowMillis: number): Arrivals => {
  const by = (unit: number, from: number) => {
    const sums = new Map<number, number>();
    for (const [millis, records] of puts) {
      const start = Math.floor(millis / unit) * unit;
      if (start >= from) sums.set(start, (sums.get(start) ?? 0) + records);
    }
    return [...sums];
  };
  return { hours: by(HOUR_MILLIS, 0), minutes: by(MINUTE, Math.ceil(nowMillis / MINUTE) * MINUTE - MINUTES_MILLIS) };
};

const puts = fc.array(fc.tuple(fc.integer({ min: NOW - 40 * 24 * HOUR_MILLIS, max: NOW }), fc.integer({ min: 1, max: 9 })), {
  maxLength: 30,
});
const sumOf = (of: readonly (readonly [number, number])[]): number => of.reduce((sum, [, records]) => sum + records, 0);

describe('arrivals', () => {
  it('since an instant are at least those that arrived since, and no more than a whole minute or hour earlier', () => {
    fc.assert(
      fc.property(puts, fc.integer({ min: 0, max: 40 * 24 * HOUR_MILLIS }), (all, ago) => {
        const arrivals = arrivalsOf(all, NOW);
        const since = NOW - ago;
        const found = arrivedSince(arrivals, since, NOW);
        const slack = ago < MINUTES_MILLIS - 2 * MINUTE ? MINUTE : HOUR_MILLIS;
        expect(found).toBeGreaterThanOrEqual(sumOf(all.filter(([millis]) => millis >= since)));
        expect(found).toBeLessThanOrEqual(sumOf(all.filter(([millis]) => millis > since - slack)));
        expect(arrivedInAll(arrivals)).toBe(sumOf(all));
      }),
    );
  });

  it('are counted once, whatever the hour up to which they are settled', () => {
    fc.assert(
      fc.property(puts, fc.integer({ min: 0, max: 30 }), (all, hoursLater) => {
        const until = settledUntil(NOW);
        const settled = arrivedBefore(arrivalsOf(all, NOW), until);
        const later = all.filter(([millis]) => millis >= until);
        const next = settledUntil(NOW + hoursLater * HOUR_MILLIS);
        const more = arrivedBefore(arrivalsOf(later, NOW), Math.max(until, next));
        expect(settled + more).toBe(sumOf(all.filter(([millis]) => millis < Math.max(until, next))));
      }),
    );
    expect(settledUntil(NOW)).toBe(Date.parse('2026-11-21T07:00:00Z'));
    expect(firstArrival(arrivalsOf([[NOW, 1]], NOW))).toBe(Date.parse('2026-11-21T10:00:00Z'));
    expect(firstArrival({ hours: [[0, 0]], minutes: [] })).toBeUndefined();
  });
});

describe('the account of errors', () => {
  it('remembers every line that was ever there, through any comings and goings, and counts each object once', () => {
    const nights = fc.array(fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'toString')), { maxLength: 8 });
    fc.assert(
      fc.property(nights, (listings) => {
        const linesOf = (key: string): number => key.length;
        let account = NO_ERRORS;
        // One that comes back after it was gone counts anew: it is another object by then.
        let expected = 0;
        let there = new Set<string>();
        for (const keys of listings) {
          const fresh = uncounted(account, keys);
          expect([...fresh].sort()).toEqual(keys.filter((key) => !there.has(key)).sort());
          expected += fresh.reduce((sum, key) => sum + linesOf(key), 0);
          account = withErrors(account, keys, new Map(fresh.map((key) => [key, linesOf(key)])));
          there = new Set(keys);
          expect(errorLinesIn(account)).toBe(expected);
          expect(Object.keys(account.errors).sort()).toEqual([...keys].sort());
        }
        const whole = { until: '2026-11-21T07:00:00.000Z', acknowledged: 1, unexplained: 0, ...account };
        expect(errorLinesIn(accountsSchema.parse(JSON.parse(JSON.stringify(whole))))).toBe(expected);
      }),
    );
  });

  it('leaves uncounted what nobody has read yet, and knows what nobody can read', () => {
    const account = withErrors(
      NO_ERRORS,
      ['a', 'b', 'c'],
      new Map([
        ['a', 2],
        ['b', undefined],
      ]),
    );
    expect(account).toEqual({ gone: { objects: 0, lines: 0 }, errors: { a: 2, b: 0 }, unreadable: 1, unreadableHours: {} });
    expect(uncounted(account, ['a', 'b', 'c'])).toEqual(['c']);
  });
});
