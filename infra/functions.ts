import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { FUNCTION_NAMES, type FunctionName } from '../contracts/environments';
import { BUNDLE_FILE, bundles } from './bundle';
import { functionEnvironments } from './function-environments';
import { functionGrants } from './grants';
import { functionRecord } from './names';
import { grantedRole } from './role';
import type { Site } from './site';
import { SIZES } from './sizing';

/** The transform and the steps of the compaction: one Lambda function each, with a role and a log group of its own. */
export class Functions extends pulumi.ComponentResource {
  readonly functions: Readonly<Record<FunctionName, aws.lambda.Function>>;

  constructor(site: Site, checkout: string, opts?: pulumi.ComponentResourceOptions) {
    super('lithify:lake:Functions', 'functions', {}, opts);
    const code = bundles(checkout);
    this.functions = functionRecord((name) => lambdaFunction(this, site, name, code[name]));
    this.registerOutputs({});
  }

  /** The ARN of each. */
  get arns(): pulumi.Output<Readonly<Record<FunctionName, string>>> {
    return pulumi
      .all(FUNCTION_NAMES.map((name) => this.functions[name].arn))
      .apply((arns) => functionRecord((name) => arns[FUNCTION_NAMES.indexOf(name)]!));
  }
}

const DESCRIPTIONS: Readonly<Record<FunctionName, string>> = {
  transform: 'Enriches and partitions the records of a delivery stream',
  validate: "Checks the input of a compaction run and fixes the run's id",
  lock: 'Takes the lock of a table for a run',
  route: 'Splits late objects into pieces by true type and date',
  plan: 'Finds the partitions that are due and forms batches',
  attempt: 'Begins one attempt of a batch',
  gather: "Joins many small objects into the run's snapshot",
  statements: 'Writes the SQL of an attempt',
  verify: 'Checks the output of an attempt before anyone sees it',
  publish: 'Flips partitions to their new files and ledgers',
  sweep: 'Deletes what no partition names any more',
  report: 'Sums up a run',
  unlock: 'Gives the lock of a table back',
};

const lambdaFunction = (parent: pulumi.Resource, site: Site, name: FunctionName, code: string): aws.lambda.Function => {
  const opts = { parent };
  // Before the function: Lambda makes a group that never expires where it finds none.
  const logs = new aws.cloudwatch.LogGroup(
    name,
    { name: site.names.functionLogGroups[name], retentionInDays: site.settings.retention.logsDays, tags: site.tags },
    opts,
  );
  const { role, policy } = grantedRole(
    site,
    name,
    {
      name: site.names.functions[name],
      description: `Role of the function ${site.names.functions[name]}`,
      service: 'lambda.amazonaws.com',
      grants: (arns) => functionGrants(name, arns),
    },
    opts,
  );
  return new aws.lambda.Function(
    name,
    {
      name: site.names.functions[name],
      description: DESCRIPTIONS[name],
      role: role.arn,
      runtime: aws.lambda.Runtime.NodeJS24dX,
      architectures: ['arm64'],
      handler: 'index.handler',
      code: new pulumi.asset.AssetArchive({ [BUNDLE_FILE]: new pulumi.asset.StringAsset(code) }),
      memorySize: SIZES[name].memoryMegabytes,
      timeout: SIZES[name].timeoutSeconds,
      ...(hasVariables(site, name)
        ? { environment: { variables: site.arns.apply((arns) => ({ ...functionEnvironments(site.settings, arns)[name] })) } }
        : {}),
      loggingConfig: { logFormat: 'JSON', logGroup: logs.name },
      tracingConfig: { mode: 'Active' },
      tags: site.tags,
    },
    { parent, dependsOn: [logs, policy] },
  );
};

/** Lambda keeps no empty environment, so declaring one would show as a change for ever. Which variables there are depends on no place. */
const hasVariables = ({ settings }: Site, name: FunctionName): boolean =>
  Object.keys(functionEnvironments(settings, { accountId: '', region: '' })[name]).length > 0;
