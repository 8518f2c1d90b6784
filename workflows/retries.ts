import type { Retrier } from './asl';
import { PASSING_TROUBLE } from './steps';

/** What Lambda itself may answer in passing: https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html */
export const PASSING: Retrier = {
  ErrorEquals: [
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.Unknown',
  ],
  IntervalSeconds: 2,
  MaxAttempts: 5,
  BackoffRate: 2,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
};

/** What a step's own calls may meet in passing, after the SDK's tries of seconds. Every step may be done again as it is. */
export const STEP_PASSING: Retrier = {
  ErrorEquals: [PASSING_TROUBLE],
  IntervalSeconds: 5,
  MaxAttempts: 4,
  BackoffRate: 3,
  MaxDelaySeconds: 120,
  JitterStrategy: 'FULL',
};

/**
 * A sandbox that died in the midst of its work, and one that was too slow, once more: nothing of it is left running.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export const SANDBOX_LOST: Retrier = {
  ErrorEquals: ['Runtime.ExitError', 'Sandbox.Timedout'],
  IntervalSeconds: 2,
  MaxAttempts: 1,
  BackoffRate: 1,
};

export const ATHENA_PASSING: Retrier = {
  ErrorEquals: ['Athena.TooManyRequestsException', 'Athena.InternalServerException', 'Athena.SdkClientException'],
  IntervalSeconds: 5,
  MaxAttempts: 8,
  BackoffRate: 2,
  MaxDelaySeconds: 120,
  JitterStrategy: 'FULL',
};

export const GLUE_PASSING: Retrier = {
  ErrorEquals: [
    'Glue.ConcurrentModificationException',
    'Glue.InternalServiceException',
    'Glue.OperationTimeoutException',
    'Glue.ThrottlingException',
    'Glue.SdkClientException',
  ],
  IntervalSeconds: 2,
  MaxAttempts: 4,
  BackoffRate: 2,
  JitterStrategy: 'FULL',
};
