import { AwsError } from '../aws-error';
import type { JsonService, Operation } from '../service';

/** A call of a JSON protocol, found but not yet made. */
export interface JsonCall {
  readonly service: string;
  readonly operation: string;
  readonly contentType: string;
  /** Or why it cannot be made, whatever its input is. */
  readonly run: Operation | AwsError;
}

const unknownOperation = (sentence: string): AwsError => new AwsError('UnknownOperationException', sentence);

/** The operation that `X-Amz-Target: Prefix.Operation` names. One that nobody serves is a call that fails with UnknownOperationException. */
export const jsonDispatcher = (services: readonly JsonService[]): ((target: string) => JsonCall) => {
  const byPrefix = new Map(services.map((service) => [service.targetPrefix, service]));
  return (target) => {
    const dot = target.lastIndexOf('.');
    const operation = target.slice(dot + 1);
    const service = byPrefix.get(target.slice(0, Math.max(0, dot)));
    if (service === undefined) {
      const sentence = `The local host has no service that answers to the target "${target}".`;
      return { service: 'unknown', operation, contentType: 'application/x-amz-json-1.1', run: unknownOperation(sentence) };
    }
    const run = Object.hasOwn(service.operations, operation) ? service.operations[operation] : undefined;
    return {
      service: service.name,
      operation,
      contentType: `application/x-amz-json-${service.jsonVersion}`,
      run: run ?? unknownOperation(`The operation ${operation} of ${service.name} is not modelled by the local host.`),
    };
  };
};

/** The members of a request. No body is an empty structure, as AWS has it. */
export const parseInput = (body: Buffer): Readonly<Record<string, unknown>> => {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new AwsError('SerializationException', `The request is not valid JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AwsError('SerializationException', 'Start of structure or map found where not expected.');
  }
  return value as Readonly<Record<string, unknown>>;
};

/** An error in the form that AWS JSON and REST-JSON clients read; Glue, Athena and Kinesis spell the sentence's member both ways. */
export const errorBody = (error: AwsError): string =>
  JSON.stringify({ ...error.members, __type: error.code, message: error.message, Message: error.message });

const resourceMembers = [
  'StreamName',
  'DeliveryStreamName',
  'QueryExecutionId',
  'executionArn',
  'stateMachineArn',
  'TableName',
  'DatabaseName',
  'StreamARN',
  'WorkGroup',
  'Name',
  'name',
] as const;

/** What a call touches, as far as its input says. */
export const resourceOf = (input: Readonly<Record<string, unknown>>): string | undefined => {
  for (const member of resourceMembers) {
    const value = input[member];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
};
