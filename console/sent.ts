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
    make('small', {}, 'event_uuid ', send.event_uuid, ' · ', moment(Date.now())),
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

export const showOutbox = ({ waiting, more, oldest }: OutboxAnswer): void => {
  const line = byId('outbox', HTMLParagraphElement);
  if (waiting === 0 || oldest === null) {
    line.textContent = 'The outbox is empty: every change so far has been logged.';
    return;
  }
  const count = more ? `More than ${plural(waiting, 'event', 'events')}` : plural(waiting, 'event', 'events');
  line.replaceChildren(`${count} in the outbox, the oldest since `, moment(oldest), '; sent again by the schedule.');
};
