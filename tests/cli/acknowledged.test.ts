import type { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import fc from 'fast-check';
import {
  arrivalsOf,
  forgottenAfterDays,
  forgottenSince,
  judgeAcknowledged,
  type AcknowledgedFacts,
} from '../../cli/audit/acknowledged';
import { ManualClock } from '../../local/clock';
import { operator } from '../../local/caller';
import { MetricsStandIn } from '../../local/stand-ins/metrics/metrics-stand-in';

const DAY = 24 * 3_600_000;
const NOW = Date.parse('2026-11-21T10:00:30Z');

const facts = (changed: Partial<AcknowledgedFacts> = {}): AcknowledgedFacts => ({
  acknowledged: 100,
  accepted: 90,
  errors: 4,
  inFlight: 6,
  recent: 10,
  unreadableObjects: 0,
  unusableLines: undefined,
  forgotten: undefined,
  moving: false,
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
      tolerance: { records: 10 },
    });
    expect(judgeAcknowledged(facts({ inFlight: undefined, recent: 5 }))).toMatchObject({ ok: false, missing: 1, inFlight: 5 });
  });

  it.each([
    [{ unreadableObjects: 1 }, /unreadable/],
    [{ unusableLines: 2 }, /2 lines cannot be used, and each may be several records/],
    [{ forgotten: 'it is long ago' }, /long ago/],
    [{ moving: true }, /meanwhile/],
  ])('says why a missing record is not judged: %j', (change, reason) => {
    const judged = judgeAcknowledged(facts({ accepted: 80, ...change }));
    expect(judged).toMatchObject({ ok: true, missing: 10 });
    expect(judged.notJudged).toMatch(reason);
    // Where nothing is missing there is nothing to excuse.
    expect(judgeAcknowledged(facts(change)).notJudged).toBeNull();
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

describe('what was acknowledged', () => {
  it('is the sum of all that CloudWatch remembers, each record once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 450 * DAY }), fc.integer({ min: 1, max: 9 })), { maxLength: 30 }),
        async (puts) => {
          const arrivals = puts.map(([ago, records]) => [NOW - ago, records] as const);
          const { service } = new MetricsStandIn({ clock: new ManualClock(NOW), arrivals: () => arrivals });
          const client = {
            send: async ({ input }: GetMetricDataCommand) => {
              const wire = { ...input, StartTime: input.StartTime!.getTime() / 1_000, EndTime: input.EndTime!.getTime() / 1_000 };
              const answer = (await service.operations['GetMetricData']!(wire, operator('0'))) as {
                MetricDataResults: { Timestamps: number[] }[];
              };
              return {
                MetricDataResults: answer.MetricDataResults.map((result) => ({
                  ...result,
                  Timestamps: result.Timestamps.map((seconds) => new Date(seconds * 1_000)),
                })),
              };
            },
          } as unknown as Parameters<typeof arrivalsOf>[0];
          const found = await arrivalsOf(client, [{ kind: 'stream', name: 's', delivery: 'd' }], NOW, 0);
          expect(found.records).toBe(puts.reduce((sum, [, records]) => sum + records, 0));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('can be forgotten: errors and markers leave by the lifecycle of the bucket', async () => {
    const rule = (Prefix: string, Days: number) => ({ Status: 'Enabled', Filter: { Prefix }, Expiration: { Days } });
    const s3 = (Rules: readonly object[]) =>
      ({ send: () => Promise.resolve({ Rules }) }) as unknown as Parameters<typeof forgottenAfterDays>[0];
    const rules = [rule('raw/events/', 5), rule('errors/events/', 30), rule('late/events/', 60)];
    expect(await forgottenAfterDays(s3(rules), 'lake', 'events')).toBe(30);
    expect(await forgottenAfterDays(s3([rule('', 7), ...rules]), 'lake', 'events')).toBe(7);
    expect(await forgottenAfterDays(s3([rule('raw/events/', 5)]), 'lake', 'events')).toBeUndefined();
    expect(forgottenSince(NOW - 31 * DAY, 30, NOW)).toContain('30 days');
    expect(forgottenSince(NOW - 29 * DAY, 30, NOW)).toBeUndefined();
    expect(forgottenSince(undefined, 30, NOW)).toBeUndefined();
  });
});
