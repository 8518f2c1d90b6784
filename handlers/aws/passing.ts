const PASSING = new Set([
  'ProvisionedThroughputExceededException',
  'LimitExceededException',
  'KMSThrottlingException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TransactionInProgressException',
  'InternalFailure',
  'InternalFailureException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'RequestTimeout',
  'TimeoutError',
]);

/** Whether trying again may help: throttled, the service's own fault, or no answer at all. */
export const isPassing = (thrown: unknown): boolean => {
  if (!(thrown instanceof Error)) return false;
  const { $metadata, code } = thrown as { readonly $metadata?: { readonly httpStatusCode?: number }; readonly code?: unknown };
  if (PASSING.has(thrown.name) || ($metadata?.httpStatusCode ?? 0) >= 500) return true;
  return typeof code === 'string' && /^(ECONN|EPIPE|ETIMEDOUT|ENETUNREACH|EAI_AGAIN|ERR_HTTP2)/.test(code);
};
