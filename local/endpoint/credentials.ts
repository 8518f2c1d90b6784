import type { Caller } from '../caller';
import { accessKeyIdOf, operator } from '../caller';
import type { Exchange } from './exchange';

/**
 * Who signed a request, from AWS Signature Version 4 (header or presigned query). The access key tells the caller and the scope
 * tells the service. The signature itself is not verified: the port is bound to loopback and the keys are no secrets. Nor are
 * the scope's date and region: the host plays one region, on a clock of its own.
 */
export interface Signed {
  readonly caller: Caller;
  /** The service of the credential scope: `s3`, `kinesis`, `scheduler`. */
  readonly service: string;
}

const credentialPattern = /^([^/]+)\/\d{8}\/[^/]+\/([^/]+)\/aws4_request$/;

/** Finds the caller of a request; undefined when it carries no credentials at all, or none that can be read. */
export const signerFinder = (accountId: string, roles: readonly string[]): ((exchange: Exchange) => Signed | undefined) => {
  const callers = new Map<string, Caller>(
    roles.map((arn) => {
      const accessKeyId = accessKeyIdOf(arn);
      return [accessKeyId, { arn, accessKeyId }];
    }),
  );
  return (exchange) => {
    const credential = credentialOf(exchange);
    const [, accessKeyId, service] = credentialPattern.exec(credential ?? '') ?? presignedV2(exchange);
    if (accessKeyId === undefined || service === undefined) return undefined;
    return { caller: callers.get(accessKeyId) ?? operator(accountId, accessKeyId), service };
  };
};

/** URLs that boto3 presigns are of Signature Version 2 by default, which S3 alone has ever taken in a query. */
const presignedV2 = ({ query }: Exchange): readonly (string | undefined)[] => [
  '',
  query.get('AWSAccessKeyId') ?? undefined,
  's3',
];

const credentialOf = (exchange: Exchange): string | undefined => {
  const { authorization } = exchange.headers;
  if (authorization === undefined) return exchange.query.get('X-Amz-Credential') ?? undefined;
  return /^AWS4-HMAC-SHA256 .*?Credential=([^,\s]+)/.exec(authorization)?.[1];
};
