import { isRecord } from '../state-machine/checks';

/** What an invocation said of its batch. */
export type Verdict =
  | { readonly kind: 'done'; readonly state: unknown }
  /** All before `index` is done, it and what follows is not. */
  | { readonly kind: 'failedFrom'; readonly index: number; readonly state: unknown }
  | { readonly kind: 'failed' };

export interface Expectation {
  readonly sequenceNumbers: readonly string[];
  readonly reportsItemFailures: boolean;
  /** Whether a state must come back. */
  readonly windowed: boolean;
}

/**
 * Reads the answer of a function that did not throw. An answer that names no item, or has none of the expected form, is a success or a
 * failure by the table of https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export const verdictOf = (answer: unknown, { sequenceNumbers, reportsItemFailures, windowed }: Expectation): Verdict => {
  const answered = isRecord(answer) ? answer : {};
  // "If the response does not contain a state property, Lambda considers this a failed invocation."
  if (windowed && !isRecord(answered['state'])) return { kind: 'failed' };
  const state = answered['state'];
  const failures = reportsItemFailures ? (answered['batchItemFailures'] ?? []) : [];
  if (!Array.isArray(failures)) return { kind: 'failed' };
  if (failures.length === 0) return { kind: 'done', state };
  const indices = failures.map((failure) => {
    const identifier: unknown = isRecord(failure) ? failure['itemIdentifier'] : undefined;
    return typeof identifier === 'string' ? sequenceNumbers.indexOf(identifier) : -1;
  });
  // An empty, missing or unknown identifier fails the whole batch.
  if (indices.includes(-1)) return { kind: 'failed' };
  return { kind: 'failedFrom', index: Math.min(...indices), state };
};
