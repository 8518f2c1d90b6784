import type { ChangeAnswer, SendOutcome } from '../../contracts/console-api';
import { logPath, type Member, type MemberChange, memberEvent, type MemberEvent, partitionKeyOf } from '../../contracts/member';
import { type Call, created, Refusal, updated } from './core';
import { type MemberStore, type OutboxEntry, outboxId } from './store';

export interface ChangesOptions {
  readonly store: MemberStore;
  readonly send: (entry: OutboxEntry) => Promise<SendOutcome>;
  /** Unix milliseconds. */
  readonly now: number;
}

type Change = Extract<Call, { readonly kind: 'create' | 'update' | 'delete' }>;

const DONE: Readonly<Record<Change['kind'], MemberChange>> = { create: 'created', update: 'updated', delete: 'deleted' };

/** A creation makes the member of its own request's id. */
const memberIdOf = (call: Change): string => (call.kind === 'create' ? call.requestId : call.id);

/**
 * One change of a member: the member, the event that logs it and the memory of the request are written in one transaction, and the event
 * is sent after that. Asked again with the same request id, because an answer got lost, it changes nothing twice, whatever became of the
 * member since, and tells what became of the event.
 * @throws Refusal
 */
export const changeMember = async (call: Change, options: ChangesOptions): Promise<ChangeAnswer> => {
  const current = call.kind === 'create' ? undefined : await options.store.get(call.id);
  const isAsExpected = call.kind === 'create' || current?.version === call.version;
  const answer = isAsExpected ? await write(call, memberAfter(call, current, options.now), options) : undefined;
  return answer ?? (await repeated(call, options)) ?? (await refuse(call, options));
};

/** The member as the event tells it: after a creation or an update, before a deletion. */
const memberAfter = (call: Change, current: Member | undefined, now: number): Member => {
  if (call.kind === 'create') return created(call.requestId, call.fields, now);
  if (current === undefined) throw new Error('a change of a member that is not there');
  return call.kind === 'update' ? updated(current, call.fields, now) : current;
};

/** Undefined where the version that was expected is not there, or the request did its work before. */
const write = async (call: Change, member: Member, { store, send, now }: ChangesOptions): Promise<ChangeAnswer | undefined> => {
  const { kind, requestId, isFirehose } = call;
  const at = Math.max(now, member.updated_at);
  const event = memberEvent(DONE[kind], requestId, at, member);
  const entry: OutboxEntry = {
    id: outboxId(at, requestId),
    eventUuid: requestId,
    path: logPath(isFirehose),
    record: JSON.stringify(event),
    partitionKey: partitionKeyOf(event),
    createdAt: at,
  };
  const expectedVersion = call.kind === 'create' ? undefined : call.version;
  const written = await store.write({ member, entry, expectedVersion, remove: kind === 'delete' });
  return written ? { member, send: await send(entry) } : undefined;
};

/** What an earlier request of the same id did, and what became of its event: still waiting, it is sent now. Undefined: there was none. */
const repeated = async (call: Change, { store, send }: ChangesOptions): Promise<ChangeAnswer | undefined> => {
  const logged = await store.logged(call.requestId);
  if (logged === undefined) return undefined;
  const { event_name: name, member } = JSON.parse(logged.record) as MemberEvent;
  if (name !== `member:${DONE[call.kind]}` || member.id !== memberIdOf(call))
    throw new Refusal(409, `The request_id ${call.requestId} was used for another change.`);
  const waiting = await store.entry(logged.id);
  if (waiting !== undefined) return { member, send: await send(waiting) };
  const { eventUuid, createdAt, path } = logged;
  return {
    member,
    send: { event_uuid: eventUuid, created_at: createdAt, path, state: 'acknowledged', attempts: 0, reason: null },
  };
};

const refuse = async (call: Change, { store }: ChangesOptions): Promise<never> => {
  const member = await store.get(memberIdOf(call));
  if (member === undefined) throw new Refusal(404, 'This member is not there any more: it was deleted.');
  if (call.kind === 'create') throw new Refusal(409, 'There is a member of this id already.', { member });
  throw new Refusal(409, `Somebody changed this member meanwhile: it is at version ${member.version} now.`, { member });
};
