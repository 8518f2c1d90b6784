import * as z from 'zod';
import { FEED_NAMES } from '../contracts/feeds';
import { LATE } from '../contracts/lake';

const DATE = z.iso.date();

/** What a person or the schedule gives the machine; `{}` is the nightly run of `events`. Unknown keys are refused. */
export const runInputSchema = z.strictObject({
  feed: z.enum(FEED_NAMES).default('events'),
  /** Only partitions of this type. */
  eventType: z
    .string()
    .regex(/^[a-z0-9_-]{1,64}$/)
    .refine((eventType) => eventType !== LATE)
    .optional(),
  /** Only partitions of this UTC date or later, `yyyy-MM-dd` … */
  from: DATE.optional(),
  /** … and of this one or earlier. */
  to: DATE.optional(),
  /** Lists every object, whatever its day. */
  full: z.boolean().default(false),
  /** Compacts whatever is new, whether it pays or not, the open day and held partitions included. */
  force: z.boolean().default(false),
  /** Recomputes partitions from raw objects and pieces alone. */
  rebuild: z.boolean().default(false),
  /** Plans and reports, and changes nothing. */
  dryRun: z.boolean().default(false),
  /** Given by the schedule alone: the report says who asked. Changes nothing. */
  startedBy: z.literal('schedule').optional(),
});
export type RunInput = z.infer<typeof runInputSchema>;

/** A run as every step gets it. */
export const runSchema = runInputSchema.extend({
  /** Starts with the start time, `20261121T003000Z-1a2b3c4d`: runs sort in the order in which they began. */
  run: z.string(),
  table: z.string(),
  executionArn: z.string(),
  /** Start of the execution, ISO 8601. */
  startedAt: z.string(),
});
export type Run = z.infer<typeof runSchema>;

/** `20261121T003000Z` of an ISO 8601 instant. */
export const compactTime = (iso: string): string => iso.replace(/\.\d+/, '').replaceAll(/[-:]/g, '');

/** One sentence for the first mistake in a run's input: names the key, the value and what is allowed. */
export const describeInputProblem = (error: z.ZodError, input: unknown): string => {
  const issue = error.issues[0];
  if (issue === undefined) return 'the input is not valid';
  const keys = Object.keys(runInputSchema.shape).join(', ');
  if (issue.code === 'unrecognized_keys') return `unknown key "${issue.keys.join('", "')}" in the input; allowed are ${keys}`;
  if (issue.path.length === 0)
    return `the input must be a JSON object with keys out of ${keys}; got ${JSON.stringify(input)?.slice(0, 100)}`;
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], input);
  const name = issue.path.join('.');
  const expected =
    name === 'from' || name === 'to'
      ? 'a date, yyyy-MM-dd'
      : name === 'eventType'
        ? `1 to 64 of a-z, 0-9, _ and -, but not ${LATE}`
        : issue.message;
  return `${name} is ${JSON.stringify(value)?.slice(0, 100)}; allowed: ${expected}`;
};
