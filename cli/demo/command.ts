import { resolve } from 'node:path';
import { CORPUS_NAMES, type CorpusName } from '../../corpora/corpus';
import { FEED_NAMES, type FeedName } from '../../contracts/feeds';
import type { Host } from '../../local/host-types';
import { UsageError } from '../../contracts/errors';
import { choice, command, optionalChoice, optionalNumber, optionalWholeNumber, share, text, wholeNumber } from '../command';
import type { ExitCode } from '../command';
import { ENGINE_OPTIONS, engineChoice } from '../engine';
import { shippedTemplate } from '../produce/shipped';
import { startedHost } from '../start';
import { freshDirectory } from './directory';
import { feedPassed, runFeedDemo, type FeedDemoOptions } from './feed-run';
import type { Output } from '../output';
import { passed } from './result';
import { runDemo } from './run';
import { closing, tellerTo } from './story';

/** The day that the demo plays: any would do; this one is the same for everybody. */
const FIRST_DAY = Date.parse('2026-11-02T00:00:00.000Z');

const DEFAULT_EVENTS = 100_000;
/** Of a feed beside events: every row is compared by its text, so the answer is held in memory. */
const MAX_FEED_RECORDS = 20_000;
const EVENTS_ALONE = { corpus: 'synthetic', types: 100, late: 0.01 } as const;

export const demoCommand = command({
  name: 'demo',
  summary: 'play a day of events through the whole pipeline, compact it by its schedule, and audit the result',
  help: `Starts the embedded host on a free port and in a data directory of its own, and plays a day on virtual time through the real
wire: thousands of small files arrive, the schedule starts the nightly run after midnight, and the same queries are answered before
and after. A second night has nothing new. At the end the table is audited against what the generator knows.

  npm start                                  a hundred thousand events of a hundred types
  npm start -- --corpus github --events 5000 real webhook payloads, re-timed into the day
  npm start -- --events 1000000              a day of about 12 events a second
  npm start -- --port 4567 --engine trino --trino http://127.0.0.1:8180
                                             a real Trino runs the SQL, and reads this host's Glue and S3
  npm start -- --feed users                  the day of another feed: users, films, telemetry, members
  npm start -- --json                        one JSON document on stdout, nothing else

The day of another feed is made of its template, examples/FEED.kdg. It has ${MAX_FEED_RECORDS} unique records, or as many as --events says, but no
more than that; --types, --late and --corpus are about events.`,
  options: {
    events: {
      ...optionalWholeNumber('unique events; records = unique + duplicates + malformed', 0, 100_000_000),
      fallback: `${DEFAULT_EVENTS}, of another feed ${MAX_FEED_RECORDS}`,
    },
    feed: choice(FEED_NAMES, 'whose day is played', 'events'),
    hours: wholeNumber('length of the stretch that is played', 1, 24 * 31, 24),
    types: { ...optionalWholeNumber('event types', 1, 249), fallback: String(EVENTS_ALONE.types) },
    duplicates: share('share of the events that arrives once more', 0.05),
    late: {
      ...optionalNumber('SHARE', 'share of the events created days before they arrive', 0, 1),
      fallback: String(EVENTS_ALONE.late),
    },
    malformed: share('share of records in addition that cannot be used', 0.001),
    seed: wholeNumber('the same seed plays the same day', 0, 4_294_967_295, 1),
    corpus: { ...optionalChoice(CORPUS_NAMES, 'what the events look like'), fallback: EVENTS_ALONE.corpus },
    port: wholeNumber('loopback port of the host; 0 takes a free one', 0, 65_535, 0),
    ...ENGINE_OPTIONS,
    'data-dir': text('DIR', 'where the lake is written; only what a demo made is emptied', '.lithify-demo'),
  },
  async run({ stack, output, projectDirectory }, { 'data-dir': directory, port, engine: kind, trino, feed, ...flags }) {
    const engine = engineChoice({ engine: kind, trino });
    const template = feed === 'events' ? undefined : await templateOf(projectDirectory, feed, flags);
    const dataDir = freshDirectory(resolve(directory));
    const started = performance.now();
    const host = await startedHost({
      stack,
      projectDirectory,
      dataDirectory: dataDir,
      port,
      clock: 'manual',
      startMillis: FIRST_DAY,
      engine,
    });
    try {
      if (template !== undefined) {
        const { events: records = MAX_FEED_RECORDS, hours, duplicates, malformed, seed } = flags;
        return await playFeed(output, host, stack, { feed, template, records, hours, duplicates, malformed, seed });
      }
      const { events = DEFAULT_EVENTS, corpus = EVENTS_ALONE.corpus, types = EVENTS_ALONE.types } = flags;
      const day = { ...flags, events, corpus, types, late: flags.late ?? EVENTS_ALONE.late };
      output.say(`lithify demo: ${day.hours} hours of the ${day.corpus} corpus through stack ${stack}, on ${host.endpoint}`);
      const result = await runDemo({ ...day, stack }, host, dataDir, tellerTo(output));
      output.progress('');
      for (const line of closing(result, day.hours, (performance.now() - started) / 1_000)) output.say(line);
      output.document(result);
      return passed(result) ? 0 : 1;
    } finally {
      await host.close();
    }
  },
});

interface DayFlags {
  readonly events: number | undefined;
  readonly corpus: CorpusName | undefined;
  readonly types: number | undefined;
  readonly late: number | undefined;
}

/** What a feed's day is made of. @throws UsageError for a flag that has no meaning for it, and where there is no template. */
const templateOf = async (projectDirectory: string, feed: FeedName, flags: DayFlags): Promise<string> => {
  const { events, corpus, types, late } = flags;
  const [name] = Object.entries({ corpus, types, late }).find(([, value]) => value !== undefined) ?? [];
  if (name !== undefined)
    throw new UsageError(
      `--${name} is about events; the day of the feed ${feed} is made of its template, and takes no --${name}.`,
    );
  if (events !== undefined && events > MAX_FEED_RECORDS)
    throw new UsageError(`--events is ${events}; the day of the feed ${feed} has at most ${MAX_FEED_RECORDS} unique records.`);
  return shippedTemplate(projectDirectory, feed);
};

const playFeed = async (output: Output, host: Host, stack: string, day: FeedDemoOptions): Promise<ExitCode> => {
  const { feed, hours } = day;
  output.say(`lithify demo: ${hours} hours of the feed ${feed} through stack ${stack}, on ${host.endpoint}`);
  const teller = tellerTo(output);
  const result = await runFeedDemo(day, host, (done, total) => teller.progress('records arrive', done, total));
  output.progress('');
  const { produced, curated, checks, secondRun } = result;
  const mark = (good: boolean): string => (good ? '✔' : '✘');
  output.say(
    `    produced   ${produced.records} records: ${produced.unique} unique, ${produced.duplicates} copies, ${produced.malformed} malformed`,
  );
  output.say(`    curated    ${curated.rows} rows for ${curated.copies} records in the table ${feed}`);
  output.say(
    `  ${mark(Object.values(checks).every((count) => count === 0))} audit against the generator: ${checks.lost} lost, ` +
      `${checks.duplicatesLeft} duplicates left, ${checks.unexpected} unexpected, ${checks.misfiled} misfiled`,
  );
  output.say(`  ${mark(secondRun.queriesStarted === 0)} second night, nothing new: ${secondRun.queriesStarted} queries started`);
  output.document(result);
  return feedPassed(result) ? 0 : 1;
};
