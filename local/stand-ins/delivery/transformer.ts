import { createHash } from 'node:crypto';
import { AwsError } from '../../aws-error';
import { callerOf } from '../../caller';
import type { Clock } from '../../clock';
import type { FunctionInvoker } from '../function/function-host';
import type { DeliverySettings } from './settings';
import type { RecordSource } from './source';
import { type Failure, FAILURES, type PendingRecord, readVerdicts, transformRequest, type Verdict } from './transform';

/** What became of one batch: a verdict per record in the batch's order, or one failure for all of it. */
export interface TransformOutcome {
  readonly verdicts: readonly Verdict[] | Failure;
  readonly attemptsMade: number;
  readonly endedMillis: number;
  /** What the function or the service said, for the log. */
  readonly detail?: string;
}

const SERVICE_FAILURES: Readonly<Record<string, Failure>> = {
  ResourceNotFoundException: FAILURES.resourceNotFound,
  AccessDeniedException: FAILURES.accessDenied,
};

/**
 * Invokes the transform. A function error (a throw, a timeout, an answer above 6 MB) and a failed invocation are tried again
 * `retries` times; an answer that breaks the contract is final at once.
 */
export class Transformer {
  #invocations = 0;

  constructor(
    private readonly settings: DeliverySettings,
    private readonly source: RecordSource,
    private readonly functions: FunctionInvoker,
    private readonly clock: Clock,
    private readonly region: string,
    private readonly seed: string,
  ) {}

  async run(records: readonly PendingRecord[]): Promise<TransformOutcome> {
    const { functionArn, roleArn, retries } = this.settings.transform!;
    const caller = callerOf(roleArn);
    let failure: Failure = FAILURES.functionError;
    let detail = '';
    for (let attempt = 1; attempt <= retries + 1; attempt++) {
      const request = transformRequest(this.settings, records, {
        invocationId: this.#invocationId(),
        region: this.region,
        shardId: (shard) => this.source.shardId(shard),
      });
      try {
        const { payload, functionError } = await this.functions.invoke(caller, functionArn, request);
        if (functionError === undefined) {
          return { verdicts: readVerdicts(payload, records), attemptsMade: attempt, endedMillis: this.clock.now() };
        }
        failure = FAILURES.functionError;
        detail = JSON.stringify(payload).slice(0, 1000);
      } catch (thrown) {
        if (!(thrown instanceof AwsError)) throw thrown;
        failure = SERVICE_FAILURES[thrown.code] ?? FAILURES.functionError;
        detail = `${thrown.code}: ${thrown.message}`;
      }
    }
    return { verdicts: failure, attemptsMade: retries + 1, endedMillis: this.clock.now(), detail };
  }

  #invocationId(): string {
    const digest = createHash('sha256').update(`${this.seed}:invocation:${this.#invocations++}`).digest('hex');
    return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
  }
}
