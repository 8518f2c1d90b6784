import { forgottenAfterDays, forgottenSince, recordSources } from '../../cli/audit/acknowledged';

const DAY = 24 * 3_600_000;
const NOW = Date.parse('2026-11-21T10:00:30Z');

describe('what was acknowledged', () => {
  it('comes in where the stack says', () => {
    const outputs = {
      deliveryStreamName: 'top',
      feeds: {
        films: { deliveryStreamName: 'f' },
        members: { streamName: 's', deliveryStreamName: 'd', directDeliveryStreamName: 'x' },
      },
    };
    expect(recordSources(outputs, 'films')).toEqual([{ kind: 'delivery', name: 'f', delivery: 'f' }]);
    expect(recordSources(outputs, 'members')).toEqual([
      { kind: 'stream', name: 's', delivery: 'd' },
      { kind: 'delivery', name: 'x', delivery: 'x' },
    ]);
  });

  it('can be forgotten: errors and markers leave by the lifecycle of the bucket', async () => {
    const rule = (Prefix: string, Days: number) => ({ Status: 'Enabled', Filter: { Prefix }, Expiration: { Days } });
    const s3 = (Rules: readonly object[]) =>
      ({ send: () => Promise.resolve({ Rules }) }) as unknown as Parameters<typeof forgottenAfterDays>[0];
    const rules = [rule('raw/events/', 5), rule('errors/events/', 30), rule('late/events/', 60)];
    expect(await forgottenAfterDays(s3(rules), 'lake', 'events')).toBe(30);
    expect(await forgottenAfterDays(s3([rule('', 7), ...rules]), 'lake', 'events')).toBe(7);
    expect(await forgottenAfterDays(s3([rule('raw/events/', 5)]), 'lake', 'events')).toBeUndefined();
    expect(forgottenSince(undefined, NOW - 31 * DAY, 30, NOW)).toContain('30 days');
    expect(forgottenSince(undefined, NOW - 29 * DAY, 30, NOW)).toBeUndefined();
    expect(forgottenSince(undefined, undefined, 30, NOW)).toBeUndefined();
    // An account that could not be judged yet excuses as well as none.
    expect(forgottenSince({ unexplained: null }, undefined, 30, NOW)).toContain('no run could judge yet');
    expect(forgottenSince({ unexplained: 0 }, undefined, 30, NOW)).toBeUndefined();
  });
});
