import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { feedPassed, runFeedDemo } from '../../cli/demo/feed-run';
import { shippedTemplate } from '../../cli/produce/shipped';
import { runCli } from '../../cli/run';
import { openHost, PROJECT, scheduledAlone } from './lake';

const RECORDS = 120;

describe('the day of a feed', () => {
  test.each(['users', 'films', 'telemetry', 'members'])(
    '%s, made of its template, adds up, and its second night has nothing to do',
    async (feed) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'lithify-feed-demo-'));
      const host = await openHost(dataDir, undefined, undefined, scheduledAlone(feed));
      try {
        const template = await shippedTemplate(PROJECT, feed);
        const day = { feed, template, records: RECORDS, hours: 3, duplicates: 0.1, malformed: 0.05, seed: 5 };
        const result = await runFeedDemo(day, host, () => undefined);
        expect(result).toEqual({
          feed,
          produced: { records: 138, unique: RECORDS, duplicates: 12, malformed: 6 },
          curated: { rows: feed === 'films' ? 132 : RECORDS, copies: 132 },
          checks: { lost: 0, duplicatesLeft: 0, unexpected: 0, misfiled: 0 },
          secondRun: { queriesStarted: 0 },
        });
        expect(feedPassed(result)).toBe(true);
      } finally {
        await host.close();
        rmSync(dataDir, { recursive: true, force: true });
      }
    },
  );

  test.each([
    [
      ['--corpus', 'github'],
      '--corpus is about events; the day of the feed films is made of its template, and takes no --corpus.',
    ],
    [['--types', '5'], '--types is about events; the day of the feed films'],
    [['--late', '0'], '--late is about events; the day of the feed films'],
    [['--events', '20001'], '--events is 20001; the day of the feed films has at most 20000 unique records.'],
  ])('%j is refused before anything is written: %s', async (flags, sentence) => {
    const dataDir = join(tmpdir(), 'lithify-never-made');
    let [stdout, stderr] = ['', ''];
    const exitCode = await runCli(['demo', '--feed', 'films', '--data-dir', dataDir, ...flags], {
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      readInput: () => Promise.resolve(''),
      projectDirectory: PROJECT,
      version: '0',
    });
    expect(stderr).toContain(`lithify: ${sentence}`);
    expect({ exitCode, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({ exitCode: 2, stdout: '', lines: 1 });
    expect(existsSync(dataDir)).toBe(false);
  });
});
