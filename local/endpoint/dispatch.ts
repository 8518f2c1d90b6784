import { AwsError } from '../aws-error';
import type { Caller } from '../caller';
import type { Clock } from '../clock';
import type { JsonService, Operation, Trace } from '../service';
import type { AdminHandler } from './admin';
import { adminPrefix, answerAdmin } from './admin';
import { signerFinder } from './credentials';
import type { Exchange } from './exchange';
import { bodyOf, isHangUp } from './exchange';
import { AnswerLost } from '../interceptor';
import { callOf, type Interception } from './intercepting';
import type { JsonCall } from './json';
import { errorBody, jsonDispatcher, parseInput, resourceOf } from './json';
import { answerQuery, queryError } from './query';
import type { RestRoute } from './rest-json';
import { restDispatcher } from './rest-json';

/**
 * PutRecords carries at most 10 MiB of data (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html),
 * which base64 makes a third larger; names and partition keys come on top.
 */
const jsonBodyLimit = 20 * 1024 * 1024;
const queryBodyLimit = 1024 * 1024;

export interface Services {
  readonly accountId: string;
  /** ARNs of all roles of the graph: the callers beside the operator. */
  readonly roles: readonly string[];
  readonly services: readonly JsonService[];
  readonly restRoutes: readonly RestRoute[];
  /** Answers every request of S3, and traces it itself; `caller` is undefined for a request without credentials. */
  readonly s3: (exchange: Exchange, caller: Caller | undefined) => Promise<void>;
  readonly admin: AdminHandler;
  readonly trace: Trace;
  readonly clock: Clock;
  /** Told of everything thrown that is not an answer of AWS: a bug. The client gets a 500. */
  readonly onBug: (thrown: unknown) => void;
  /** Stands between clients and the JSON services; S3 has its own. */
  readonly interception?: Interception;
}

const missingToken = (): AwsError => new AwsError('MissingAuthenticationToken', 'Missing Authentication Token', 403);

/** The one handler behind the port: finds out which protocol and service a request speaks, and answers it. */
export const dispatcher = (host: Services): ((exchange: Exchange) => Promise<void>) => {
  const signerOf = signerFinder(host.accountId, host.roles);
  const findJson = jsonDispatcher(host.services);
  const rest = restDispatcher(host.restRoutes);

  const awsErrorOf = (exchange: Exchange, thrown: unknown): AwsError => {
    if (thrown instanceof AwsError) return thrown;
    if (isHangUp(exchange, thrown))
      return new AwsError('RequestTimeout', 'The client went away before its request was whole.', 408);
    host.onBug(thrown);
    return new AwsError('InternalFailure', `The local host failed: ${String(thrown)}`, 500);
  };

  const answerJson = async (exchange: Exchange, call: JsonCall, caller: Caller | undefined): Promise<void> => {
    let resource: string | undefined;
    let failed: AwsError | undefined;
    try {
      // A body has to be read before the answer, or a connection that is kept alive stays clogged with it.
      const body = await bodyOf(exchange, jsonBodyLimit);
      if (caller === undefined) throw missingToken();
      if (call.run instanceof AwsError) throw call.run;
      const input = parseInput(body);
      resource = resourceOf(input);
      const output = await runJson(exchange, call, call.run, input, caller);
      exchange.send(200, { 'content-type': call.contentType }, JSON.stringify(output));
    } catch (thrown) {
      if (thrown instanceof AnswerLost) return exchange.drop();
      failed = awsErrorOf(exchange, thrown);
      exchange.send(failed.status, { 'content-type': call.contentType, 'x-amzn-ErrorType': failed.code }, errorBody(failed));
    } finally {
      traceCall(call.service, call.operation, caller, resource, failed);
    }
  };

  const runJson = async (
    exchange: Exchange,
    { service, operation }: JsonCall,
    run: Operation,
    input: Readonly<Record<string, unknown>>,
    caller: Caller,
  ): Promise<object> => {
    const { interception } = host;
    if (interception === undefined) return run(input, caller);
    const call = callOf(interception, exchange, { service, operation, caller, input, resource: resourceOf(input) });
    const answer = await interception.intercept(call, async (replaced) => ({
      kind: 'json',
      output: await run(replaced ?? input, caller),
    }));
    if (answer.kind !== 'json') throw new Error(`${service} ${operation} cannot be answered by an answer of kind ${answer.kind}`);
    return answer.output;
  };

  const answerForm = async (exchange: Exchange, service: string, caller: Caller | undefined): Promise<void> => {
    let failed: AwsError | undefined;
    let action = 'unknown';
    try {
      const body = await bodyOf(exchange, queryBodyLimit);
      if (caller === undefined) throw missingToken();
      const parameters = exchange.query.has('Action') ? exchange.query : new URLSearchParams(body.toString('utf8'));
      action = parameters.get('Action') ?? action;
      exchange.send(200, { 'content-type': 'text/xml' }, answerQuery(service, parameters, caller, exchange.requestId));
    } catch (thrown) {
      failed = awsErrorOf(exchange, thrown);
      exchange.send(failed.status, { 'content-type': 'text/xml' }, queryError(failed, exchange.requestId));
    } finally {
      traceCall(service, action, caller, undefined, failed);
    }
  };

  const traceCall = (
    service: string,
    operation: string,
    caller: Caller | undefined,
    resource?: string,
    failed?: AwsError,
  ): void =>
    host.trace({
      service,
      operation,
      caller: caller ?? anonymous,
      at: host.clock.now(),
      ...(resource === undefined ? {} : { resource }),
      ...(failed === undefined ? {} : { error: failed.code }),
    });

  return async (exchange) => {
    if (exchange.path.startsWith(adminPrefix)) return answerAdmin(exchange, host.admin);
    const { headers } = exchange;
    const signed = signerOf(exchange);
    const target = headers['x-amz-target'];
    const contentType = headers['content-type'] ?? '';
    if (contentType.startsWith('application/x-amz-cbor') || headers['smithy-protocol'] === 'rpc-v2-cbor') {
      return answerJson(exchange, cborCall(signed?.service ?? 'unknown', target), signed?.caller);
    }
    if (typeof target === 'string') return answerJson(exchange, findJson(target), signed?.caller);
    const service = signed?.service;
    if (service !== undefined && rest.services.has(service))
      return answerJson(exchange, rest.find(service, exchange), signed?.caller);
    const isForm =
      contentType.startsWith('application/x-www-form-urlencoded') && exchange.method === 'POST' && exchange.path === '/';
    if (service === 'sts' || isForm) return answerForm(exchange, service ?? 'sts', signed?.caller);
    if (service === undefined || service === 's3') return host.s3(exchange, signed?.caller);
    return answerJson(exchange, rest.find(service, exchange), signed?.caller);
  };
};

/** Who calls without credentials, in the trace. */
const anonymous: Caller = { arn: 'anonymous', accessKeyId: '' };

const cborCall = (service: string, target: string | string[] | undefined): JsonCall => ({
  service,
  operation: typeof target === 'string' ? target.slice(target.lastIndexOf('.') + 1) : 'unknown',
  contentType: 'application/x-amz-json-1.1',
  run: new AwsError(
    'SerializationException',
    'The local host speaks JSON, not CBOR; the AWS SDK for Java turns it off with aws.cborEnabled=false.',
    415,
  ),
});
