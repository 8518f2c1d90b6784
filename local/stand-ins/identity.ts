import { createHash } from 'node:crypto';
import type { Caller } from '../caller';

/**
 * AWS STS, GetCallerIdentity alone: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 * Honoured: who signs. Ignored: nothing, it has no input. Every other action is answered with InvalidAction, by the endpoint:
 * the host hands each caller its keys itself, so nobody assumes a role here.
 */
export interface Identity {
  readonly account: string;
  /** A role answers as `arn:aws:sts::<account>:assumed-role/<role>/<session>`, a user as itself. */
  readonly arn: string;
  /** `AROA…:<session>` for a role, `AIDA…` for a user. */
  readonly userId: string;
}

/** All callers of one role share the session: the host does not start sessions. */
const session = 'lithify';

export const identityOf = (caller: Caller): Identity => {
  const [, , , , account = ''] = caller.arn.split(':');
  const unique = createHash('sha256').update(caller.arn).digest('hex').slice(0, 17).toUpperCase();
  const role = /^arn:aws:iam::\d*:role\/(?:.*\/)?([^/]+)$/.exec(caller.arn)?.[1];
  if (role === undefined) return { account, arn: caller.arn, userId: `AIDA${unique}` };
  return { account, arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`, userId: `AROA${unique}:${session}` };
};
