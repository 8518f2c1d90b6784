import { randomInt } from 'node:crypto';
import { CORPUS_NAMES } from '../../corpora/corpus';
import { dayOf } from '../../corpora/day';
import { Random } from '../../corpora/random';
import { FEED_NAMES, type FeedName } from '../../contracts/feeds';
import { UsageError } from '../../contracts/errors';
import { choice, command, optionalNumber, optionalWholeNumber, requiredWholeNumber, share, wholeNumber } from '../command';
import { connected } from '../connection';
import { produce } from '../producer';
import { COMMANDS } from '../table';

const HOUR = 3_600_000;

export const feedOf = (name: string): FeedName => {
  const feed = FEED_NAMES.find((known) => known === name);
  if (feed === undefined) throw new UsageError(`"${name}" is not a feed; the feeds are ${FEED_NAMES.join(', ')}.`);
  return feed;
};

export const produceCommand = command({
  name: 'produce',
  summary: COMMANDS.produce.summary,
  help: `Generates events, created within the hour before the host's present time, and puts them on the stream with PutRecords, 500 at a time.
Only records that the stream did not take are sent again. The counts are those that the stream acknowledged; if some were given up
on, the exit code is 1. The same seed makes the same events.

  lithify produce events --count 1000
  lithify produce events --count 60000 --rate 1000 --seed 7
  lithify produce events --count 500 --corpus github --duplicates 0.1 --malformed 0.01`,
  positionals: [{ name: 'FEED', summary: `what to produce: ${FEED_NAMES.join(', ')}`, required: true }],
  options: {
    count: requiredWholeNumber('unique events; duplicates and malformed records come on top', 1, 50_000_000),
    rate: optionalNumber('R', 'records per second at most; without it as fast as the stream takes them', 0.1, 1_000_000),
    seed: optionalWholeNumber('the same seed makes the same events; without it one is drawn', 0, 0xffff_ffff),
    corpus: choice(CORPUS_NAMES, 'what the events look like', 'synthetic'),
    types: wholeNumber('event types at most', 1, 249, 100),
    duplicates: share('share of the events that arrives once more', 0),
    late: share('share of the events created days before they arrive', 0),
    malformed: share('share of records in addition that cannot be used', 0),
  },
  async run(context, { count, rate, seed: givenSeed, ...day }, [feedName = '']) {
    const feed = feedOf(feedName);
    return connected(context, async ({ kinesis, outputs: { streamName }, now }) => {
      // Drawn, not fixed: on a clock that stands still a fixed seed would make the same events again and again.
      const seed = givenSeed ?? randomInt(2 ** 32 - 1);
      const startMillis = Math.floor((now - HOUR) / 1_000) * 1_000;
      const generated = dayOf({ ...day, events: count, hours: 1, seed, startMillis });
      const started = performance.now();
      const jitter = new Random(seed, 0x717);
      const result = await produce({
        client: kinesis,
        streamName,
        records: generated,
        random: () => jitter.fraction(),
        sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
        onProgress: ({ acknowledged }) =>
          context.output.progress(`${acknowledged} of ${generated.counts.records} records acknowledged`),
        ...(rate !== undefined && { ratePerSecond: rate }),
      });
      const seconds = (performance.now() - started) / 1_000;
      const { acknowledged, retried, failed, firstFailure } = result;
      context.output.progress('');
      context.output.say(
        `${acknowledged} records acknowledged by stream ${streamName} in ${seconds.toFixed(1)} s ` +
          `(${Math.round(acknowledged / Math.max(seconds, 0.001))} a second), ${retried} sent again, ${failed} given up on; seed ${seed}`,
      );
      if (failed > 0) context.output.note(`lithify: ${failed} records were not acknowledged; the first: ${firstFailure}`);
      context.output.document({
        feed,
        streamName,
        acknowledged,
        retried,
        failed,
        ...(firstFailure !== undefined && { firstFailure }),
        ...generated.counts,
        seed,
        seconds,
      });
      return failed > 0 ? 1 : 0;
    });
  },
});
