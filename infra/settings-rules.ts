import { FEED_NAMES, feedNamed, type Feed } from '../contracts/feeds';
import { LATE } from '../contracts/lake';
import { feedNamesOf } from './names';
import { shortestIntervalHours } from './schedule-interval';
import type { Config, FeedConfig } from './settings';

/**
 * Partitions that a delivery stream may have open at once; more go to the errors prefix.
 * https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html
 */
const ACTIVE_PARTITION_QUOTA = 500;
/** Markers outlive the raw objects that they name, and runs the full listing that reads them, by this much: lifecycle rounds to whole days. */
const MARGIN_DAYS = 7;

/** What no single key can say: one sentence per contradiction, with both values. */
export const contradictions = (stack: string, config: Config): readonly string[] =>
  RULES.map((rule) => rule(config, stack)).filter((sentence) => sentence !== undefined);

/**
 * How long after its end a day may still get objects in its raw partition: on-time events of the following days, held up in the stream
 * for its whole retention, then delivered.
 */
export const leastReceivingHours = ({ events, stream }: Config): number =>
  events.onTimeDaysBefore * 24 + stream.retentionHours + 1;

type Rule = (config: Config, stack: string) => string | undefined;

const shards: Rule = ({ stream }) => {
  if (stream.mode === 'provisioned' && stream.shardCount === undefined) {
    return 'lithify:stream.shardCount is missing; a provisioned stream needs a whole number of shards';
  }
  if (stream.mode === 'on-demand' && stream.shardCount !== undefined) {
    return `lithify:stream.shardCount is ${stream.shardCount}; an on-demand stream has no shard count`;
  }
  return undefined;
};

const distinctTypes: Rule = ({ events }) => {
  const twice = events.eventTypes?.find((type, index, types) => types.indexOf(type) !== index);
  return twice === undefined ? undefined : `lithify:events.eventTypes has "${twice}" twice; each type is listed once`;
};

const noTypeCalledLate: Rule = ({ events }) => {
  const late = events.eventTypes?.find((eventType) => eventType === LATE);
  return late === undefined ? undefined : `lithify:events.eventTypes has "${late}"; that name is kept for what is not on time`;
};

/** Just after midnight the buffers of one more date are still open. */
const activePartitions: Rule = ({ events }) => {
  if (events.eventTypes === undefined) return undefined;
  const dates = events.onTimeDaysBefore + 2;
  const partitions = events.eventTypes.length * dates + 1;
  return partitions <= ACTIVE_PARTITION_QUOTA
    ? undefined
    : `lithify:events has ${events.eventTypes.length} types on up to ${dates} dates, so ${partitions} active partitions; ` +
        `the delivery stream may have at most ${ACTIVE_PARTITION_QUOTA}`;
};

/** Firehose refuses smaller buffers with dynamic partitioning. https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html */
export const MIN_DYNAMIC_BUFFER_MEBIBYTES = 64;
const MIN_DYNAMIC_BUFFER_SECONDS = 60;

/** What one feed's group contradicts, feed by feed: the first of them. */
const ofEachFeed =
  (problem: (feed: Feed, config: FeedConfig, whole: Config, stack: string) => string | undefined): Rule =>
  (config, stack) =>
    FEED_NAMES.flatMap((name) => {
      const group = config.feeds?.[name];
      return group === undefined ? [] : (problem(feedNamed(name), group, config, stack) ?? []);
    })[0];

const dynamicBuffers: Rule = ofEachFeed((feed, { bufferMebibytes, bufferSeconds }) => {
  if (feed.rawLayout !== 'partition') return undefined;
  const must = (name: string, value: number, least: number): string =>
    `lithify:feeds.${feed.name}.${name} is ${value}; it must be at least ${least}, since the delivery partitions by what the transform says`;
  if (bufferMebibytes !== undefined && bufferMebibytes < MIN_DYNAMIC_BUFFER_MEBIBYTES)
    return must('bufferMebibytes', bufferMebibytes, MIN_DYNAMIC_BUFFER_MEBIBYTES);
  return bufferSeconds !== undefined && bufferSeconds < MIN_DYNAMIC_BUFFER_SECONDS
    ? must('bufferSeconds', bufferSeconds, MIN_DYNAMIC_BUFFER_SECONDS)
    : undefined;
});

const feedShards: Rule = ofEachFeed((feed, { shardCount }, { stream }) => {
  if (shardCount === undefined) return undefined;
  if (!feed.sources.stream) return `lithify:feeds.${feed.name}.shardCount is ${shardCount}; the feed has no stream`;
  return stream.mode === 'on-demand'
    ? `lithify:feeds.${feed.name}.shardCount is ${shardCount}; an on-demand stream has no shard count`
    : undefined;
});

/** The delivery streams that a feed would have in the stack, by their names. */
const deliveriesOf = (stack: string, feed: Feed, deliveryName: string | undefined): readonly string[] => {
  const { delivery, direct } = feedNamesOf(stack, feed, deliveryName);
  return [delivery.delivery, ...(feed.sources.stream && feed.sources.direct ? [direct.delivery] : [])];
};

const deliveryNames: Rule = ofEachFeed((feed, { deliveryName }, { feeds = {} }, stack) => {
  if (deliveryName === undefined) return undefined;
  if (!feed.sources.direct)
    return `lithify:feeds.${feed.name}.deliveryName is "${deliveryName}"; only a feed that takes records directly may name its delivery stream`;
  // Feeds that are off count as well: switching one on must not take the name of another one's stream.
  const other = FEED_NAMES.find(
    (name) =>
      deliveriesOf(stack, feedNamed(name), feeds[name]?.deliveryName).filter((each) => each === deliveryName).length >
      Number(name === feed.name),
  );
  return other === undefined
    ? undefined
    : `lithify:feeds.${feed.name}.deliveryName is "${deliveryName}", which a delivery stream of ${other} is called; each has a name of its own`;
});

/** The page logs to the feed's stream and to its direct delivery stream. */
const consoleFeed: Rule = ({ console, feeds = {} }) =>
  console === undefined || feeds['members']?.enabled === true
    ? undefined
    : 'lithify:feeds.members is off; it must be enabled where lithify:console is given, since the page logs to it';

const rawOutlivesItsWait: Rule = ({ compaction, retention }) =>
  compaction.policy.dueAgeHours <= (retention.rawDays * 24) / 2
    ? undefined
    : `lithify:compaction.policy.dueAgeHours is ${compaction.policy.dueAgeHours}; it must be at most half of raw's lifetime of ` +
      `${retention.rawDays * 24} hours`;

const markersOutliveSources: Rule = ({ retention }) =>
  retention.lateDays >= retention.rawDays + MARGIN_DAYS
    ? undefined
    : `lithify:retention.lateDays is ${retention.lateDays}; it must be at least rawDays + ${MARGIN_DAYS} (${retention.rawDays + MARGIN_DAYS}), ` +
      `so that markers outlive their sources`;

const runsOutliveFullListing: Rule = ({ compaction, retention }) => {
  const least = compaction.policy.fullListingDays + MARGIN_DAYS;
  return retention.runsDays >= least
    ? undefined
    : `lithify:retention.runsDays is ${retention.runsDays}; it must be at least compaction.policy.fullListingDays + ${MARGIN_DAYS} (${least})`;
};

/** Replay of the whole stream must never find its raw objects expired. */
const rawOutlivesStream: Rule = ({ retention, stream }) =>
  retention.rawDays * 24 > stream.retentionHours
    ? undefined
    : `lithify:retention.rawDays is ${retention.rawDays}; it must be longer than the stream's retention of ${stream.retentionHours} hours`;

const receiving: Rule = (config) => {
  const least = leastReceivingHours(config);
  const { receivingHours } = config.compaction.policy;
  return receivingHours === undefined || receivingHours >= least
    ? undefined
    : `lithify:compaction.policy.receivingHours is ${receivingHours}; it must be at least ${least} ` +
        `(the days on time, the stream's retention and an hour of delivery)`;
};

const timeZone: Rule = ({ compaction }) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: compaction.timeZone });
    return undefined;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return `lithify:compaction.timeZone is "${compaction.timeZone}"; it must be an IANA time zone such as "Europe/Berlin"`;
  }
};

const schedule: Rule = ({ compaction }) => {
  const interval = shortestIntervalHours(compaction.schedule);
  if (interval === undefined) {
    return (
      `lithify:compaction.schedule is "${compaction.schedule}"; it must be cron(minutes hours day month weekday year) or ` +
      `rate(n minutes|hours|days)`
    );
  }
  // The night on which clocks go forward is an hour shorter.
  const shortest = compaction.schedule.startsWith('cron') && compaction.timeZone !== 'UTC' ? interval - 1 : interval;
  return compaction.timeoutHours < shortest
    ? undefined
    : `lithify:compaction.timeoutHours is ${compaction.timeoutHours}; it must be less than the ${shortest} hours between two starts of ` +
        `${compaction.schedule}`;
};

const producer: Rule = ({ telemetry: { schedule: expression } }) =>
  shortestIntervalHours(expression) !== undefined
    ? undefined
    : `lithify:telemetry.schedule is "${expression}"; it must be cron(minutes hours day month weekday year) or rate(n minutes|hours|days)`;

const sweep: Rule = ({ console }) =>
  console === undefined || shortestIntervalHours(console.sweep) !== undefined
    ? undefined
    : `lithify:console.sweep is "${console.sweep}"; it must be cron(minutes hours day month weekday year) or rate(n minutes|hours|days)`;

const protection: Rule = ({ protection: { protect, forceDestroy } }) =>
  protect && forceDestroy ? 'lithify:protection.forceDestroy is true; it must be false where protect is true' : undefined;

const RULES: readonly Rule[] = [
  shards,
  distinctTypes,
  noTypeCalledLate,
  activePartitions,
  dynamicBuffers,
  feedShards,
  deliveryNames,
  consoleFeed,
  rawOutlivesItsWait,
  markersOutliveSources,
  runsOutliveFullListing,
  rawOutlivesStream,
  receiving,
  timeZone,
  schedule,
  sweep,
  producer,
  protection,
];
