import { statusCommand } from '../../cli/commands/status';
import { verifyCommand } from '../../cli/commands/verify';
import type { Status } from '../../cli/status/collect';
import { documentOf, runOn } from './command';
import { event, Lake, START } from './lake';
import { graphWith } from './stack';

const SECOND = START / 1_000;
const HOUR = 3_600_000;
const DAY_SECONDS = 86_400;
/** Many runs: several times what they take alone, for a machine that does other things too. */
const PATIENCE_MILLIS = 240_000;
const TOTALS = 'SELECT count(*), count(DISTINCT event_uuid), sum(copies) FROM events';

describe('a policy of its own', () => {
  let lake: Lake;
  afterEach(() => lake.remove(), PATIENCE_MILLIS);

  it(
    'compacts every hour, the open day included',
    async () => {
      const graph = await graphWith(({ compaction }) =>
        Object.assign(compaction!, {
          schedule: 'cron(30 * * * ? *)',
          timeoutHours: 0.75,
          policy: { includeOpenDay: true, dueObjects: 1 },
        }),
      );
      lake = await Lake.open(undefined, undefined, undefined, undefined, { graph });
      await lake.host.advance(31 * 60_000);
      await lake.put(event(1, 'a:x', SECOND + 1_900), event(1, 'a:x', SECOND + 1_900));
      await lake.host.advance(HOUR);
      expect((await lake.report()).input).toMatchObject({ startedBy: 'schedule' });
      expect(await lake.rows(TOTALS)).toEqual([['1', '1', '2']]);
      await lake.put(event(1, 'a:x', SECOND + 1_900), event(2, 'a:x', SECOND + 5_600));
      await lake.host.advance(HOUR);
      expect(await lake.rows(TOTALS)).toEqual([['2', '2', '4']]);
      expect((await lake.plan()).partitions).toMatchObject([{ due: true, reason: '1 new objects (threshold 1)' }]);
      expect(await lake.keys('locks/')).toEqual([]);
      expect((await runOn(lake, verifyCommand)).exitCode).toBe(0);
    },
    PATIENCE_MILLIS,
  );

  it(
    'lets a straggler that drips into an old day wait for its age, and keeps each event once all the while',
    async () => {
      const graph = await graphWith(({ compaction }) =>
        Object.assign(compaction!, { policy: { dueObjects: 10, dueBytes: 16_777_216, dueAgeHours: 60 } }),
      );
      lake = await Lake.open(undefined, undefined, undefined, undefined, { graph });
      const old = SECOND - 20 * DAY_SECONDS;
      await lake.put(event(1, 'a:x', old), event(2, 'a:x', old));
      await lake.deliver();
      await lake.compact({ force: true });
      expect(await lake.rows(TOTALS)).toEqual([['2', '2', '2']]);

      const nights: [rewritten: number, reason: string][] = [];
      const published: (readonly (string | null)[] | undefined)[] = [];
      for (let night = 0; night < 5; night++) {
        await lake.put(event(10 + night, 'a:x', old), event(1, 'a:x', old));
        await lake.night();
        const [decision] = (await lake.plan()).partitions;
        nights.push([(await lake.report()).partitions, decision?.reason ?? '']);
        published.push((await lake.rows(TOTALS))[0]);
        if (night === 1) {
          const { document } = await documentOf<Status>(lake, statusCommand, '--feed', 'events');
          expect(document.pending).toMatchObject([{ objects: 2 }]);
          expect(document.oldest).toMatchObject({ partition: 'event_type=a/created_date=2026-10-13' });
          expect((await runOn(lake, statusCommand, '--feed', 'events')).stdout).toMatch(
            /oldest not yet compacted: late\/events\/\S+, 1d 2h/,
          );
        }
      }
      expect(nights.map(([rewritten]) => rewritten)).toEqual([0, 0, 0, 1, 0]);
      expect(nights[0]?.[1]).toMatch(/^waits: 1 new objects, \d+ bytes, oldest 0\.0 h old; below every threshold$/);
      expect(nights[2]?.[1]).toMatch(/^waits: 3 new objects/);
      expect(nights[3]?.[1]).toBe('oldest new object is 72.0 h old (threshold 60 h)');
      // What is published changes with the one rewrite alone, and is right before and after it.
      expect(published).toEqual([
        ['2', '2', '2'],
        ['2', '2', '2'],
        ['2', '2', '2'],
        ['6', '6', '10'],
        ['6', '6', '10'],
      ]);
      const verified = await runOn(lake, verifyCommand);
      expect([verified.exitCode, verified.stdout]).toEqual([0, expect.stringContaining('2 not yet compacted')]);
    },
    PATIENCE_MILLIS,
  );
});
