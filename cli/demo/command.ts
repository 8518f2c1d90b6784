import { resolve } from 'node:path';
import { CORPUS_NAMES } from '../../corpora/corpus';
import { choice, command, share, text, wholeNumber } from '../command';
import { ENGINE_OPTIONS, engineChoice } from '../engine';
import { startedHost } from '../start';
import { freshDirectory } from './directory';
import { passed } from './result';
import { runDemo } from './run';
import { closing, tellerTo } from './story';

/** The day that the demo plays: any would do; this one is the same for everybody. */
const FIRST_DAY = Date.parse('2026-11-02T00:00:00.000Z');

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
  npm start -- --json                        one JSON document on stdout, nothing else`,
  options: {
    events: wholeNumber('unique events; records = unique + duplicates + malformed', 0, 100_000_000, 100_000),
    hours: wholeNumber('length of the stretch that is played', 1, 24 * 31, 24),
    types: wholeNumber('event types', 1, 249, 100),
    duplicates: share('share of the events that arrives once more', 0.05),
    late: share('share of the events created days before they arrive', 0.01),
    malformed: share('share of records in addition that cannot be used', 0.001),
    seed: wholeNumber('the same seed plays the same day', 0, 4_294_967_295, 1),
    corpus: choice(CORPUS_NAMES, 'what the events look like', 'synthetic'),
    port: wholeNumber('loopback port of the host; 0 takes a free one', 0, 65_535, 0),
    ...ENGINE_OPTIONS,
    'data-dir': text('DIR', 'where the lake is written; only what a demo made is emptied', '.lithify-demo'),
  },
  async run({ stack, output, projectDirectory }, { 'data-dir': directory, port, engine: kind, trino, ...day }) {
    const engine = engineChoice({ engine: kind, trino });
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
