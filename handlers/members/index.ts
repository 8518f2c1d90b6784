import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consoleEnvironment } from '../../contracts/console';
import type { SendOutcome } from '../../contracts/console-api';
import { ASSETS, type Call, callOf, pageConfig, Refusal, type Reply, reply, requestSchema, sweepSchema } from './core';
import { changeMember } from './changes';
import { MemberHistory } from './history';
import { sendEntry, sendingClients } from './sender';
import { MemberStore, type OutboxEntry } from './store';
import { sweepOutbox } from './sweep';

const settings = consoleEnvironment(process.env);
const store = new MemberStore(settings.MEMBERS_TABLE);
const history = new MemberHistory({ database: settings.DATABASE, workgroup: settings.WORKGROUP });
const clients = sendingClients();

const PAGE = 50;
const MOST_COUNTED = 100;

const send = async (entry: OutboxEntry): Promise<SendOutcome> => {
  const outcome = await sendEntry(entry, {
    ...clients,
    store,
    streamName: settings.STREAM_NAME,
    deliveryName: settings.DELIVERY_NAME,
    random: Math.random,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  });
  // Ids and outcomes alone: who the member is has no place in a log.
  console.log(JSON.stringify({ send: outcome }));
  return outcome;
};

const answer = async (call: Exclude<Call, { readonly kind: 'asset' }>, now: number): Promise<object> => {
  switch (call.kind) {
    case 'config':
      return pageConfig(settings.IS_FIREHOSE, settings.SIGN_IN);
    case 'list':
      return store.list(call.after, PAGE);
    case 'read': {
      const found = await store.get(call.id);
      if (found === undefined) throw new Refusal(404, 'There is no member of this id.');
      return found;
    }
    case 'create':
    case 'update':
    case 'delete':
      return changeMember(call, { store, send, now });
    case 'outbox': {
      const { entries, next } = await store.waiting(MOST_COUNTED);
      return { waiting: entries.length, more: next !== undefined, oldest: entries[0]?.createdAt ?? null };
    }
    case 'history':
      return history.start(call.id);
    case 'historyResult':
      return history.result(call.id, call.queryId);
  }
};

const json = (status: number, body: object): Reply => reply(status, 'application/json', JSON.stringify(body), settings.SIGN_IN);

/** The page's files lie beside the function's code. */
const asset = (name: keyof typeof ASSETS): Reply =>
  reply(200, ASSETS[name], readFileSync(join(process.env['LAMBDA_TASK_ROOT'] ?? '', 'page', name), 'utf8'), settings.SIGN_IN);

/**
 * An HTTP API's request in, its answer out; or the schedule's sweep. A throw of a sweep fails the invocation; anything unexpected of a
 * request is logged, and answered without its words.
 */
export const handler = async (event: unknown, context: { getRemainingTimeInMillis(): number }): Promise<object> => {
  const sweep = sweepSchema.safeParse(event);
  if (sweep.success) {
    const swept = await sweepOutbox({
      store,
      send,
      now: Date.parse(sweep.data.sweep.now),
      remainingMillis: () => context.getRemainingTimeInMillis(),
    });
    console.log(JSON.stringify({ swept }));
    return swept;
  }
  const request = requestSchema.parse(event);
  try {
    const call = callOf(request);
    return call.kind === 'asset' ? asset(call.name) : json(200, await answer(call, request.requestContext.timeEpoch));
  } catch (thrown) {
    if (thrown instanceof Refusal) return json(thrown.status, { message: thrown.message, ...thrown.more });
    console.error(thrown);
    return json(500, { message: 'Something went wrong here; nothing was changed that is not shown. Try again.' });
  }
};
