import * as z from 'zod';
import { runSchema } from './run';

/** The error's name where a step's function met a trouble of the moment: a busy, broken or unreachable service. */
export const PASSING_TROUBLE = 'PassingTrouble';

/**
 * What crosses the states of the machine, step by step. Lists never do: they travel as S3 objects of the run's folder, because a
 * state's payload may not pass 262,144 bytes (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
 */
const step = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.object({
    run: runSchema,
    /** When the state was entered: handlers take the time from here, never from the process. */
    now: z.iso.datetime(),
    ...shape,
  });

export const validateRequest = z.object({ input: z.unknown(), executionArn: z.string(), startedAt: z.string() });

export const lockRequest = step({});
export interface LockResult {
  readonly status: 'locked' | 'already running';
  readonly owner: string;
  /** How long a new owner of an abandoned lock waits out what its predecessor may still be writing. */
  readonly waitSeconds: number;
}

export const routeRequest = step({
  round: z.int(),
  /** The last source key that the round before looked at; empty in the first. */
  after: z.string(),
});
export type RouteRequest = z.infer<typeof routeRequest>;
export interface RouteResult {
  readonly done: boolean;
  readonly round: number;
  readonly after: string;
  readonly routed: number;
  readonly unreadable: number;
}

export const planRequest = step({ round: z.int().default(0) });
export interface PlanResult {
  /** False where another round is to go on listing. */
  readonly done: boolean;
  readonly round: number;
  readonly batches: number;
  readonly partitions: number;
  readonly batchesKey: string;
}

const batchStep = <Shape extends z.ZodRawShape>(shape: Shape) => step({ batch: z.string(), batchKey: z.string(), ...shape });

export const attemptRequest = batchStep({ attempt: z.string() });
export interface AttemptResult {
  readonly attempt: string;
  /** `[0, 1, …]`: one gather invocation each; empty when nothing is left to do. */
  readonly tasks: readonly number[];
  /** The name of the temporary CTAS table. */
  readonly table: string;
}

export const gatherRequest = batchStep({ attempt: z.string(), task: z.int() });
export type GatherRequest = z.infer<typeof gatherRequest>;
export interface GatherResult {
  readonly lines: number;
}

export const statementsRequest = batchStep({ attempt: z.string() });
export interface StatementsResult {
  /** Partitions of the statement; 0: nothing was appended and no query starts. */
  readonly partitions: number;
  readonly createStatement: string;
  readonly verifyStatement: string;
  readonly createToken: string;
  readonly verifyToken: string;
  /** Of a rebuild: compares the new rows with the published ones; empty where there is nothing to compare with. */
  readonly compareStatement: string;
  readonly compareToken: string;
}

export const verifyRequest = batchStep({
  /** What the query answered: the counts of the new rows, or (of a rebuild) how they differ from the published ones. */
  kind: z.enum(['verification', 'comparison']),
  attempt: z.string(),
  queryExecutionId: z.string(),
  /** By query. */ bytesScanned: z.array(z.number()),
});
export interface VerifyResult {
  readonly partitions: number;
}

export const publishRequest = batchStep({ attempt: z.string() });
export interface PublishResult {
  readonly published: number;
  readonly superseded: number;
}

export const sweepRequest = step({});
export interface SweepResult {
  readonly deletedObjects: number;
  readonly notices: number;
  readonly status: 'swept' | 'superseded';
}

export const reportRequest = z.discriminatedUnion('kind', [
  batchStep({
    attempt: z.string(),
    tries: z.int().default(0),
    error: z.string(),
    cause: z.string(),
    createBytes: z.number(),
  }).extend({
    kind: z.literal('failure'),
  }),
  step({
    error: z.string().optional(),
    cause: z.string().optional(),
    /** Why the account is not to be brought up to date: what an earlier try of the step met. */
    accountFailure: z.string().optional(),
  }).extend({ kind: z.literal('run') }),
]);
export interface ReportResult {
  readonly status: 'succeeded' | 'failed';
  readonly failedBatches: number;
  /** One sentence for the machine's last state. */
  readonly summary: string;
}

export const unlockRequest = step({});
export interface UnlockResult {
  readonly status: 'unlocked' | 'superseded';
}
