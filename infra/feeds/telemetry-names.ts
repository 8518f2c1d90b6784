import type { Place } from '../names';

/** AWS names of the two functions around the telemetry stream, and of the producer's schedule. */
export const telemetryNames = (stack: string) => {
  // The feed comes last, as in all names of feeds.
  const name = (rest: string): string => `lithify-${stack}-${rest}-telemetry`;
  const logGroup = (fn: string): string => `/aws/lambda/${fn}`;
  return {
    producer: name('producer'),
    producerLogGroup: logGroup(name('producer')),
    consumer: name('consumer'),
    consumerLogGroup: logGroup(name('consumer')),
    schedule: name('producer'),
    scheduleRole: name('producer-schedule'),
  };
};

/** ARNs that their policies name. */
export const telemetryArns = (stack: string, { accountId, region }: Place) => {
  const names = telemetryNames(stack);
  const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${accountId}:${rest}`;
  return {
    producer: arn('lambda', `function:${names.producer}`),
    producerLogGroup: arn('logs', `log-group:${names.producerLogGroup}`),
    consumerLogGroup: arn('logs', `log-group:${names.consumerLogGroup}`),
  };
};
