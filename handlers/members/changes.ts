import type { ChangeAnswer, SendOutcome } from '../../contracts/console-api';
import { logPath, memberEvent, partitionKeyOf, type Member, type MemberChange } from '../../contracts/member';
import { type Call, created, Refusal, updated } from './core';
import { type MemberStore, type OutboxEntry, outboxId } from './store';

export interface ChangesOptions {
  readonly store: MemberStore;
  readonly send: (entry: OutboxEntry) => Promise<SendOutcome>;
  /** Unix milliseconds. */
  readonly now: number;
}

type Change = Extract<Call, { readonly kind: 'create' | 'update' | 'delete' }>;

/**
 * One change of a member: the member and the event that logs it are written in one transaction, and the event is sent after that. Asked
 * again with the same request id, because an answer got lost, it changes nothing twice.
 * @throws Refusal
 */
export const changeMember = async (call: Change, options: ChangesOptions): Promise<ChangeAnswer> => {
  const { store, now } = options;
  if (call.kind === 'create') {
    const member = created(call.requestId, call.fields, now);
    const answer = await write('created', call, member, undefined, options);
    return answer ?? (await repeated(call, await store.get(call.requestId), options));
  }
  const current = await store.get(call.id);
  if (current === undefined) throw new Refusal(404, 'This member is not there any more: it was deleted.');
  if (call.kind === 'update' && current.requestId === call.requestId) return repeated(call, current, options);
  if (current.member.version !== call.version) throw changedMeanwhile(current.member);
  const answer =
    call.kind === 'update'
      ? await write('updated', call, updated(current.member, call.fields, now), call.version, options)
      : await write('deleted', call, current.member, call.version, options);
  if (answer !== undefined) return answer;
  const latest = await store.get(call.id);
  if (latest === undefined) throw new Refusal(404, 'This member is not there any more: it was deleted.');
  throw changedMeanwhile(latest.member);
};

const changedMeanwhile = (member: Member): Refusal =>
  new Refusal(409, `Somebody changed this member meanwhile: it is at version ${member.version} now.`, { member });

/** Undefined where the version that was expected is not there. */
const write = async (
  change: MemberChange,
  { requestId, isFirehose }: Change,
  member: Member,
  expectedVersion: number | undefined,
  { store, send, now }: ChangesOptions,
): Promise<ChangeAnswer | undefined> => {
  const at = Math.max(now, member.updated_at);
  const event = memberEvent(change, requestId, at, member);
  const entry: OutboxEntry = {
    id: outboxId(at, requestId),
    eventUuid: requestId,
    path: logPath(isFirehose),
    record: JSON.stringify(event),
    partitionKey: partitionKeyOf(event),
    createdAt: at,
  };
  const written = await store.write({ member, requestId, entry, expectedVersion, remove: change === 'deleted' });
  return written ? { member, send: await send(entry) } : undefined;
};

/** What an earlier request of the same id did, and what became of its event: still waiting, it is sent now. */
const repeated = async (
  { requestId, isFirehose }: Change,
  current: Awaited<ReturnType<MemberStore['get']>>,
  { store, send }: ChangesOptions,
): Promise<ChangeAnswer> => {
  if (current?.requestId !== requestId) throw new Refusal(409, 'This request was made before, and the member was changed since.');
  const { member } = current;
  const entry = await store.entry(outboxId(member.updated_at, requestId));
  const done: SendOutcome = {
    event_uuid: requestId,
    path: logPath(isFirehose),
    state: 'acknowledged',
    attempts: 0,
    reason: null,
  };
  return { member, send: entry === undefined ? done : await send(entry) };
};
