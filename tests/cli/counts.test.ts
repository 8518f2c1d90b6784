import { collectCounts, countsLines } from '../../cli/status/counts';
import { countsKey, type Counts } from '../../contracts/telemetry';
import { fakeBucket } from './fake-bucket';

const NOW = Date.parse('2026-11-22T06:30:10.000Z');
const counts = (windowStart: string, shardId: string, cells: Counts['cells']): Counts => ({
  windowStart,
  windowEnd: new Date(Date.parse(windowStart) + 60_000).toISOString(),
  shardId,
  cells,
  gridDegrees: 10,
});

const bucketWith = (...all: readonly Counts[]) => {
  const bucket = fakeBucket();
  for (const [index, one] of all.entries())
    bucket.put(countsKey(one.windowStart, one.shardId, String(index)), JSON.stringify(one));
  return bucket;
};

describe('the counts of the telemetry feed', () => {
  it('are summed over shards, minute by minute, the newest first, an hour back', async () => {
    const bucket = bucketWith(
      counts('2026-11-22T06:28:00Z', 's0', { '50,0': 2 }),
      counts('2026-11-22T06:28:00Z', 's1', { '50,0': 1, '-40,150': 4 }),
      counts('2026-11-22T06:29:00Z', 's0', { '0,0': 1 }),
      counts('2026-11-22T05:29:00Z', 's0', { '0,0': 100 }),
      counts('2026-11-21T06:29:00Z', 's0', { '0,0': 100 }),
    );
    expect(await collectCounts(bucket.objects, NOW)).toEqual({
      minutes: [
        { minute: '2026-11-22T06:29Z', points: 1, gridDegrees: 10, cells: { '0,0': 1 } },
        { minute: '2026-11-22T06:28Z', points: 7, gridDegrees: 10, cells: { '50,0': 3, '-40,150': 4 } },
      ],
      failedBatches: 0,
      lastFailedBatch: null,
    });
  });

  it('reach over midnight', async () => {
    const bucket = bucketWith(
      counts('2026-11-21T23:50:00Z', 's', { '0,0': 1 }),
      counts('2026-11-22T00:05:00Z', 's', { '0,0': 2 }),
    );
    const { minutes } = await collectCounts(bucket.objects, Date.parse('2026-11-22T00:10:00Z'));
    expect(minutes.map(({ minute }) => minute)).toEqual(['2026-11-22T00:05Z', '2026-11-21T23:50Z']);
  });

  it('are shown with the busiest cells and the batches that failed', async () => {
    const bucket = bucketWith(counts('2026-11-22T06:28:00Z', 's1', { '50,0': 3, '-40,150': 4, '0,0': 1, '10,0': 1 }));
    bucket.put('aws/lambda/u/shard/2026/11/22/old', '{}', '2026-11-22T06:00:00Z');
    bucket.put('aws/lambda/u/shard/2026/11/22/a-new', '{}', '2026-11-22T06:10:00Z');
    expect(countsLines(await collectCounts(bucket.objects, NOW), undefined)).toEqual([
      'counted in the last 60 minutes: 9 points in 1 minute',
      expect.stringMatching(/^minute +points +cells +busiest \(south, west\)$/),
      expect.stringMatching(/^-+ /),
      expect.stringMatching(/^2026-11-22T06:28Z +9 +4 +-40,150: 4 {2}50,0: 3 {2}0,0: 1$/),
      'failed batches: 2, the last: aws/lambda/u/shard/2026/11/22/a-new',
    ]);
  });

  it('of a quiet hour say so', async () => {
    expect(countsLines(await collectCounts(fakeBucket().objects, NOW), undefined)).toEqual([
      'counted in the last 60 minutes: nothing',
    ]);
  });
});
