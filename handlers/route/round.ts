import { feedNamed } from '../../contracts/feeds';
import { isRouted, markedSource, markerPrefix, routedPrefix, routeOutcomeKey } from '../../contracts/lake';
import type { RouteOutcome } from '../../workflows/documents';
import { inMarkerOrder, unrouted } from '../../workflows/novelty';
import { MAX_ROUNDS } from '../../workflows/planning';
import type { RouteRequest, RouteResult } from '../../workflows/steps';
import type { LakeObjects, ListedObject } from '../aws/objects';
import { refuseTroubleOfAll } from '../aws/read';
import { routeObject } from '../aws/routing';
import { blocksOf, Budget, readSources, Refused, type Refusal } from '../aws/sources';
import { resumeAfter, roundTakes } from './core';

/** What is routed already, as it is listed. */
async function* markers(
  objects: LakeObjects,
  table: string,
  prefix: string,
  after: string,
): AsyncGenerator<{ readonly key: string; readonly etag: string }> {
  const root = markerPrefix(table);
  for await (const { key } of objects.list(`${root}${prefix}`, after === '' ? {} : { startAfter: `${root}${after}` })) {
    const source = markedSource(table, key);
    if (source !== undefined) yield source;
  }
}

/**
 * Checks and splits the late objects that no marker knows, as many as one invocation can; `done` when none is left behind `after`. (Of two
 * objects one of whose keys continues the other's, a round may end between them in the wrong order: the other is left to the next run.)
 */
export const routeRound = async (objects: LakeObjects, { run, round, after }: RouteRequest): Promise<RouteResult> => {
  const feed = feedNamed(run.feed);
  const prefix = routedPrefix(feed);
  const listed = objects.list(prefix, after === '' ? {} : { startAfter: after });
  const taken: ListedObject[] = [];
  let [bytes, all] = [0, true];
  for await (const source of unrouted(inMarkerOrder(listed), markers(objects, run.table, prefix, after))) {
    if (!isRouted(feed, source)) continue;
    if (!roundTakes({ objects: taken.length, bytes }, source)) {
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
  if (!run.dryRun) {
    const large: ListedObject[] = [];
    for await (const { source, read } of readSources(objects, taken, budget)) {
      if (read.kind === 'large') large.push(source);
      else if (read.kind === 'whole') outcome.routed.push(await routeObject(objects, feed, source, [read.text]));
      else note(source, read);
    }
    for (const source of large) {
      try {
        // Once to its end, and again when it is known to be whole.
        for await (const _block of blocksOf(objects, source, budget));
        outcome.routed.push(await routeObject(objects, feed, source, blocksOf(objects, source, new Budget())));
      } catch (thrown) {
        if (!(thrown instanceof Refused)) throw thrown;
        note(source, thrown.refusal);
      }
    }
  }
  refuseTroubleOfAll(taken.length, failures);
  const done = all && left.size === 0;
  outcome.left = !done && round + 1 >= MAX_ROUNDS;
  if (outcome.left || outcome.routed.length + outcome.unreadable.length + outcome.unread.length > 0)
    await objects.putJson(routeOutcomeKey(run.table, run.run, round), outcome);
  return {
    done,
    round: round + 1,
    after: resumeAfter(
      after,
      taken.map(({ key }) => key),
      left,
    ),
    routed: outcome.routed.length,
    unreadable: outcome.unreadable.length,
  };
};
