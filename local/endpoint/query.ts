import { AwsError } from '../aws-error';
import { identityOf } from '../stand-ins/identity';
import type { Caller } from '../caller';
import { document, element } from './xml';

const stsNamespace = 'https://sts.amazonaws.com/doc/2011-06-15/';
const stsVersion = '2011-06-15';

/** Answers one action of the AWS Query protocol: STS GetCallerIdentity, or AwsError. */
export const answerQuery = (service: string, parameters: URLSearchParams, caller: Caller, requestId: string): string => {
  const action = parameters.get('Action') ?? '';
  if (service !== 'sts' || action !== 'GetCallerIdentity') {
    throw new AwsError(
      'InvalidAction',
      `Could not find operation ${action} for version ${parameters.get('Version') ?? stsVersion}`,
    );
  }
  const identity = identityOf(caller);
  return document('GetCallerIdentityResponse', stsNamespace, [
    element('GetCallerIdentityResult', [
      element('Arn', identity.arn),
      element('UserId', identity.userId),
      element('Account', identity.account),
    ]),
    element('ResponseMetadata', [element('RequestId', requestId)]),
  ]);
};

/** An error in the form of the Query protocol. */
export const queryError = (error: AwsError, requestId: string): string =>
  document('ErrorResponse', stsNamespace, [
    element('Error', [
      element('Type', error.status < 500 ? 'Sender' : 'Receiver'),
      element('Code', error.code),
      element('Message', error.message),
    ]),
    element('RequestId', requestId),
  ]);
