import type { Caller } from './caller';

/** One operation of an AWS JSON service: the decoded input and who calls in, the output out. Throws AwsError. */
export type Operation = (input: Readonly<Record<string, unknown>>, caller: Caller) => Promise<object>;

/**
 * A stand-in that speaks AWS JSON over the one port. The endpoint finds it by the prefix of the `X-Amz-Target` header;
 * an operation that is missing here is answered with the service's own `UnknownOperationException`.
 */
export interface JsonService {
  /** As the trace and the state machine's integrations call it: `kinesis`, `firehose`, `glue`, `athena`, `states`, `scheduler`. */
  readonly name: string;
  /** `Kinesis_20131202`: what stands before the dot in `X-Amz-Target`. */
  readonly targetPrefix: string;
  readonly jsonVersion: '1.0' | '1.1';
  readonly operations: Readonly<Record<string, Operation>>;
}

/** One call as the trace sees it, after it ended. */
export interface TracedCall {
  readonly service: string;
  readonly operation: string;
  readonly caller: Caller;
  /** Milliseconds since the epoch, on the host's clock. */
  readonly at: number;
  /** What was touched: a key, a table, an execution; as far as the stand-in can tell. */
  readonly resource?: string;
  /** The AWS error code, where the call failed. */
  readonly error?: string;
}

export type Trace = (call: TracedCall) => void;
