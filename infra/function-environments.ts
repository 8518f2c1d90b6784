import { environment, STEP_NAMES, type StepName } from '../contracts/environments';
import type { Feed } from '../contracts/feeds';
import { feedNamesOf, lakeBucketName, namesOf, type Place } from './names';
import { enabledFeeds, type Settings } from './settings';
import { longestWriteSeconds } from './sizing';

type Variables = Readonly<Record<string, string>>;

/** The variables of a feed's transform, checked against what it reads. */
export const transformEnvironment = (feed: Feed, { events }: Settings): Variables => {
  const variables = {
    FEED: feed.name,
    ON_TIME_DAYS_BEFORE: String(events.onTimeDaysBefore),
    EVENT_TYPES: JSON.stringify(typesOf(feed, events) ?? []),
  };
  environment('transform', variables);
  return variables;
};

/** The types that are expected of a feed; the stack may list those of events. */
export const typesOf = (feed: Feed, { eventTypes }: Settings['events']): readonly string[] | undefined =>
  feed.name === 'events' ? (eventTypes ?? feed.types) : feed.types;

/** The variables of each step: what `contracts/environments.ts` has it read, and checked against it. */
export const functionEnvironments = (settings: Settings, place: Place): Readonly<Record<StepName, Variables>> => {
  const lake = { LAKE_BUCKET: lakeBucketName(settings.stack, place) };
  const catalog = { DATABASE: namesOf(settings.stack).database };
  const policy = { POLICY: JSON.stringify(settings.compaction.policy) };
  const environments: Record<StepName, Variables> = {
    validate: { FEEDS: JSON.stringify(enabledFeeds(settings).map(({ name }) => name)) },
    lock: {
      ...lake,
      STALE_LOCK_SECONDS: String(machineTimeoutSeconds(settings)),
      LONGEST_WRITE_SECONDS: String(longestWriteSeconds),
    },
    route: lake,
    plan: { ...lake, ...catalog, ...policy },
    attempt: { ...lake, ...catalog, ...policy },
    gather: lake,
    statements: { ...lake, ...catalog },
    verify: lake,
    publish: { ...lake, ...catalog },
    sweep: { ...lake, ...catalog, ...policy },
    report: { ...lake, ...catalog, RECORD_SOURCES: JSON.stringify(recordSources(settings)) },
    unlock: lake,
  };
  for (const name of STEP_NAMES) environment(name, environments[name]);
  return environments;
};

/** By feed: the stream, and the delivery stream that takes records directly, of which AWS counts what it acknowledges. */
const recordSources = (settings: Settings) =>
  Object.fromEntries(
    enabledFeeds(settings).map((feed) => {
      const names = feedNamesOf(settings.stack, feed, settings.feeds?.[feed.name]?.deliveryName);
      return [
        feed.name,
        [
          ...(feed.sources.stream ? [{ kind: 'stream', name: names.stream }] : []),
          ...(feed.sources.direct ? [{ kind: 'delivery', name: names.direct.delivery }] : []),
        ],
      ];
    }),
  );

export const machineTimeoutSeconds = (settings: Settings): number => Math.round(settings.compaction.timeoutHours * 3_600);
