import { randomInt } from 'node:crypto';
import { CORPUS_NAMES, type CorpusName } from '../../corpora/corpus';
import { dayOf } from '../../corpora/day';
import { Random } from '../../corpora/random';
import { FEED_NAMES, type FeedName } from '../../contracts/feeds';
import { UsageError } from '../../contracts/errors';
import type { CommandContext, ExitCode } from '../command';
import {
  command,
  flag,
  optionalChoice,
  optionalNumber,
  optionalText,
  optionalValue,
  optionalWholeNumber,
  share,
  text,
} from '../command';
import { connected } from '../connection';
import { parseDuration, parseInstant } from '../duration';
import { produceRecords } from '../produce/records';
import { shippedTemplate } from '../produce/shipped';
import { TARGET_KINDS } from '../produce/target';
import { produce } from '../producer';
import { COMMANDS } from '../table';

const HOUR = 3_600_000;
const DEFAULT_CORPUS: CorpusName = 'synthetic';
const DEFAULT_TYPES = 100;

export const feedOf = (name: string): FeedName => {
  const feed = FEED_NAMES.find((known) => known === name);
  if (feed === undefined) throw new UsageError(`"${name}" is not a feed; the feeds are ${FEED_NAMES.join(', ')}.`);
  return feed;
};

interface EventFlags {
  readonly count: number | undefined;
  readonly rate: number | undefined;
  readonly seed: number | undefined;
  readonly corpus: CorpusName | undefined;
  readonly types: number | undefined;
  readonly duplicates: number;
  readonly late: number;
  readonly malformed: number;
}

export const produceCommand = command({
  name: 'produce',
  summary: COMMANDS.produce.summary,
  reachesAws: true,
  help: `Puts generated records on the stream or the delivery stream of a feed, at most 500 to a request. Only records that were not taken are
sent again, after a jittered wait. The counts are those that were acknowledged; if some were given up on, the exit code is 1. The same
seed makes the same records.

Events are made without a template, created within the hour before the host's present time:

  lithify produce events --count 1000
  lithify produce events --count 60000 --rate 1000 --seed 7
  lithify produce events --count 500 --corpus github --duplicates 0.1 --malformed 0.01

With a template of the Amazon Kinesis Data Generator it makes that, second by second, until --for or --count is reached or Ctrl-C is
pressed; on a host whose clock is set by hand time passes by as much. The other feeds have one each, examples/FEED.kdg, which is taken
where none is given. With --file the lines of a file are the records.

  lithify produce users --count 100
  lithify produce films --rate 10 --for 5m
  lithify produce telemetry --sample 5
  lithify produce --template sensors.kdg --rates week.json --to stream sensors --late 0.01 --duplicates 0.05
  lithify produce --template examples/films.kdg --rate 10 --to delivery etl3-delivery --region us-east-1
  zcat yesterday.gz | lithify produce events --file - --rate 500`,
  positionals: [{ name: 'FEED', summary: 'the feed; with --to the name of the stream or delivery stream', required: false }],
  options: {
    template: optionalText('FILE', 'a template of the Kinesis Data Generator; - for standard input'),
    file: optionalText('FILE', 'send the lines of this file as they are; - for standard input'),
    count: optionalWholeNumber('unique records; duplicates and malformed ones come on top', 1, 50_000_000),
    rate: optionalNumber('R', 'records per second; without it as fast as they are taken', 0.1, 1_000_000),
    rates: optionalText('FILE', 'records per second by hour and weekday: JSON with mean, sigma, smoothing, sun to sat'),
    for: optionalValue('DURATION', 'how long, such as 90s, 5m or 1h30m', parseDuration),
    to: optionalChoice(TARGET_KINDS, 'send to the stream or delivery stream that is named, not to a feed'),
    region: optionalText('REGION', 'send to AWS itself, with your own credentials, not to an embedded host'),
    zone: text('ZONE', 'the time zone of {{date.now}} and of --rates', 'UTC'),
    gzip: flag('with --to: compress each record, without a line break, as the Kinesis Data Generator does'),
    sample: optionalWholeNumber('print so many records and send nothing', 1, 10_000),
    'simulate-from': optionalValue(
      'INSTANT',
      'simulate the time from here for {{date.simTime}}, and wait for nothing',
      parseInstant,
    ),
    seed: optionalWholeNumber('the same seed makes the same records; without it one is drawn', 0, 0xffff_ffff),
    corpus: { ...optionalChoice(CORPUS_NAMES, 'what the events look like'), fallback: DEFAULT_CORPUS },
    types: { ...optionalWholeNumber('event types at most', 1, 249), fallback: String(DEFAULT_TYPES) },
    duplicates: share('share of the records that arrives once more', 0),
    late: share('share of the records created days before they arrive', 0),
    malformed: share('share of events in addition that cannot be used', 0),
  },
  async run(context, flags, [name]) {
    if (flags.template !== undefined || flags.file !== undefined) {
      refuse(eventsAlone(flags), 'has no meaning for records of a template or a file');
      return produceRecords(context, flags, name);
    }
    const { rates, for: length, to, region, sample, 'simulate-from': simulated } = flags;
    refuse({ to, region }, 'needs --template or --file');
    if (name === undefined) throw new UsageError(`\`lithify produce\` needs FEED: what to produce: ${FEED_NAMES.join(', ')}.`);
    const feed = feedOf(name);
    if (feed !== 'events') {
      refuse(eventsAlone(flags), `has no meaning for the feed ${feed}: its records are those of its template`);
      return produceRecords(context, flags, feed, await shippedTemplate(context.projectDirectory, feed));
    }
    refuse(
      { rates, for: length, gzip: flags.gzip || undefined, sample, 'simulate-from': simulated },
      'needs --template or --file where events are produced',
    );
    return produceEvents(context, feed, flags);
  },
});

const eventsAlone = ({ corpus, types, malformed }: Pick<EventFlags, 'corpus' | 'types' | 'malformed'>) => ({
  corpus,
  types,
  malformed: malformed || undefined,
});

const refuse = (flags: Readonly<Record<string, unknown>>, why: string): void => {
  const [given] = Object.entries(flags).filter(([, value]) => value !== undefined);
  if (given !== undefined) throw new UsageError(`--${given[0]} ${why}.`);
};

const produceEvents = async (context: CommandContext, feed: FeedName, flags: EventFlags): Promise<ExitCode> => {
  const { count, rate, corpus = DEFAULT_CORPUS, types = DEFAULT_TYPES, duplicates, late, malformed } = flags;
  if (count === undefined) throw new UsageError('--count is missing: unique records; duplicates and malformed ones come on top.');
  return connected(context, async ({ kinesis, outputs: { streamName }, now }) => {
    // Drawn, not fixed: on a clock that stands still a fixed seed would make the same events again and again.
    const seed = flags.seed ?? randomInt(2 ** 32 - 1);
    const startMillis = Math.floor((now - HOUR) / 1_000) * 1_000;
    const generated = dayOf({ corpus, types, duplicates, late, malformed, events: count, hours: 1, seed, startMillis });
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
};
