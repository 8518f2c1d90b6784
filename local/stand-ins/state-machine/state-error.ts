import type { Json } from '../../../workflows/asl';

/**
 * A failure inside an execution, as the Amazon States Language names it: `States.Timeout`, `Lambda.Unknown`, the name of the error
 * that a function threw. Retry and Catch see it; where none takes it, it ends the execution.
 */
export class StateError extends Error {
  override readonly name = 'StateError';

  constructor(
    readonly error: string,
    override readonly cause: string,
  ) {
    super(`${error}: ${cause}`);
  }

  /** What `$states.errorOutput` holds, and the default output of a Catch. */
  get output(): { readonly Error: string; readonly Cause: string } {
    return { Error: this.error, Cause: this.cause };
  }
}

/**
 * The most bytes of UTF-8 that an input, an output, a task's arguments or its result may have, as JSON.
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export const PAYLOAD_LIMIT_BYTES = 262_144;

/** Errors that no wildcard takes: they end the execution unless a Retrier or Catcher names them exactly. */
const TERMINAL: ReadonlySet<string> = new Set(['States.DataLimitExceeded', 'States.Runtime']);

/** Whether the `ErrorEquals` of a Retrier or a Catcher takes an error. `States.TaskFailed` is a wildcard for all but timeouts. */
export const takes = (errorEquals: readonly string[], error: string): boolean =>
  errorEquals.some(
    (name) =>
      name === error ||
      (!TERMINAL.has(error) && (name === 'States.ALL' || (name === 'States.TaskFailed' && error !== 'States.Timeout'))),
  );

/** The JSON text of a payload. Throws `States.DataLimitExceeded` where it is over the limit. */
export const payloadText = (value: Json, what: string): string => {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > PAYLOAD_LIMIT_BYTES)
    throw new StateError(
      'States.DataLimitExceeded',
      `${what} has a size exceeding the maximum number of bytes service limit (${PAYLOAD_LIMIT_BYTES}).`,
    );
  return text;
};
