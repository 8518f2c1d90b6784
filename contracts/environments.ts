import * as z from 'zod';
import { FEED_NAMES } from './feeds';
import { policySchema } from './policy';

/** The functions of the program. The folder under handlers/ is called the same; so are the role and the log group. */
export const STEP_NAMES = [
  'validate',
  'lock',
  'route',
  'plan',
  'attempt',
  'gather',
  'statements',
  'verify',
  'publish',
  'sweep',
  'report',
  'unlock',
] as const;
/** What the state machine calls. */
export type StepName = (typeof STEP_NAMES)[number];
/** The transform is deployed once per feed that has one, the steps once. */
export const FUNCTION_NAMES = ['transform', ...STEP_NAMES] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

const json = <T>(schema: z.ZodType<T>) => z.string().transform((text): T => schema.parse(JSON.parse(text)));

const LAKE = { LAKE_BUCKET: z.string().min(1) };
const CATALOG = { DATABASE: z.string().min(1) };
const POLICY = { POLICY: json(policySchema) };

/** What each function reads from its environment: the program fills it from here, the function parses it with this. */
export const environmentSchemas = {
  transform: z.object({
    /** Whose records it transforms. */
    FEED: z.enum(FEED_NAMES),
    /** Created on the UTC date of arrival or this many days before it is on time. */
    ON_TIME_DAYS_BEFORE: z.coerce.number().int().min(0).max(30),
    /** JSON array of accepted types, or empty: any other type is late. */
    EVENT_TYPES: json(z.array(z.string())),
  }),
  validate: z.object({
    /** JSON array of the feeds that the stack deploys. */
    FEEDS: json(z.array(z.enum(FEED_NAMES)).min(1)),
  }),
  lock: z.object({
    ...LAKE,
    STALE_LOCK_SECONDS: z.coerce.number().int().positive(),
    LONGEST_WRITE_SECONDS: z.coerce.number().int().positive(),
  }),
  route: z.object({ ...LAKE }),
  plan: z.object({ ...LAKE, ...CATALOG, ...POLICY }),
  attempt: z.object({ ...LAKE, ...CATALOG, ...POLICY }),
  gather: z.object({ ...LAKE }),
  statements: z.object({ ...LAKE, ...CATALOG }),
  verify: z.object({ ...LAKE }),
  publish: z.object({ ...LAKE, ...CATALOG }),
  sweep: z.object({ ...LAKE, ...CATALOG, ...POLICY }),
  report: z.object({
    ...LAKE,
    ...CATALOG,
    /** JSON, by feed: where its records come in. */
    RECORD_SOURCES: json(
      z.record(z.string(), z.array(z.object({ kind: z.enum(['stream', 'delivery']), name: z.string().min(1) }))),
    ),
  }),
  unlock: z.object({ ...LAKE }),
} satisfies Record<FunctionName, z.ZodType>;

export type Environment<Name extends FunctionName> = z.infer<(typeof environmentSchemas)[Name]>;

/** Parses a function's environment; a missing variable is named. */
export const environment = <Name extends FunctionName>(
  name: Name,
  variables: Readonly<Record<string, string | undefined>>,
): Environment<Name> => {
  const parsed = environmentSchemas[name].safeParse(variables);
  if (!parsed.success) throw new Error(`environment of ${name}: ${z.prettifyError(parsed.error)}`);
  return parsed.data as Environment<Name>;
};
