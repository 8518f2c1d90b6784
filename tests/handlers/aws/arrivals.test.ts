import type { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { MetricsUnavailable, readArrivals } from '../../../handlers/aws/arrivals';
import { operator } from '../../../local/caller';
import { ManualClock } from '../../../local/clock';
import { MetricsStandIn } from '../../../local/stand-ins/metrics/metrics-stand-in';
import { arrivedInAll, arrivedSince } from '../../../workflows/acknowledged';
import { fc } from '../../properties';

const DAY = 24 * 3_600_000;
const NOW = Date.parse('2026-11-21T10:00:30Z');
type Client = Parameters<typeof readArrivals>[0];
const SOURCES = [{ kind: 'stream', name: 's' }] as const;

/** CloudWatch as the embedded host has it, behind the client's interface. */
const clientOf = (arrivals: readonly (readonly [number, number])[]): Client => {
  const { service } = new MetricsStandIn({ clock: new ManualClock(NOW), arrivals: () => arrivals });
  return {
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
  };
};

describe('arrivals by CloudWatch', () => {
  it('are all that it remembers, each record once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 450 * DAY }), fc.integer({ min: 1, max: 9 })), { maxLength: 30 }),
        async (puts) => {
          const arrived = puts.map(([ago, records]) => [NOW - ago, records] as const);
          const found = await readArrivals(clientOf(arrived), SOURCES, undefined, NOW);
          expect(arrivedInAll(found)).toBe(puts.reduce((sum, [, records]) => sum + records, 0));
          const recent = puts.filter(([ago]) => ago <= 1_800_000).reduce((sum, [, records]) => sum + records, 0);
          expect(arrivedSince(found, NOW - 1_800_000, NOW)).toBeGreaterThanOrEqual(recent);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('begin where they are asked for, and ask for nothing where that is to come', async () => {
    const client = clientOf([
      [NOW - 5 * DAY, 3],
      [NOW - DAY, 4],
    ]);
    const dayAgo = Math.floor((NOW - DAY) / 3_600_000) * 3_600_000;
    expect(arrivedInAll(await readArrivals(client, SOURCES, dayAgo, NOW))).toBe(4);
    expect(arrivedInAll(await readArrivals(client, SOURCES, dayAgo + 3 * DAY, NOW))).toBe(0);
  });

  it('are not there where CloudWatch says so inside a good answer, and go on over pages', async () => {
    const answers = (...results: readonly object[]): Client => {
      let call = 0;
      return { send: () => Promise.resolve(results[Math.min(call++, results.length - 1)]) };
    };
    const failed = { MetricDataResults: [{ Id: 'm0', StatusCode: 'InternalError', Messages: [{ Value: 'try later' }] }] };
    await expect(readArrivals(answers(failed), SOURCES, undefined, NOW)).rejects.toThrow(
      new MetricsUnavailable('CloudWatch answers InternalError for m0: try later'),
    );
    const at = new Date(NOW);
    const page = (value: number, more: object) => ({
      MetricDataResults: [{ Id: 'm0', StatusCode: 'PartialData', Timestamps: [at], Values: [value] }],
      ...more,
    });
    const paged = answers(page(1, { NextToken: 't' }), page(2, {}), { MetricDataResults: [] });
    expect(arrivedInAll(await readArrivals(paged, SOURCES, undefined, NOW))).toBe(3);
  });
});
