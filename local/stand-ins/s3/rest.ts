import { AwsError } from '../../aws-error';
import type { Caller } from '../../caller';
import type { Exchange } from '../../endpoint/exchange';
import { isHangUp } from '../../endpoint/exchange';
import { callOf, deletedKeys, type Interception, keepingBack } from '../../endpoint/intercepting';
import { document, element } from '../../endpoint/xml';
import { AnswerLost } from '../../interceptor';
import {
  createBucket,
  deleteObjects,
  getLifecycle,
  getLocation,
  getVersioning,
  headBucket,
  listBuckets,
  listObjectsV1,
  listObjectsV2,
} from './rest-buckets';
import { xmlBodyLimit } from './rest-body';
import type { Context } from './rest-context';
import { notImplemented } from './rest-context';
import { requireKnownHeaders } from './rest-headers';
import { copyObject, deleteObject, getObject, headObject, overrideNames, putObject } from './rest-objects';
import { uploadPart, uploadPartCopy } from './rest-parts';
import { abortUpload, completeUpload, createUpload, listParts, listUploads } from './rest-uploads';
import type { S3StandIn } from './s3';

/** One operation of the REST API: how its requests are told from others, and which query parameters it honours. */
interface Route {
  readonly operation: string;
  readonly target: 'service' | 'bucket' | 'object';
  readonly method: string;
  /** The query parameters that make it this operation. */
  readonly marks?: readonly string[];
  /** The header that makes it this operation. */
  readonly header?: string;
  readonly parameters?: readonly string[];
  readonly answer: (context: Context) => Promise<void>;
}

const listing = ['prefix', 'delimiter', 'max-keys', 'encoding-type'];

/** In the order of trial: a route with marks stands before the one without. */
const routes: readonly Route[] = [
  {
    operation: 'ListBuckets',
    target: 'service',
    method: 'GET',
    parameters: ['prefix', 'max-buckets', 'continuation-token', 'bucket-region'],
    answer: listBuckets,
  },
  { operation: 'HeadBucket', target: 'bucket', method: 'HEAD', answer: headBucket },
  { operation: 'CreateBucket', target: 'bucket', method: 'PUT', answer: createBucket },
  { operation: 'GetBucketLocation', target: 'bucket', method: 'GET', marks: ['location'], answer: getLocation },
  {
    operation: 'GetBucketLifecycleConfiguration',
    target: 'bucket',
    method: 'GET',
    marks: ['lifecycle'],
    answer: getLifecycle,
  },
  { operation: 'GetBucketVersioning', target: 'bucket', method: 'GET', marks: ['versioning'], answer: getVersioning },
  {
    operation: 'ListMultipartUploads',
    target: 'bucket',
    method: 'GET',
    marks: ['uploads'],
    parameters: ['prefix', 'key-marker', 'upload-id-marker', 'max-uploads', 'encoding-type'],
    answer: listUploads,
  },
  {
    operation: 'ListObjectsV2',
    target: 'bucket',
    method: 'GET',
    marks: ['list-type'],
    parameters: [...listing, 'start-after', 'continuation-token', 'fetch-owner'],
    answer: listObjectsV2,
  },
  { operation: 'ListObjects', target: 'bucket', method: 'GET', parameters: [...listing, 'marker'], answer: listObjectsV1 },
  { operation: 'DeleteObjects', target: 'bucket', method: 'POST', marks: ['delete'], answer: deleteObjects },
  {
    operation: 'ListParts',
    target: 'object',
    method: 'GET',
    marks: ['uploadId'],
    parameters: ['max-parts', 'part-number-marker'],
    answer: listParts,
  },
  { operation: 'GetObject', target: 'object', method: 'GET', parameters: overrideNames, answer: getObject },
  { operation: 'HeadObject', target: 'object', method: 'HEAD', parameters: overrideNames, answer: headObject },
  {
    operation: 'UploadPartCopy',
    target: 'object',
    method: 'PUT',
    marks: ['uploadId', 'partNumber'],
    header: 'x-amz-copy-source',
    answer: uploadPartCopy,
  },
  { operation: 'UploadPart', target: 'object', method: 'PUT', marks: ['uploadId', 'partNumber'], answer: uploadPart },
  { operation: 'CopyObject', target: 'object', method: 'PUT', header: 'x-amz-copy-source', answer: copyObject },
  { operation: 'PutObject', target: 'object', method: 'PUT', answer: putObject },
  { operation: 'CreateMultipartUpload', target: 'object', method: 'POST', marks: ['uploads'], answer: createUpload },
  { operation: 'CompleteMultipartUpload', target: 'object', method: 'POST', marks: ['uploadId'], answer: completeUpload },
  { operation: 'AbortMultipartUpload', target: 'object', method: 'DELETE', marks: ['uploadId'], answer: abortUpload },
  { operation: 'DeleteObject', target: 'object', method: 'DELETE', answer: deleteObject },
];

/** All that is modelled, for the list of what is. */
export const s3Operations: readonly string[] = routes.map(({ operation }) => operation);

const routeOf = (exchange: Exchange, target: Route['target']): Route | undefined =>
  routes.find(
    (route) =>
      route.target === target &&
      route.method === exchange.method &&
      (route.marks ?? []).every((mark) => exchange.query.has(mark)) &&
      (route.header === undefined || exchange.headers[route.header] !== undefined),
  );

/** `x-id` names the operation for people who read logs; the others are the parts of presigned URLs, version 4 and version 2. */
const isNeutral = (parameter: string): boolean =>
  parameter === 'x-id' || parameter.startsWith('X-Amz-') || ['AWSAccessKeyId', 'Signature', 'Expires'].includes(parameter);

const requireKnownParameters = ({ query }: Exchange, route: Route): void => {
  for (const name of query.keys()) {
    if (isNeutral(name) || route.marks?.includes(name) === true || route.parameters?.includes(name) === true) continue;
    throw notImplemented(`The query parameter "${name}"`);
  }
};

const nameOf = (path: string): { readonly bucket: string; readonly key: string } => {
  const slash = path.indexOf('/', 1);
  try {
    if (slash < 0) return { bucket: decodeURIComponent(path.slice(1)), key: '' };
    return { bucket: decodeURIComponent(path.slice(1, slash)), key: decodeURIComponent(path.slice(slash + 1)) };
  } catch (error) {
    throw new AwsError('InvalidURI', `Couldn't parse the specified URI: ${(error as Error).message}.`);
  }
};

const errorXml = (exchange: Exchange, error: AwsError): string =>
  document('Error', undefined, [
    element('Code', error.code),
    element('Message', error.message),
    ...Object.entries(error.members).map(([name, value]) => element(name, String(value))),
    element('Resource', exchange.path),
    element('RequestId', exchange.requestId),
    element('HostId', 'lithify'),
  ]);

const answerIntercepted = async (interception: Interception, route: Route, context: Context): Promise<void> => {
  const { caller, bucket, key } = context;
  const { operation } = route;
  const read = operation === 'DeleteObjects' ? await deletedKeys(context.exchange, xmlBodyLimit) : undefined;
  const { exchange, answer } = keepingBack(read?.exchange ?? context.exchange);
  const Prefix = context.exchange.query.get('prefix');
  const input = {
    Bucket: bucket,
    Key: key,
    ...(Prefix === null ? {} : { Prefix }),
    ...(read === undefined ? {} : { Keys: read.keys }),
  };
  const call = callOf(interception, exchange, { service: 's3', operation, caller, input, resource: `s3://${bucket}/${key}` });
  const given = await interception.intercept(call, async (replaced) => {
    if (replaced !== undefined) throw new Error('the input of a call of S3 cannot be replaced');
    await route.answer({ ...context, exchange });
    return answer();
  });
  if (given.kind !== 'http') throw new Error(`S3 ${operation} cannot be answered by an answer of kind ${given.kind}`);
  context.exchange.send(given.status, given.headers, given.body);
};

/** Who calls without credentials, in the trace. */
const anonymous: Caller = { arn: 'anonymous', accessKeyId: '' };

/** S3 over the wire: path-style REST-XML. `caller` is undefined for a request without credentials. */
export const s3Rest = (
  s3: S3StandIn,
  onBug: (thrown: unknown) => void,
  interception?: Interception,
): ((exchange: Exchange, caller: Caller | undefined) => Promise<void>) => {
  const answer = async (exchange: Exchange, caller: Caller | undefined): Promise<void> => {
    const { bucket, key } = nameOf(exchange.path);
    const target = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
    const route = routeOf(exchange, target);
    const operation = route?.operation ?? `${exchange.method} ${target}`;
    await s3.traced(caller ?? anonymous, operation, `s3://${bucket}/${key}`, async () => {
      if (caller === undefined) throw new AwsError('AccessDenied', 'Access Denied', 403);
      if (route === undefined) throw notImplemented(`${exchange.method} of this resource`);
      requireKnownParameters(exchange, route);
      requireKnownHeaders(exchange.headers, s3.accountId);
      const context = { s3, exchange, caller, bucket, key };
      await (interception === undefined ? route.answer(context) : answerIntercepted(interception, route, context));
    });
  };
  return async (exchange, caller) => {
    try {
      await answer(exchange, caller);
    } catch (thrown) {
      if (thrown instanceof AnswerLost) return exchange.drop();
      if (isHangUp(exchange, thrown)) return;
      // Half an answer cannot be mended: the connection ends with it.
      if (exchange.answered()) throw thrown;
      if (!(thrown instanceof AwsError)) onBug(thrown);
      const error =
        thrown instanceof AwsError ? thrown : new AwsError('InternalError', `The local host failed: ${String(thrown)}`, 500);
      exchange.send(error.status, { 'content-type': 'application/xml' }, errorXml(exchange, error));
    }
  };
};
