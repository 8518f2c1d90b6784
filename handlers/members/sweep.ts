import type { SendOutcome } from '../../contracts/console-api';
import { concurrently } from '../aws/concurrently';
import type { MemberStore, OutboxEntry } from './store';

/** Younger entries may still be under way in the request that wrote them: the API ends those after 30 seconds. */
const YOUNGEST_MILLIS = 60_000;
const PAGE = 100;
const AT_ONCE = 8;
/** What remains of the function's time when it stops beginning pages. */
const RESERVE_MILLIS = 15_000;

export interface Swept {
  readonly sent: number;
  /** Tried and not acknowledged. */
  readonly failed: number;
  /** Too young to be tried. */
  readonly young: number;
  /** Whether time ran out before the end of the outbox. */
  readonly unfinished: boolean;
}

/** Sends what requests left in the outbox, the oldest first, as far as its time goes. */
export const sweepOutbox = async ({
  store,
  send,
  now,
  remainingMillis,
}: {
  readonly store: MemberStore;
  readonly send: (entry: OutboxEntry) => Promise<SendOutcome>;
  readonly now: number;
  readonly remainingMillis: () => number;
}): Promise<Swept> => {
  let [sent, failed, young] = [0, 0, 0];
  let after: string | undefined;
  do {
    const { entries, next } = await store.waiting(PAGE, after);
    const old = entries.filter(({ createdAt }) => createdAt <= now - YOUNGEST_MILLIS);
    const outcomes = await concurrently(old, AT_ONCE, send);
    sent += outcomes.filter(({ state }) => state === 'acknowledged').length;
    failed += outcomes.filter(({ state }) => state === 'waiting').length;
    young += entries.length - old.length;
    after = next;
  } while (after !== undefined && remainingMillis() > RESERVE_MILLIS);
  return { sent, failed, young, unfinished: after !== undefined };
};
