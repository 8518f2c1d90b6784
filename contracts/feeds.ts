import { EVENTS } from './feeds/events';
import { FILMS } from './feeds/films';
import { MEMBERS } from './feeds/members';
import { TELEMETRY } from './feeds/telemetry';
import { USERS } from './feeds/users';
import type { Feed } from './feed';

export * from './feed';
export { EVENTS };

/** Every feed of the program, by name. Another one is one line here; docs/add-a-feed.md shows it. */
export const FEEDS = {
  events: EVENTS,
  users: USERS,
  films: FILMS,
  telemetry: TELEMETRY,
  members: MEMBERS,
} as const satisfies Readonly<Record<string, Feed>>;

export type FeedName = keyof typeof FEEDS;
export const FEED_NAMES = Object.keys(FEEDS) as [FeedName, ...FeedName[]];

/** Throws RangeError. */
export const feedNamed = (name: string): Feed => {
  const feed = Object.hasOwn(FEEDS, name) ? FEEDS[name as FeedName] : undefined;
  if (feed === undefined) throw new RangeError(`unknown feed "${name}"; known: ${FEED_NAMES.join(', ')}`);
  return feed;
};
