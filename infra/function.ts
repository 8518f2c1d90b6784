import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Arns } from './arns';
import { BUNDLE_FILE } from './bundle';
import type { Statement } from './policy-documents';
import { grantedRole } from './role';
import type { Site } from './site';
import type { Size } from './sizing';

export interface FunctionArgs {
  /** Pulumi's name, of the function, its log group, its role and its policy. */
  readonly resourceName: string;
  /** AWS's name, of the function and its role. */
  readonly name: string;
  readonly description: string;
  readonly logGroupName: string;
  /** The text of its one file. */
  readonly code: string;
  readonly size: Size;
  /** Left out where it reads none. */
  readonly environment?: (arns: Arns) => Readonly<Record<string, string>>;
  readonly grants: (arns: Arns) => readonly Statement[];
}

/** A Lambda function with a role and a log group of its own. */
export const lambdaFunction = (parent: pulumi.Resource, site: Site, args: FunctionArgs): aws.lambda.Function => {
  const opts = { parent };
  // Before the function: Lambda makes a group that never expires where it finds none.
  const logs = new aws.cloudwatch.LogGroup(
    args.resourceName,
    { name: args.logGroupName, retentionInDays: site.settings.retention.logsDays, tags: site.tags },
    opts,
  );
  const { role, policy } = grantedRole(
    site,
    args.resourceName,
    {
      name: args.name,
      description: `Role of the function ${args.name}`,
      service: 'lambda.amazonaws.com',
      grants: args.grants,
    },
    opts,
  );
  const { environment } = args;
  return new aws.lambda.Function(
    args.resourceName,
    {
      name: args.name,
      description: args.description,
      role: role.arn,
      runtime: aws.lambda.Runtime.NodeJS24dX,
      architectures: ['arm64'],
      handler: 'index.handler',
      code: new pulumi.asset.AssetArchive({ [BUNDLE_FILE]: new pulumi.asset.StringAsset(args.code) }),
      memorySize: args.size.memoryMegabytes,
      timeout: args.size.timeoutSeconds,
      ...(environment === undefined ? {} : { environment: { variables: site.arns.apply((arns) => ({ ...environment(arns) })) } }),
      loggingConfig: { logFormat: 'JSON', logGroup: logs.name },
      tracingConfig: { mode: 'Active' },
      tags: site.tags,
    },
    { parent, dependsOn: [logs, policy] },
  );
};
