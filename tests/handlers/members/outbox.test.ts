import type { SendOutcome } from '../../../contracts/console-api';
import { type MemberEvent, MEMBER_ROLES, type MemberFields, uuidAt } from '../../../contracts/member';
import { changeMember } from '../../../handlers/members/changes';
import { type Call, MOST_ATTEMPTS, Refusal } from '../../../handlers/members/core';
import { sendEntry } from '../../../handlers/members/sender';
import type { OutboxEntry } from '../../../handlers/members/store';
import { sweepOutbox } from '../../../handlers/members/sweep';
import { fc } from '../../properties';
import { openTable, type TableHost } from './table-host';

const ada: MemberFields = { name: 'Ada', email: 'ada@example.com', role: 'admin' };
const id = (number: number): string => uuidAt(number, new Uint8Array(10));
const HOUR = 3_600_000;

let host: TableHost;
beforeAll(async () => {
  host = await openTable();
});
afterAll(() => host.close());

const failing = (name: string, status = 503): Error =>
  Object.assign(new Error('not now'), { name, $metadata: { httpStatusCode: status } });

/** Both services as one: `answers` are what the next puts come to, an error or (undefined) an acknowledgement. */
class Services {
  readonly taken: { readonly path: string; readonly data: string; readonly partitionKey?: string }[] = [];
  readonly waits: number[] = [];
  answers: (Error | undefined)[] = [];
  refusesAcknowledgement = false;

  readonly send = (entry: OutboxEntry): Promise<SendOutcome> =>
    sendEntry(entry, {
      streamName: 'stream',
      deliveryName: 'delivery',
      store: {
        acknowledged: async (entryId) => {
          if (this.refusesAcknowledgement) throw failing('InternalServerError', 500);
          await host.store.acknowledged(entryId);
        },
      },
      kinesis: { send: (command: object) => this.#put('kinesis', command) },
      firehose: { send: (command: object) => this.#put('firehose', command) },
      random: () => 0.5,
      sleep: async (milliseconds) => void this.waits.push(milliseconds),
    });

  async #put(path: string, command: object): Promise<never> {
    const answer = this.answers.shift();
    if (answer !== undefined) throw answer;
    const { input } = command as {
      readonly input: {
        readonly Data?: Uint8Array;
        readonly PartitionKey?: string;
        readonly Record?: { readonly Data: Uint8Array };
      };
    };
    const data = Buffer.from(input.Data ?? input.Record?.Data ?? []).toString();
    this.taken.push({ path, data, ...(input.PartitionKey === undefined ? {} : { partitionKey: input.PartitionKey }) });
    // The client's overloads have no type that a fake could name.
    return { SequenceNumber: '1', RecordId: '1' } as never;
  }
}

let services: Services;
beforeEach(async () => {
  services = new Services();
  // Each test begins with an empty outbox.
  const { entries } = await host.store.waiting(100);
  for (const entry of entries) await host.store.acknowledged(entry.id);
});

const change = (call: Extract<Call, { readonly kind: 'create' | 'update' | 'delete' }>, now: number) =>
  changeMember(call, { store: host.store, send: services.send, now });
const create = (number: number, isFirehose = false) =>
  change({ kind: 'create', requestId: id(number), isFirehose, fields: ada }, number);
const sweep = (now: number) => sweepOutbox({ store: host.store, send: services.send, now, remainingMillis: () => 60_000 });
const waiting = async () => (await host.store.waiting(100)).entries;

describe('a change', () => {
  test('is stored and logged by the path that was asked for, in the same bytes, and its event leaves the outbox', async () => {
    const { member, send } = await create(1_001);
    expect(send).toEqual({
      event_uuid: id(1_001),
      created_at: 1_001,
      path: 'kinesis',
      state: 'acknowledged',
      attempts: 1,
      reason: null,
    });
    await change(
      { kind: 'update', id: member.id, version: 1, requestId: id(1_002), isFirehose: true, fields: { ...ada, name: 'Ada L.' } },
      1_002,
    );
    await change({ kind: 'delete', id: member.id, version: 2, requestId: id(1_003), isFirehose: false }, 1_003);
    expect(services.taken.map(({ path, partitionKey }) => [path, partitionKey])).toEqual([
      ['kinesis', 'member:created:1001'],
      ['firehose', undefined],
      ['kinesis', 'member:deleted:1003'],
    ]);
    expect(services.taken.map(({ data }) => JSON.parse(data) as MemberEvent)).toEqual([
      { event_uuid: id(1_001), event_name: 'member:created', created_at: 1_001, member },
      {
        event_uuid: id(1_002),
        event_name: 'member:updated',
        created_at: 1_002,
        member: { ...member, name: 'Ada L.', version: 2, updated_at: 1_002 },
      },
      expect.objectContaining({ event_name: 'member:deleted', member: expect.objectContaining({ name: 'Ada L.', version: 2 }) }),
    ]);
    expect(await waiting()).toEqual([]);
    expect(await host.store.get(member.id)).toBeUndefined();
  });

  test('whose put fails is sent again after jittered waits, and says how often', async () => {
    services.answers = [failing('ProvisionedThroughputExceededException', 400), failing('ServiceUnavailable')];
    const { send } = await create(1_011);
    expect(send).toMatchObject({ state: 'acknowledged', attempts: 3, reason: 'ServiceUnavailable: not now' });
    expect(services.waits).toEqual([50, 100]);
  });

  test('whose put keeps failing waits in the outbox with the bytes that a sweep sends later', async () => {
    services.answers = Array.from({ length: MOST_ATTEMPTS }, () => failing('ServiceUnavailable'));
    const { member, send } = await create(1_021, true);
    expect(send).toMatchObject({ state: 'waiting', attempts: MOST_ATTEMPTS, path: 'firehose' });
    const [entry] = await waiting();
    expect(services.taken).toEqual([]);
    expect(await sweep(1_021 + 59_999)).toEqual({ sent: 0, failed: 0, young: 1, unfinished: false });
    expect(await sweep(1_021 + HOUR)).toEqual({ sent: 1, failed: 0, young: 0, unfinished: false });
    expect(services.taken).toEqual([{ path: 'firehose', data: entry?.record }]);
    expect(JSON.parse(entry?.record ?? '')).toMatchObject({ member });
    expect(await waiting()).toEqual([]);
  });

  test('whose put is refused for good is not tried again at once, and still waits', async () => {
    services.answers = [failing('AccessDeniedException', 400)];
    expect((await create(1_031)).send).toMatchObject({ state: 'waiting', attempts: 1, reason: 'AccessDeniedException: not now' });
    expect(await waiting()).toHaveLength(1);
  });

  test('that was acknowledged but could not leave the outbox is sent once more, under the same id', async () => {
    services.refusesAcknowledgement = true;
    expect((await create(1_041)).send).toMatchObject({
      state: 'acknowledged',
      reason: expect.stringContaining('stays in the outbox'),
    });
    services.refusesAcknowledgement = false;
    await sweep(HOUR);
    expect(services.taken.map(({ data }) => (JSON.parse(data) as MemberEvent).event_uuid)).toEqual([id(1_041), id(1_041)]);
    expect(services.taken[0]?.data).toBe(services.taken[1]?.data);
  });

  test('asked for twice under one id is made once', async () => {
    services.answers = [failing('AccessDeniedException', 400)];
    const first = await create(1_051);
    const second = await create(1_051);
    expect(second.member).toEqual(first.member);
    expect([first.send.state, second.send]).toEqual(['waiting', expect.objectContaining({ state: 'acknowledged', attempts: 1 })]);
    const update = {
      kind: 'update',
      id: id(1_051),
      version: 1,
      requestId: id(1_052),
      isFirehose: false,
      fields: { ...ada, name: 'B' },
    } as const;
    await change(update, 1_052);
    expect(await change(update, 1_053)).toMatchObject({ member: { version: 2 }, send: { state: 'acknowledged', attempts: 0 } });
    expect(services.taken).toHaveLength(2);
    // By then the member may be another, or gone: the request is still known by its id.
    expect(await create(1_051)).toMatchObject({ member: first.member, send: { state: 'acknowledged', attempts: 0 } });
    const removal = { kind: 'delete', id: id(1_051), version: 2, requestId: id(1_054), isFirehose: true } as const;
    const { member } = await change(removal, 1_054);
    const done = { event_uuid: id(1_054), created_at: 1_054, path: 'firehose', state: 'acknowledged', attempts: 0, reason: null };
    expect(await change(removal, 1_055)).toEqual({ member, send: done });
    // What became of the event is told of the path that it took.
    expect(await change({ ...removal, isFirehose: false }, 1_056)).toEqual({ member, send: done });
    expect(await change(update, 1_057)).toMatchObject({ member: { version: 2, name: 'B' } });
    expect((await create(1_051)).member).toEqual(first.member);
    expect(await host.store.get(id(1_051))).toBeUndefined();
    expect(services.taken).toHaveLength(3);
  });

  test('whose event still waits is sent again by the same request, a deletion too', async () => {
    const { member } = await create(1_071);
    services.answers = [failing('AccessDeniedException', 400)];
    const removal = { kind: 'delete', id: member.id, version: 1, requestId: id(1_072), isFirehose: false } as const;
    expect((await change(removal, 1_072)).send).toMatchObject({ state: 'waiting', attempts: 1 });
    expect((await change(removal, 1_073)).send).toMatchObject({ state: 'acknowledged', attempts: 1 });
    expect(services.taken.map(({ data }) => (JSON.parse(data) as MemberEvent).event_name)).toEqual([
      'member:created',
      'member:deleted',
    ]);
    expect(await waiting()).toEqual([]);
  });

  test('is not made under the id of another request', async () => {
    const { member } = await create(1_081);
    await create(1_082);
    const reused = { version: 1, requestId: id(1_082), isFirehose: false } as const;
    const sentence = `The request_id ${id(1_082)} was used for another change.`;
    for (const call of [
      { kind: 'update', id: member.id, ...reused, fields: { ...ada, name: 'C' } } as const,
      { kind: 'delete', id: member.id, ...reused } as const,
    ])
      await expect(change(call, 1_083)).rejects.toMatchObject({ status: 409, message: sentence });
    expect(await host.store.get(member.id)).toEqual(member);
    expect(services.taken).toHaveLength(2);
  });

  test('is remembered for a week, and what was logged of it is gone from the table after that', async () => {
    const own = await openTable();
    try {
      const options = { store: own.store, send: services.send, now: 1_091 };
      await changeMember({ kind: 'create', requestId: id(1_091), isFirehose: false, fields: ada }, options);
      await own.clock.advance(7 * 24 * HOUR);
      expect(await own.store.logged(id(1_091))).toMatchObject({ eventUuid: id(1_091), path: 'kinesis' });
      await own.clock.advance(2_000);
      expect(await own.store.logged(id(1_091))).toBeUndefined();
      expect(await own.store.get(id(1_091))).toMatchObject(ada);
    } finally {
      await own.close();
    }
  });

  test('of a version that is gone is refused with the member as it is, and of two at once one wins', async () => {
    await create(1_061);
    const update = (number: number) =>
      change(
        {
          kind: 'update',
          id: id(1_061),
          version: 1,
          requestId: id(number),
          isFirehose: false,
          fields: { ...ada, name: `N${number}` },
        },
        number,
      );
    const results = await Promise.allSettled([update(1_062), update(1_063), update(1_064)]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ status: 409, more: { member: { version: 2 } } });
    expect(services.taken).toHaveLength(2);
    await change({ kind: 'delete', id: id(1_061), version: 2, requestId: id(1_065), isFirehose: false }, 1_065);
    await expect(update(1_066)).rejects.toMatchObject({ status: 404 });
  });
});

describe('a sweep', () => {
  test('goes through more than one page, and stops where its time ends', async () => {
    services.answers = Array.from({ length: 130 }, () => failing('AccessDeniedException', 400));
    for (let number = 2_000; number < 2_130; number++) await create(number);
    const swept = await sweepOutbox({ store: host.store, send: services.send, now: HOUR, remainingMillis: () => 0 });
    expect(swept).toEqual({ sent: 100, failed: 0, young: 0, unfinished: true });
    expect(await sweep(HOUR)).toMatchObject({ sent: 30, unfinished: false });
    expect(new Set(services.taken.map(({ data }) => data)).size).toBe(130);
  });

  test('that fails leaves everything as it is', async () => {
    services.answers = [failing('AccessDeniedException', 400), failing('AccessDeniedException', 400)];
    await create(2_201);
    expect(await sweep(HOUR)).toMatchObject({ sent: 0, failed: 1 });
    expect(await waiting()).toHaveLength(1);
  });
});

/** What a person does, and what befalls it. */
const step = fc.record({
  kind: fc.constantFrom('create', 'update', 'delete', 'sweep'),
  which: fc.nat(3),
  isFirehose: fc.boolean(),
  role: fc.constantFrom(...MEMBER_ROLES),
  fate: fc.constantFrom('sent', 'refused', 'dies before sending', 'dies after sending'),
  again: fc.boolean(),
});

test('no modification is ever unlogged, whatever fails and wherever a request dies', async () => {
  let base = 10_000_000;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const own = await openTable();
      base += 100_000;
      try {
        let now = base;
        const logged = new Map<string, MemberEvent>();
        const take = ({ record }: OutboxEntry): void => {
          const event = JSON.parse(record) as MemberEvent;
          // A copy is the same event to the byte.
          if (logged.has(event.event_uuid)) expect(logged.get(event.event_uuid)).toEqual(event);
          logged.set(event.event_uuid, event);
        };
        const sendWith =
          (fate: string) =>
          async (entry: OutboxEntry): Promise<SendOutcome> => {
            const outcome = {
              event_uuid: entry.eventUuid,
              created_at: entry.createdAt,
              path: entry.path,
              attempts: 1,
              reason: null,
            };
            if (fate === 'dies before sending') throw new Error('dead');
            if (fate === 'refused') return { ...outcome, state: 'waiting' };
            take(entry);
            if (fate === 'dies after sending') throw new Error('dead');
            await own.store.acknowledged(entry.id);
            return { ...outcome, state: 'acknowledged' };
          };
        const ids: string[] = [];
        const versions = new Map<string, number>();
        for (const { kind, which, isFirehose, role, fate, again } of steps) {
          now += 1_000;
          const send = sendWith(fate);
          if (kind === 'sweep') {
            await sweepOutbox({ store: own.store, send, now, remainingMillis: () => 60_000 }).catch(dies);
            continue;
          }
          const requestId = id(now);
          const target = ids[which % Math.max(1, ids.length)];
          if (kind === 'create') ids.push(requestId);
          else if (target === undefined) continue;
          const common = { requestId, isFirehose };
          const call =
            kind === 'create'
              ? ({ kind, ...common, fields: { ...ada, role } } as const)
              : kind === 'update'
                ? ({ kind, id: target!, version: versions.get(target!) ?? 1, ...common, fields: { ...ada, role } } as const)
                : ({ kind, id: target!, version: versions.get(target!) ?? 1, ...common } as const);
          const once = () => changeMember(call, { store: own.store, send, now }).catch(dies);
          const first = await once();
          const second = again ? await once() : first;
          // What was done is told again to whoever asks again.
          if (first !== undefined) expect(second?.member).toEqual(first.member);
          const affected = kind === 'create' ? requestId : target!;
          const current = await own.store.get(affected);
          versions.set(affected, current?.version ?? versions.get(affected) ?? 1);
        }
        await sweepOutbox({ store: own.store, send: sendWith('sent'), now: now + HOUR, remainingMillis: () => 60_000 });
        expect((await own.store.waiting(100)).entries).toEqual([]);
        for (const memberId of ids) {
          const events = [...logged.values()]
            .filter(({ member }) => member.id === memberId)
            .sort((left, right) => left.created_at - right.created_at);
          // Every version once, from the first on; a deletion is of the last.
          const changes = events.filter(({ event_name: name }) => name !== 'member:deleted');
          expect(changes.map(({ member }) => member.version)).toEqual(changes.map((_, index) => index + 1));
          const stored = await own.store.get(memberId);
          const last = events.at(-1);
          if (stored === undefined) expect([last?.event_name, last?.member]).toEqual(['member:deleted', changes.at(-1)?.member]);
          else expect([last?.event_name === 'member:deleted', last?.member]).toEqual([false, stored]);
        }
      } finally {
        await own.close();
      }
    }),
    { numRuns: 25, seed: 42 },
  );
});

const dies = (thrown: unknown): undefined => {
  if (thrown instanceof Refusal || (thrown instanceof Error && thrown.message === 'dead')) return undefined;
  throw thrown;
};
