/**
 * An error that a person caused or can mend: bad config, bad flag, bad SQL, bad record. Its message is one sentence that names
 * the thing, the value and what is allowed. Everything else that is thrown is a bug and keeps its stack trace.
 */
export class LithifyError extends Error {
  override readonly name: string = 'LithifyError';

  constructor(
    readonly code: string,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Wrong use: the command ends with exit code 2 and nothing was done. */
export class UsageError extends LithifyError {
  override readonly name = 'UsageError';

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super('usage', message, options);
  }
}

/** The message of anything thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
