import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { Arns } from './arns';
import { type Conditions, rolePolicy, type Statement, trustPolicy } from './policy-documents';
import type { Site } from './site';

export interface RoleArgs {
  /** AWS name. */
  readonly name: string;
  readonly description: string;
  /** `lambda.amazonaws.com`. */
  readonly service: string;
  readonly trust?: (arns: Arns) => Conditions;
  readonly grants: (arns: Arns) => readonly Statement[];
}

export interface GrantedRole {
  readonly role: aws.iam.Role;
  /** Depend on this one: a service that checks a role at creation must find its policy, not just the role. */
  readonly policy: aws.iam.RolePolicy;
}

/** One role with one inline policy, the role of one component. */
export const grantedRole = (
  site: Site,
  resourceName: string,
  args: RoleArgs,
  opts: pulumi.CustomResourceOptions,
): GrantedRole => {
  const role = new aws.iam.Role(
    resourceName,
    {
      name: args.name,
      description: args.description,
      assumeRolePolicy: site.arns.apply((arns) => trustPolicy(args.service, args.trust?.(arns))),
      tags: site.tags,
    },
    opts,
  );
  const policy = new aws.iam.RolePolicy(
    resourceName,
    { name: args.name, role: role.name, policy: site.arns.apply((arns) => rolePolicy(args.grants(arns))) },
    opts,
  );
  return { role, policy };
};
