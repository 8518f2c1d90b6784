import type { Feed } from '../../contracts/feeds';
import { deliveryErrorsPrefixes, errorsPrefix } from '../../contracts/lake';
import { collect, concurrently } from './concurrently';
import type { LakeObjects, ListedObject } from './objects';

/** The error objects of a feed: those of its delivery and those of routing. */
export const errorObjects = async (objects: LakeObjects, feed: Feed): Promise<readonly ListedObject[]> => {
  const prefixes = [...new Set([errorsPrefix(feed.name), ...deliveryErrorsPrefixes(feed)])];
  const outermost = prefixes.filter((prefix) => !prefixes.some((other) => other !== prefix && prefix.startsWith(other)));
  return (await concurrently(outermost, 4, (prefix) => collect(objects.list(prefix)))).flat();
};
