import type { Caller } from './caller';

/**
 * Where a test stands between a caller and a service: every AWS call that arrives over the wire, and every one that a state machine
 * makes, passes here. What it may do to a call:
 * - throw an AwsError before `proceed`: nothing happened;
 * - `proceed`, then throw an AwsError: it happened, and the answer says otherwise;
 * - `proceed`, then `loseAnswer()`: it happened, and the connection breaks before the answer arrives;
 * - await something of its own, before or after, inside `letGo` where virtual time is to pass meanwhile;
 * - `proceed` with another input (JSON services), or return another answer (item errors inside an HTTP 200);
 * - end the function that calls.
 */
export type Interceptor = (call: InterceptedCall, proceed: Proceed) => Promise<Answer>;

/** Makes the call; throws AwsError as the service does. `input` replaces the members of a JSON service's request. */
export type Proceed = (input?: Readonly<Record<string, unknown>>) => Promise<Answer>;

export interface InterceptedCall {
  /** `s3`, `glue`, `athena`, `kinesis`, `firehose`, `states`, `scheduler`; `lambda` for what a state machine invokes. */
  readonly service: string;
  /** `GetPartition`, `PutObject`, `Invoke`. */
  readonly operation: string;
  readonly caller: Caller;
  readonly via: 'wire' | 'machine';
  /** `s3://bucket/key`, a function's ARN, or the most telling name in the input. */
  readonly resource?: string;
  /** Members of the request; of S3 `Bucket`, `Key`, a listing's `Prefix`, and for DeleteObjects `Keys`; of Lambda `FunctionName` and the parsed `Payload`. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The SDK's id of the call, the same over its retries, and which try of it this is, from 1. */
  readonly invocationId?: string;
  readonly attempt?: number;
  /** The invocation of a function that makes this call. */
  readonly from?: CallingFunction;
  /** Runs `work` without the hold that this call, and the function that makes it, have on the clock. */
  letGo<T>(work: () => Promise<T>): Promise<T>;
  /** Lets so much time pass on the host's clock before it goes on. */
  stall(milliseconds: number): Promise<void>;
}

/** The running invocation that a call comes from. */
export interface CallingFunction {
  readonly functionName: string;
  /** Another one for each invocation: Lambda's request id. */
  readonly requestId: string;
  /** The event that it was invoked with. */
  readonly event: unknown;
  /** Ends its environment at once, as when the sandbox dies: `Runtime.ExitError`. */
  kill(): void;
  /** Lets it stall until its timeout has passed on the host's clock, and ends it: `Sandbox.Timedout`. */
  timeOut(): Promise<void>;
}

export type Answer =
  | { readonly kind: 'json'; readonly output: object }
  | {
      readonly kind: 'http';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | number>>;
      readonly body: string | Buffer | undefined;
    }
  | { readonly kind: 'invocation'; readonly payload: unknown; readonly functionError?: string }
  | { readonly kind: 'object'; readonly body: Uint8Array | string };

/** The answer never arrives: the connection is closed instead. */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost';
}

export const loseAnswer = (): never => {
  throw new AnswerLost('the connection was closed before the answer');
};

/** What a call without a hold of its own lets go: nothing. */
export const unheld = <T>(work: () => Promise<T>): Promise<T> => work();

/** `attempt=2; max=3` and the id that stays the same over the tries: the headers that every AWS SDK sends. */
export const attemptOf = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Pick<InterceptedCall, 'attempt' | 'invocationId'> => {
  const attempt = /\battempt=(\d+)/.exec(String(headers['amz-sdk-request']))?.[1];
  const id = headers['amz-sdk-invocation-id'];
  return {
    ...(attempt === undefined ? {} : { attempt: Number(attempt) }),
    ...(typeof id === 'string' ? { invocationId: id } : {}),
  };
};
