import { feedNamed } from '../../contracts/feeds';
import { isRouted, routedPrefix, routeOutcomeKey } from '../../contracts/lake';
import type { RouteOutcome } from '../../workflows/documents';
import { MAX_ROUNDS } from '../../workflows/planning';
import type { RouteRequest, RouteResult } from '../../workflows/steps';
import type { LakeObjects, ListedObject } from '../aws/objects';
import { refuseTroubleOfAll } from '../aws/read';
import { routeObject } from '../aws/routing';
import { blocksOf, Budget, readSources, Refused, type Refusal } from '../aws/sources';
import { resumeAfter, ROUND, roundTakes, writtenFor, type RoundBounds } from './core';
import { LateListing } from './listing';

/**
 * Checks and splits the late objects that no marker knows, as many as one invocation can; `done` when none is left behind `after`. (Of two
 * objects one of whose keys continues the other's, a round may end between them in the wrong order: the other is left to the next run.)
 */
export const routeRound = async (
  objects: LakeObjects,
  { run, round, after }: RouteRequest,
  bounds: RoundBounds = ROUND,
): Promise<RouteResult> => {
  const feed = feedNamed(run.feed);
  const prefix = routedPrefix(feed);
  const listing = new LateListing(objects, run.table, prefix, after, bounds.entries);
  const taken: ListedObject[] = [];
  let [bytes, all] = [0, true];
  for await (const source of listing.unrouted()) {
    if (!isRouted(feed, source)) continue;
    if (!roundTakes({ objects: taken.length, bytes }, source, bounds)) {
      all = false;
      break;
    }
    taken.push(source);
    bytes += source.bytes;
  }
  const outcome: RouteOutcome = { routed: [], unreadable: [], unread: [], left: false };
  const failures: unknown[] = [];
  const left = new Set<string>();
  const budget = new Budget();
  const note = ({ key, etag }: ListedObject, refusal: Refusal): void => {
    if (refusal.kind === 'spent') left.add(key);
    else if (refusal.kind === 'unreadable') outcome.unreadable.push({ key, etag, reason: refusal.reason });
    else if (refusal.kind === 'unread') {
      outcome.unread.push({ key, etag, reason: refusal.reason });
      failures.push(refusal.failure);
    }
  };
  let written = 0;
  const routed = (entry: RouteOutcome['routed'][number]): void => {
    outcome.routed.push(entry);
    written += writtenFor(entry);
  };
  if (!run.dryRun) {
    const large: ListedObject[] = [];
    let seen = 0;
    for await (const { source, read } of readSources(objects, taken, budget)) {
      if (written >= bounds.written) break;
      seen++;
      if (read.kind === 'large') large.push(source);
      else if (read.kind === 'whole') routed(await routeObject(objects, feed, source, [read.text]));
      else note(source, read);
    }
    for (const { key } of taken.slice(seen)) left.add(key);
    for (const source of large) {
      if (written >= bounds.written) {
        left.add(source.key);
        continue;
      }
      try {
        // Once to its end, and again when it is known to be whole.
        for await (const _block of blocksOf(objects, source, budget));
        routed(await routeObject(objects, feed, source, blocksOf(objects, source, new Budget())));
      } catch (thrown) {
        if (!(thrown instanceof Refused)) throw thrown;
        note(source, thrown.refusal);
      }
    }
  }
  refuseTroubleOfAll(taken.length, failures);
  const listedOn = all && left.size === 0;
  const done = listedOn && listing.end === undefined;
  outcome.left = !done && round + 1 >= MAX_ROUNDS;
  if (outcome.left || outcome.routed.length + outcome.unreadable.length + outcome.unread.length > 0)
    await objects.putJson(routeOutcomeKey(run.table, run.run, round), outcome);
  return {
    done,
    round: round + 1,
    after:
      listedOn && listing.end !== undefined
        ? listing.end
        : resumeAfter(
            after,
            taken.map(({ key }) => key),
            left,
          ),
    routed: outcome.routed.length,
    unreadable: outcome.unreadable.length,
  };
};
