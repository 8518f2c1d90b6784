import * as z from 'zod';
import { runInputSchema } from './run';

/** The objects of a run's folder and the ledgers: what the steps write for each other and for people. */

/** One raw object or piece: identity is key and ETag. */
export const sourceSchema = z.object({ key: z.string(), etag: z.string(), bytes: z.number() });
export type Source = z.infer<typeof sourceSchema>;

/** A ledger's entry: a source that the partition's rows contain, and how many lines it had. */
export const ledgerEntrySchema = z.object({ key: z.string(), etag: z.string(), lines: z.number() });
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** What a Glue partition of the curated table says of itself, in its parameters. */
export const publishedSchema = z.object({
  location: z.string(),
  run: z.string(),
  attempt: z.string(),
  ledger: z.string(),
  rows: z.coerce.number(),
  copies: z.coerce.number(),
  files: z.coerce.number(),
  bytes: z.coerce.number(),
  sources: z.coerce.number(),
  /** Times that copies of one key with different payloads met, since the partition was created or rebuilt. */
  conflicts: z.coerce.number().optional(),
  /** Set by a rollback: names the undone state; the partition is skipped until it is forced. */
  held: z.string().optional(),
});
export type Published = z.infer<typeof publishedSchema>;

export const plannedPartitionSchema = z.object({
  /** Its path: `event_type=push/created_date=2026-11-20`. */
  partition: z.string(),
  due: z.boolean(),
  /** Why it is due or not, for people. */
  reason: z.string(),
  /** What this run reads of it. */
  newObjects: z.number(),
  newBytes: z.number(),
  /** How many of the new ones are pieces of routed objects. */
  newPieces: z.number().optional(),
  /** New as well, but more than one run takes of a partition: left to the next. */
  left: z.object({ objects: z.number(), bytes: z.number() }).optional(),
  /** Last modification of the oldest new object, ISO 8601. */
  oldestNew: z.string().optional(),
  published: publishedSchema.optional(),
  /** Where the list of new sources lies (NDJSON, gzip). */
  sourcesKey: z.string().optional(),
  bucketCount: z.number(),
});
export type PlannedPartition = z.infer<typeof plannedPartitionSchema>;

export const batchSchema = z.object({
  batch: z.string(),
  bucketCount: z.number(),
  bytes: z.number(),
  partitions: z.array(plannedPartitionSchema),
});
export type Batch = z.infer<typeof batchSchema>;

/** A partition whose batch failed, with the run that had published it then: it is planned alone until it is published again. */
export const aloneSchema = z.object({ partition: z.string(), publishedBy: z.string().optional() });
export type Alone = z.infer<typeof aloneSchema>;

/** One round of planning, where one invocation cannot list everything. The last round makes the plan of all of them. */
export const planRoundSchema = z.object({
  /** When planning began, ISO 8601: every round decides by this time. */
  at: z.string(),
  listedObjects: z.number(),
  misplaced: z.array(z.string()),
  partitions: z.array(plannedPartitionSchema),
  /** Types that are not listed to their end (null: a feed without types), and the date up to which they are. */
  remaining: z.array(z.object({ type: z.string().nullable(), after: z.string().optional() })),
});
export type PlanRound = z.infer<typeof planRoundSchema>;

export const planSchema = z.object({
  run: z.string(),
  at: z.string(),
  /** Whether every object was listed. */
  full: z.boolean(),
  /** The last full listing up to and including this plan, ISO 8601. */
  lastFullAt: z.string(),
  listedObjects: z.number(),
  /** Keys below the raw prefix that are laid out like no partition. */
  misplaced: z.array(z.string()),
  estimatedBytes: z.number(),
  estimatedDollars: z.number(),
  /** The list that the Distributed Map reads: `[{batch, batchKey}, …]`. */
  batchesKey: z.string(),
  batches: z.array(
    z.object({ batch: z.string(), batchKey: z.string(), partitions: z.number(), bucketCount: z.number(), bytes: z.number() }),
  ),
  partitions: z.array(plannedPartitionSchema),
  /** Partition paths that the next run lists as well, whatever their day. */
  carry: z.array(z.string()),
  /** Partitions that are planned one per batch, since a batch with them failed. */
  alone: z.array(aloneSchema).default([]),
});
export type Plan = z.infer<typeof planSchema>;

export const setAsideSchema = z.object({ key: z.string(), etag: z.string(), reason: z.string() });
export type SetAside = z.infer<typeof setAsideSchema>;

/** What became of one routed object; also the content of its marker. */
export const routedSchema = z.object({
  key: z.string(),
  etag: z.string(),
  partitions: z.array(z.string()),
  /** Into how many stretches a large object was split: each has pieces of its own. */
  stretches: z.number().optional(),
  lines: z.number(),
  rejected: z.number(),
});

/** One round of routing, or what a gather invocation routed. */
export const routeOutcomeSchema = z.object({
  routed: z.array(routedSchema),
  /** Corrupt: set aside with the reason, and tried again by the next run. */
  unreadable: z.array(setAsideSchema),
  /** Could not be fetched just now: they stay new. */
  unread: z.array(setAsideSchema).default([]),
  /** Set in the last round that a run may have, where late objects are left. */
  left: z.boolean().default(false),
});
export type RouteOutcome = z.infer<typeof routeOutcomeSchema>;

export const gatherOutcomeSchema = routeOutcomeSchema.extend({
  /** Sources appended to the snapshot, with the partition path that they feed. */
  gathered: z.array(ledgerEntrySchema.extend({ partition: z.string(), bytes: z.number() })),
  /** Vanished or changed since the plan: they stay new. */
  changed: z.array(z.string()),
  objects: z.number(),
  bytes: z.number(),
});
export type GatherOutcome = z.infer<typeof gatherOutcomeSchema>;

/** What an attempt expects of its CTAS, per partition; verify fills in what it found. */
export const expectedPartitionSchema = z.object({
  partition: z.string(),
  published: publishedSchema.optional(),
  /** Lines gathered for it in this attempt. */
  lines: z.number(),
  /** `sum(copies)` that the output must have. */
  copies: z.number(),
  sources: z.number(),
  /** Fingerprint of what was gathered for it: the ledger may name this and nothing else. */
  gathered: z.string().default(''),
});
export type ExpectedPartition = z.infer<typeof expectedPartitionSchema>;

export const expectationSchema = z.object({
  location: z.string(),
  table: z.string(),
  partitions: z.array(expectedPartitionSchema),
  leftOut: z.array(z.object({ partition: z.string(), reason: z.string() })),
});
export type Expectation = z.infer<typeof expectationSchema>;

export const verifiedPartitionSchema = z.object({
  partition: z.string(),
  rows: z.number(),
  copies: z.number(),
  conflicts: z.number(),
  /** Rows whose key stands under another type of the same batch too. */
  typeConflicts: z.number().optional(),
  /** Of a feed without a key: records that equal another one of the partition. They are counted, never merged. */
  equal: z.number().default(0),
});
export const verificationSchema = z.object({
  /** By query: the CTAS, the verification. */
  bytesScanned: z.array(z.number()),
  partitions: z.array(verifiedPartitionSchema),
  /** What does not add up: nothing of the batch may be published then. */
  problems: z.array(z.string()).default([]),
});
export type Verification = z.infer<typeof verificationSchema>;

/** What a rebuild found when it compared its rows with the published ones, before it published them. */
export const comparedPartitionSchema = z.object({
  partition: z.string(),
  equal: z.boolean(),
  differences: z.array(
    z.object({
      what: z.enum(['only rebuilt', 'only published', 'payload', 'copies', 'columns']),
      /** Keys that differ so. */
      rows: z.number(),
      /** The least of them. */
      examples: z.array(z.string()),
    }),
  ),
});
export const comparisonSchema = z.object({
  bytesScanned: z.array(z.number()),
  partitions: z.array(comparedPartitionSchema),
});
export type Comparison = z.infer<typeof comparisonSchema>;

export const publicationSchema = z.object({
  /** False where publishing stopped at a failure. */
  complete: z.boolean(),
  published: z.array(
    z.object({
      partition: z.string(),
      before: publishedSchema.optional(),
      after: publishedSchema,
      lines: z.number(),
      conflicts: z.number(),
    }),
  ),
  superseded: z.array(z.object({ partition: z.string(), reason: z.string() })),
});
export type Publication = z.infer<typeof publicationSchema>;

export const failureSchema = z.object({
  batch: z.string(),
  attempt: z.string(),
  /** Which try of the batch it was: 1, 2. */
  tries: z.number().default(0),
  error: z.string(),
  cause: z.string(),
  /** What the CTAS of the attempt had scanned, where it came so far. */
  createBytes: z.number().optional(),
});
export type Failure = z.infer<typeof failureSchema>;

export const reportSchema = z.object({
  run: z.string(),
  table: z.string(),
  executionArn: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  status: z.enum(['succeeded', 'failed']),
  error: z.string().optional(),
  dryRun: z.boolean(),
  /** What the run was asked for. */
  input: runInputSchema.optional(),
  partitions: z.number(),
  batches: z.number(),
  failed: z.array(failureSchema),
  superseded: z.array(z.object({ partition: z.string(), reason: z.string() })),
  leftOut: z.array(z.object({ partition: z.string(), reason: z.string() })),
  /** What the published partitions held before + the lines that came in = what they hold now; and what waits for another run. */
  accounts: z
    .object({
      copiesBefore: z.number(),
      lines: z.number(),
      copiesAfter: z.number(),
      waiting: z.object({
        partitions: z.number(),
        objects: z.number(),
        bytes: z.number(),
        /** Of objects that were routed while they were gathered: their pieces are the next run's. */
        lines: z.number().default(0),
      }),
      /** One sentence per partition that does not add up. */
      differences: z.array(z.string()),
    })
    .optional(),
  /** Why the run could not bring the account of what was acknowledged up to date; the next one does. */
  accountFailure: z.string().optional(),
  /** Acknowledged = compacted lines + errors + what may be on its way or wait. Missing where the run ended without it. */
  acknowledged: z
    .object({
      acknowledged: z.number(),
      accepted: z.number(),
      errors: z.number(),
      inFlight: z.number(),
      tolerance: z.object({ records: z.number(), because: z.string() }).nullable(),
      unreadable: z.object({ objects: z.number(), records: z.number(), held: z.number() }).optional(),
      missing: z.number(),
      redelivered: z.number(),
      linePerRecord: z.boolean(),
      notJudged: z.string().nullable(),
      ok: z.boolean(),
    })
    .optional(),
  /** Of a rebuild: what it found in comparison with the published rows. */
  compared: z.array(comparedPartitionSchema).default([]),
  lines: z.object({
    in: z.number(),
    duplicates: z.number(),
    conflicts: z.number(),
    /** Rows whose key stands under another type too, as far as both types were in reach of one batch; `lithify verify` sees all. */
    typeConflicts: z.number().default(0),
    /** Of a feed without a key: records of the published partitions that equal another one; they are rows of their own. */
    equal: z.number().default(0),
    late: z.number(),
    rejected: z.number(),
  }),
  unreadable: z.array(setAsideSchema),
  /** Could not be fetched: left for the next run. */
  unread: z.array(setAsideSchema).default([]),
  /** What lies below the raw prefix and is laid out like no partition: nobody reads it. */
  misplaced: z.array(z.string()).default([]),
  /** Whether late objects were left to the next run, since there were more than one routes. */
  lateLeft: z.boolean().default(false),
  changed: z.number(),
  gathered: z.object({ objects: z.number(), bytes: z.number() }),
  files: z.object({ before: z.number(), after: z.number() }),
  bytes: z.object({ before: z.number(), after: z.number() }),
  bytesScanned: z.number(),
  queries: z.number(),
  dollars: z.number(),
  perPartition: z.array(
    z.object({
      partition: z.string(),
      lines: z.number(),
      rows: z.number(),
      copies: z.number(),
      conflicts: z.number(),
      files: z.number(),
      bytes: z.number(),
      sources: z.number(),
    }),
  ),
});
export type Report = z.infer<typeof reportSchema>;

/** When each thing that no partition names was first noticed, ISO 8601: folders of files, ledgers, gathered folders, temporary tables. */
export const noticesSchema = z.object({
  files: z.record(z.string(), z.string()),
  ledgers: z.record(z.string(), z.string()),
  gathered: z.record(z.string(), z.string()),
  tables: z.record(z.string(), z.string()),
});
export type Notices = z.infer<typeof noticesSchema>;

export const lockSchema = z.object({
  owner: z.string(),
  run: z.string(),
  at: z.string(),
  /** How long this owner waits before it plans: not 0 when it took the lock over. */
  waitSeconds: z.number(),
});
export type Lock = z.infer<typeof lockSchema>;
