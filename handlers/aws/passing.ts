import { PASSING_TROUBLE } from '../../workflows/steps';

/** A service was busy, broken or out of reach: the step may be done again as it is. The state machine's error has this name. */
export class PassingTrouble extends Error {
  override readonly name = PASSING_TROUBLE;
}

/** Refusals in which AWS asks its callers to come back later, whatever their status: the common ones and the services' own. */
const PASSING = new Set([
  'ConcurrentModificationException',
  'InternalFailure',
  'InternalFailureException',
  'KMSThrottlingException',
  'LimitExceededException',
  'MetricsUnavailable',
  'OperationTimeoutException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestTimeout',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TimeoutError',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

/** Whether trying again may help, after the SDK's own tries: throttled, the service's own fault, or no answer at all. */
export const isPassing = (thrown: unknown): boolean => {
  if (!(thrown instanceof Error)) return false;
  const { $metadata, code } = thrown as { readonly $metadata?: { readonly httpStatusCode?: number }; readonly code?: unknown };
  const status = $metadata?.httpStatusCode ?? 0;
  if (PASSING.has(thrown.name) || status === 429 || (status >= 500 && status !== 501)) return true;
  return typeof code === 'string' && /^(ECONN|EPIPE|ETIMEDOUT|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ERR_HTTP2)/.test(code);
};
