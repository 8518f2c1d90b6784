import type { Caller } from '../../caller';
import type { PausableHold } from '../../clock';

/** What a Lambda function answered: with `functionError`, `payload` is `{errorType, errorMessage, …}`. */
export interface Invocation {
  /** A JSON value; `undefined` counts as null. */
  readonly payload: unknown;
  readonly functionError?: string;
}

/** An operation of a service; `hold` is what keeps the clock while it is under way. */
export type MachineOperation = (input: Readonly<Record<string, unknown>>, caller: Caller, hold: PausableHold) => Promise<object>;

export interface MachineService {
  readonly operations: Readonly<Record<string, MachineOperation>>;
}

/**
 * What the states of a machine reach. Every call is made as the machine's role. The clock is held during each but `waitForQuery`,
 * so none of the others may wait for a timer of the same clock without letting go of the hold that it is given.
 */
export interface Integrations {
  /** `arn`: a function's name or ARN, as the definition has it; `payload`: JSON text. Throws AwsError (`TooManyRequestsException`, `ResourceNotFoundException`). */
  readonly invokeFunction: (caller: Caller, arn: string, payload: string, hold: PausableHold) => Promise<Invocation>;
  /** `StartQueryExecution`, `GetQueryExecution` and `StopQueryExecution` are used. */
  readonly athena: MachineService;
  /** Resolves when a query has ended, however it did. Whoever runs the query holds the clock. */
  readonly waitForQuery: (queryExecutionId: string) => Promise<void>;
  /** `DeleteTable` is used. */
  readonly glue: MachineService;
  /** Throws AwsError (`NoSuchKey`, `AccessDenied`). */
  readonly readObject: (caller: Caller, bucket: string, key: string, hold: PausableHold) => Promise<Uint8Array | string>;
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
