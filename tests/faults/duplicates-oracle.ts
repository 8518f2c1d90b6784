import type { Random } from '../../corpora/random';
import type { Graph } from '../../local/graph';

/** One event as the curated table must hold it. */
export interface Row {
  readonly eventType: string;
  readonly createdDate: string;
  readonly eventUuid: string;
  readonly createdAt: number;
  readonly copies: number;
  readonly payload: string;
}

/** A record on its way: its key, what it says, and when the stream took it. */
export interface Sent {
  readonly eventType: string;
  readonly eventUuid: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly text: string;
  readonly arrival: number;
}

export const keyOf = ({ eventType, eventUuid, createdAt }: Pick<Sent, 'eventType' | 'eventUuid' | 'createdAt'>): string =>
  `${eventType} ${eventUuid.toLowerCase()} ${createdAt}`;

const isEarlier = (left: Sent, right: Sent): boolean =>
  left.arrival < right.arrival ||
  (left.arrival === right.arrival && Buffer.compare(Buffer.from(left.text), Buffer.from(right.text)) < 0);

/** What is to be read of `events` after all of `sent` is compacted: one row per key, the first arrival's payload, ties by payload. */
export const rowsExpected = (sent: readonly Sent[]): Row[] => {
  const firsts = new Map<string, { first: Sent; copies: number }>();
  for (const record of sent) {
    const known = firsts.get(keyOf(record));
    if (known === undefined) firsts.set(keyOf(record), { first: record, copies: 1 });
    else {
      known.copies += 1;
      if (isEarlier(record, known.first)) known.first = record;
    }
  }
  return [...firsts]
    .map(([, { first, copies }]) => ({
      eventType: first.eventType,
      createdDate: new Date(first.createdAt).toISOString().slice(0, 10),
      eventUuid: first.eventUuid.toLowerCase(),
      createdAt: first.createdAt,
      copies,
      payload: first.text,
    }))
    .sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
};

/** Keys of `fresh` whose copies do not all say the same, the row that is published already among them. */
export const conflictsExpected = (published: readonly Sent[], fresh: readonly Sent[]): number => {
  const before = new Map(rowsExpected(published).map((row) => [keyOf(row), row.payload]));
  const payloads = new Map<string, Set<string>>();
  for (const record of fresh) {
    const key = keyOf(record);
    const known = payloads.get(key) ?? new Set(before.has(key) ? [before.get(key)!] : []);
    payloads.set(key, known.add(record.text));
  }
  return [...payloads.values()].filter(({ size }) => size > 1).length;
};

/** Keys but for their type that were sent under more than one type: those are several events, and `lithify verify` says so. */
export const typeConflictsExpected = (sent: readonly Sent[]): number => {
  const types = new Map<string, Set<string>>();
  for (const { eventType, eventUuid, createdAt } of sent) {
    const rest = `${eventUuid.toLowerCase()} ${createdAt}`;
    types.set(rest, (types.get(rest) ?? new Set()).add(eventType));
  }
  return [...types.values()].filter(({ size }) => size > 1).length;
};

export interface Identity {
  readonly eventType: string;
  readonly eventUuid: string;
  readonly createdAt: number;
}

/** The same event in the forms that producers send it: seconds or milliseconds, a number or a string, either case; now and then other content. */
export const spelled = ({ eventType, eventUuid, createdAt }: Identity, random: Random): string => {
  const seconds = createdAt / 1_000;
  const time = random.pick<number | string>([createdAt, String(createdAt), seconds, String(seconds)]);
  return JSON.stringify({
    event_uuid: random.below(3) === 0 ? eventUuid.toUpperCase() : eventUuid,
    event_name: `${random.below(3) === 0 ? eventType.toUpperCase() : eventType}:thing`,
    created_at: time,
    ...(random.below(6) === 0 ? { amount: random.below(1_000) } : {}),
  });
};

/** The program without its nightly run: the test starts every run itself. */
export const unscheduled = (graph: Graph): Graph => ({
  ...graph,
  resources: graph.resources.map((resource) =>
    resource.type === 'aws:scheduler/schedule:Schedule'
      ? { ...resource, inputs: { ...resource.inputs, state: 'DISABLED' } }
      : resource,
  ),
});
