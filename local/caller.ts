import { createHash } from 'node:crypto';

/** Who makes a call: every request that reaches a stand-in, over the wire or inside the process, has one. */
export interface Caller {
  /** A role's ARN (`arn:aws:iam::000000000000:role/lithify-dev-gather`), or the operator's user ARN. */
  readonly arn: string;
  /** What the caller signs its requests with. */
  readonly accessKeyId: string;
}

/** The access key id under which a principal signs: stable, so that it survives a restart, and no secret: the host binds to loopback only. */
export const accessKeyIdOf = (arn: string): string =>
  `LKIA${createHash('sha256').update(arn).digest('hex').slice(0, 16).toUpperCase()}`;

export const callerOf = (arn: string): Caller => ({ arn, accessKeyId: accessKeyIdOf(arn) });

/** A person at a terminal, or any client whose access key belongs to no role. */
export const operator = (accountId: string, accessKeyId = 'operator'): Caller => ({
  arn: `arn:aws:iam::${accountId}:user/operator`,
  accessKeyId,
});
