import { LithifyError, messageOf, UsageError } from '../contracts/errors';
import type { ExitCode } from './command';

/** How a command that threw ends. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly code: string;
  /** One sentence for people; of a bug also its stack trace. */
  readonly message: string;
}

interface Thrown {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly $fault?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

export const noHost = (endpoint: string, cause?: unknown): LithifyError =>
  new LithifyError('no-host', `no embedded host answers at ${endpoint}; start one with \`lithify local\`.`, { cause });

export const noAws = (cause?: unknown): LithifyError =>
  new LithifyError('no-answer', 'AWS does not answer; is there a network, and is the region one of AWS?', { cause });

const CONNECTION =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EAI_AGAIN|ERR_HTTP2_|UND_ERR_SOCKET)/;

/** Whether nothing answered, or what answered went away. Clients wrap the reason: look through causes. */
export const isConnectionFailure = (thrown: unknown, depth = 0): boolean => {
  if (typeof thrown !== 'object' || thrown === null || depth > 4) return false;
  const { code, cause, errors } = thrown as Thrown;
  if (typeof code === 'string' && CONNECTION.test(code)) return true;
  return (Array.isArray(errors) ? errors : [cause]).some((inner) => isConnectionFailure(inner, depth + 1));
};

const sentence = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

const NO_CREDENTIALS = 'there are no AWS credentials; set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';

/**
 * Tells mistakes and failures, which read as a sentence, from bugs, which keep their stack trace.
 * `endpoint` is that of the embedded host; undefined where AWS was asked.
 */
export const failureOf = (thrown: unknown, endpoint: string | undefined): Failure => {
  if (thrown instanceof UsageError) return { exitCode: 2, code: thrown.code, message: thrown.message };
  if (thrown instanceof LithifyError) return { exitCode: 1, code: thrown.code, message: thrown.message };
  if (isConnectionFailure(thrown)) {
    const { code, message } = endpoint === undefined ? noAws() : noHost(endpoint);
    return { exitCode: 1, code, message };
  }
  const { name, $fault } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Thrown;
  if (name === 'CredentialsProviderError') return { exitCode: 2, code: 'usage', message: NO_CREDENTIALS };
  if ($fault === 'client' || $fault === 'server') {
    return { exitCode: 1, code: String(name), message: `${String(name)}: ${sentence(messageOf(thrown))}` };
  }
  const trace = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { exitCode: 1, code: 'bug', message: `this is a bug in lithify:\n${trace}` };
};
