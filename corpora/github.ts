import examples from '@octokit/webhooks-examples';
import type { Corpus, CorpusRecord } from './corpus';

/**
 * Real input: the payloads that GitHub documents for its webhooks, each as sent, in an envelope with the three key fields. `event_name` is
 * `kind:action`, with the outcome as third part where a payload has one: `check_run:completed:success`.
 * Only the time is ours. Payloads are large (10 kB on average), the bytes are not varied.
 */
export const githubCorpus = ({ types }: { readonly types: number }): Corpus => {
  const kinds = (examples as readonly Example[]).slice(0, types);
  const records = kinds.flatMap(({ name, examples: payloads }) => payloads.map((payload) => recordOf(name, payload)));
  return { name: 'github', eventTypes: kinds.map(({ name }) => name), draw: (random) => random.pick(records) };
};

interface Example {
  readonly name: string;
  readonly examples: readonly Payload[];
}
type Payload = Readonly<Record<string, unknown>>;

const recordOf = (kind: string, payload: Payload): CorpusRecord => {
  const eventName = nameOf(kind, payload);
  const name = JSON.stringify(eventName);
  const body = JSON.stringify(payload);
  return {
    eventName,
    eventType: kind,
    write: (_, eventUuid, createdAt) =>
      `{"event_uuid":"${eventUuid}","event_name":${name},"created_at":${createdAt},"body":${body}}`,
  };
};

/** `kind`, `kind:action` or `kind:action:outcome`. */
const nameOf = (kind: string, payload: Payload): string => {
  if (typeof payload['action'] !== 'string') return kind;
  const subject = payload[kind] ?? payload['review'];
  const { conclusion, state } = typeof subject === 'object' && subject !== null ? (subject as Payload) : {};
  const outcome = typeof conclusion === 'string' ? conclusion : state;
  return typeof outcome === 'string' ? `${kind}:${payload['action']}:${outcome}` : `${kind}:${payload['action']}`;
};
