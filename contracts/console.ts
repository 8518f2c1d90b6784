import * as z from 'zod';

/** How the page gets a token: the OpenID Connect code flow with PKCE of any provider. */
const signInSchema = z.strictObject({
  clientId: z.string().min(1),
  /** `https://…/oauth2/authorize`. */
  authorizeUrl: z.url({ protocol: /^https$/ }),
  /** `https://…/oauth2/token`; the one other origin that the page may talk to. */
  tokenUrl: z.url({ protocol: /^https$/ }),
  scopes: z.array(z.string().min(1)).min(1),
});

/** The members page of a stack; a stack without it has none. */
export const consoleSchema = z.strictObject({
  /** Where the `is_firehose` switch of the page stands at first. */
  isFirehose: z.boolean(),
  /** How often what is left in the outbox is sent again: `cron(…)` or `rate(…)`. */
  sweep: z.string(),
  /** Who signs the tokens that the API accepts, and for whom. */
  issuer: z.url({ protocol: /^https$/ }),
  audience: z.array(z.string().min(1)).min(1),
  /** Without it the page takes a token from its address alone: `/#token=…`. */
  signIn: signInSchema.optional(),
});

export type SignIn = z.infer<typeof signInSchema>;
export type ConsoleSettings = z.infer<typeof consoleSchema>;

/** Of items of the members page's table that are there for a time only: Unix seconds. */
export const EXPIRY_ATTRIBUTE = 'expires_at';

/** What the function of the members page reads from its environment. */
export const consoleEnvironmentSchema = z.object({
  MEMBERS_TABLE: z.string().min(1),
  STREAM_NAME: z.string().min(1),
  DELIVERY_NAME: z.string().min(1),
  DATABASE: z.string().min(1),
  WORKGROUP: z.string().min(1),
  IS_FIREHOSE: z.enum(['true', 'false']).transform((text) => text === 'true'),
  /** JSON of the stack's `signIn`, or `null`. */
  SIGN_IN: z.string().transform((text) => signInSchema.nullable().parse(JSON.parse(text))),
});
export type ConsoleEnvironment = z.infer<typeof consoleEnvironmentSchema>;

/** A missing variable is named. */
export const consoleEnvironment = (variables: Readonly<Record<string, string | undefined>>): ConsoleEnvironment => {
  const parsed = consoleEnvironmentSchema.safeParse(variables);
  if (!parsed.success) throw new Error(`environment of members: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
};
