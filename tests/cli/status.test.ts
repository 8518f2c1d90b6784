import { stillUnreadable, type Status } from '../../cli/status/collect';
import { statusLines } from '../../cli/status/lines';
import { overviewLines } from '../../cli/status/overview';

const NOTHING: Status = {
  feed: 'events',
  now: '2026-11-22T10:00:00.000Z',
  partitions: [],
  pending: [],
  oldest: null,
  late: { objects: 0, bytes: 0, oldest: null },
  misplaced: [],
  runs: [],
  unreadable: [],
  lock: null,
  schedule: null,
};

describe('the status', () => {
  it('of an empty lake says so', () => {
    expect(statusLines(NOTHING, undefined).filter((line) => line !== '')).toEqual([
      'feed events at 2026-11-22T10:00:00.000Z',
      'events: nothing is published yet',
      'not yet compacted: nothing',
      'runs: none yet',
      'lock: free',
      'schedule: none',
    ]);
  });

  it('shows what waits and for how long, what could not be read, and who holds the lock', () => {
    const text = statusLines(
      {
        ...NOTHING,
        pending: [
          {
            partition: 'event_type=cart/created_date=2026-11-21',
            objects: 3,
            bytes: 1_500,
            oldest: { key: 'raw/x', lastModified: '2026-11-22T07:30:00.000Z' },
          },
        ],
        late: { objects: 1, bytes: 10, oldest: { key: 'raw/l', lastModified: '2026-11-22T09:59:00.000Z' } },
        runs: [
          {
            executionArn: 'arn:1',
            run: 'r1',
            status: 'FAILED',
            startedAt: '2026-11-22T00:30:00.000Z',
            endedAt: null,
            partitions: null,
            dryRun: null,
            duplicates: null,
            failedBatches: null,
            unreadable: [],
          },
        ],
        unreadable: [{ key: 'raw/cut.gz', etag: 'e', reason: 'unexpected end of file' }],
        lock: { owner: 'arn:1', run: 'r1', since: '2026-11-22T09:50:00.000Z', ageSeconds: 600, ownerStatus: 'RUNNING' },
        schedule: { name: 's', state: 'ENABLED', expression: 'cron(30 0 * * ? *)', timeZone: 'UTC' },
      },
      undefined,
    );
    expect(text).toContain('not yet compacted: 4 small files of 2 partitions, 1.5 kB');
    expect(text).toContain('event_type=cart/created_date=2026-11-21      3  1.5 kB  2h 30m');
    expect(text.find((line) => line.startsWith('r1'))).toMatch(/^r1 +FAILED +9h 30m ago +- +- +- +-$/);
    expect(text).toContain('unreadable: raw/cut.gz: unexpected end of file');
    expect(text).toContain('lock: held for 10m by arn:1, RUNNING');
    expect(text).toContain('schedule: cron(30 0 * * ? *) UTC, enabled');
  });

  it('of all feeds has a line each, and says what somebody should look at', () => {
    const published = { partition: 'p', published: true, rows: 5, copies: 7, files: 1, bytes: 9, run: 'r', held: null };
    const enabled = { name: 's', state: 'ENABLED', expression: 'rate(1 day)', timeZone: 'UTC' };
    const run = {
      executionArn: 'arn:1',
      run: 'r1',
      status: 'SUCCEEDED',
      startedAt: '2026-11-22T00:30:00.000Z',
      endedAt: null,
      partitions: 1,
      dryRun: false,
      duplicates: 0,
      failedBatches: 0,
      unreadable: [],
    };
    const waiting = {
      partition: 'p',
      objects: 3,
      bytes: 1_500,
      oldest: { key: 'raw/x', lastModified: '2026-11-22T07:30:00.000Z' },
    };
    const busy: Status = {
      ...NOTHING,
      partitions: [published, { ...published, partition: 'q', held: 'r2' }],
      pending: [waiting],
      oldest: { partition: 'p', ...waiting.oldest },
      runs: [{ ...run, dryRun: true }, run],
      unreadable: [{ key: 'raw/cut.gz', etag: 'e', reason: 'cut' }],
      lock: { owner: 'arn:1', run: 'r1', since: '2026-11-22T09:50:00.000Z', ageSeconds: 600, ownerStatus: 'ABORTED' },
      schedule: enabled,
    };
    const lines = overviewLines(
      'prod',
      [busy, { ...NOTHING, feed: 'users', schedule: enabled }, { ...NOTHING, feed: 'films' }],
      200,
    );
    expect(lines[0]).toBe('stack prod at 2026-11-22T10:00:00.000Z');
    expect(lines[4]).toMatch(
      /^events +10 +2 +3, 1\.5 kB +2h 30m +succeeded 9h 30m ago +the lock is left behind, 1 object unreadable, 1 partition held$/,
    );
    expect(lines[5]).toMatch(/^users +0 +0 +none yet *$/);
    expect(lines[6]).toMatch(/^films .*no schedule$/);
  });

  it('names an unreadable object as long as it is there and not compacted, though later runs did not look at it', () => {
    const aside = (key: string, etag: string, reason: string) => ({ key, etag, reason });
    const runs = [
      { unreadable: [] },
      { unreadable: [aside('raw/a', '1', 'newest reason')] },
      {
        unreadable: [aside('raw/a', '1', 'older reason'), aside('raw/mended', '1', 'was cut'), aside('raw/gone', '1', 'was cut')],
      },
    ];
    const fresh = [
      { key: 'raw/a', etag: '1' },
      { key: 'raw/mended', etag: '2' },
    ];
    expect(stillUnreadable(runs, fresh)).toEqual([aside('raw/a', '1', 'newest reason')]);
  });
});
