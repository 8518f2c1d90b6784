import type { Caller } from '../../caller';
import type { JsonService } from '../../service';

/** What a Lambda function answered: with `functionError`, `payload` is `{errorType, errorMessage, …}`. */
export interface Invocation {
  /** A JSON value; `undefined` counts as null. */
  readonly payload: unknown;
  readonly functionError?: string;
}

/**
 * What the states of a machine reach. Every call is made as the machine's role. The clock is held during each but `waitForQuery`,
 * so none of the others may wait for a timer of the same clock.
 */
export interface Integrations {
  /** `arn`: a function's name or ARN, as the definition has it; `payload`: JSON text. Throws AwsError (`TooManyRequestsException`, `ResourceNotFoundException`). */
  readonly invokeFunction: (caller: Caller, arn: string, payload: string) => Promise<Invocation>;
  /** `StartQueryExecution`, `GetQueryExecution` and `StopQueryExecution` are used. */
  readonly athena: JsonService;
  /** Resolves when a query has ended, however it did. Whoever runs the query holds the clock. */
  readonly waitForQuery: (queryExecutionId: string) => Promise<void>;
  /** `DeleteTable` is used. */
  readonly glue: JsonService;
  /** Throws AwsError (`NoSuchKey`, `AccessDenied`). */
  readonly readObject: (caller: Caller, bucket: string, key: string) => Promise<Uint8Array | string>;
}

/** A state was entered or left. For a progress display. */
export interface Transition {
  readonly executionArn: string;
  readonly machineName: string;
  readonly state: string;
  readonly type: string;
  readonly phase: 'entered' | 'exited';
  /** `''`, or the iteration of an inline Map: `Gather/3`. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}
