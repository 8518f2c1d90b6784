import type { OutboxAnswer, SendOutcome } from '../contracts/console-api';
import type { Member, MemberChange } from '../contracts/member';
import { announce, button, byId, make, moment, plural } from './dom';

const PATHS = { kinesis: 'Kinesis', firehose: 'Firehose' } as const;
const MOST_SHOWN = 50;

/** What came of sending an event, in words. */
export const outcomeSentence = ({ path, state, attempts }: SendOutcome): string => {
  if (state === 'waiting')
    return `${PATHS[path]} did not take it in ${plural(attempts, 'attempt', 'attempts')}; it waits in the outbox and is sent from there.`;
  if (attempts === 0) return `${PATHS[path]} had acknowledged it before.`;
  return `${PATHS[path]} acknowledged it ${attempts === 1 ? 'at the first attempt' : `after ${attempts} attempts`}.`;
};

/** Puts the outcome of a change on top of the list, and says it. */
export const showOutcome = (
  change: MemberChange,
  member: Member,
  send: SendOutcome,
  openHistory: (member: Member) => void,
): void => {
  const { name } = member;
  const list = byId('sent', HTMLOListElement);
  byId('sent-empty', HTMLParagraphElement).hidden = true;
  const sentence = outcomeSentence(send);
  const details = [
    make('small', {}, sentence),
    ...(send.reason === null ? [] : [make('small', {}, `Last failure: ${send.reason}`)]),
    make('small', {}, 'event_uuid ', send.event_uuid, ' · ', moment(send.created_at)),
  ];
  list.prepend(
    make(
      'li',
      {},
      make('span', { class: `outcome ${send.state}` }, send.state === 'acknowledged' ? 'Sent' : 'Waiting'),
      make('p', {}, make('strong', {}, `member:${change}`), ` ${name}`, ...details),
      // The one way to the history of a member that is not in the list any more.
      ...(change === 'deleted' ? [button('History', `History of ${name}, deleted`, () => openHistory(member))] : []),
    ),
  );
  while (list.children.length > MOST_SHOWN) list.lastElementChild?.remove();
  announce(`${name} ${change}. ${sentence}`);
};

/** Where the outbox could not be asked: what was said of it before may not be so any more. */
export const showOutboxUnknown = (sentence: string): void => {
  byId('outbox', HTMLParagraphElement).textContent = `What waits in the outbox is not known just now: ${sentence}`;
};

/** The outcomes on the page that say of an event that it waits. */
export const waitingOutcomes = (): readonly HTMLElement[] => [
  ...byId('sent', HTMLOListElement).querySelectorAll<HTMLElement>('.outcome.waiting'),
];

/** @param asked the outcomes that waited before the outbox was asked: an event leaves it when its service has acknowledged it, and never otherwise */
export const showOutbox = ({ waiting, more, oldest }: OutboxAnswer, asked: readonly HTMLElement[]): void => {
  const line = byId('outbox', HTMLParagraphElement);
  if (waiting === 0 || oldest === null) {
    line.textContent = 'The outbox is empty: every change so far has been logged.';
    for (const outcome of asked) outcome.replaceWith(make('span', { class: 'outcome acknowledged' }, 'Sent later'));
    return;
  }
  const count = more ? `More than ${plural(waiting, 'event', 'events')}` : plural(waiting, 'event', 'events');
  line.replaceChildren(`${count} in the outbox, the oldest since `, moment(oldest), '; sent again by the schedule.');
};
