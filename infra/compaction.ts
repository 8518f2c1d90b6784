import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { StepName } from '../contracts/environments';
import { compactionMachine } from '../workflows/compaction';
import { machineTimeoutSeconds } from './function-environments';
import { machineGrants, machineTrust } from './grants-services';
import { grantedRole } from './role';
import type { Site } from './site';

export interface CompactionArgs {
  readonly functionArns: pulumi.Output<Readonly<Record<StepName, string>>>;
  readonly workgroup: pulumi.Output<string>;
  readonly database: pulumi.Output<string>;
  readonly bucket: pulumi.Output<string>;
}

/** Raw objects -> curated partitions: the state machine that the schedule, or a person, starts. */
export class Compaction extends pulumi.ComponentResource {
  readonly machine: aws.sfn.StateMachine;

  constructor(site: Site, args: CompactionArgs, opts?: pulumi.ComponentResourceOptions) {
    super('lithify:lake:Compaction', 'compaction', {}, opts);
    const { names, settings, tags } = site;
    const logs = new aws.cloudwatch.LogGroup(
      'compaction',
      { name: names.machineLogGroup, retentionInDays: settings.retention.logsDays, tags },
      { parent: this },
    );
    const { role, policy } = grantedRole(
      site,
      'compaction',
      {
        name: names.roles.machine,
        description: `Role of the state machine ${names.machine}`,
        service: 'states.amazonaws.com',
        trust: machineTrust,
        grants: machineGrants,
      },
      { parent: this },
    );
    this.machine = new aws.sfn.StateMachine(
      'compaction',
      {
        name: names.machine,
        type: 'STANDARD',
        roleArn: role.arn,
        definition: definition(site, args),
        // Only keys and counts cross the states, so the whole history may be logged.
        loggingConfiguration: { level: 'ALL', includeExecutionData: true, logDestination: logs.arn.apply((arn) => `${arn}:*`) },
        tracingConfiguration: { enabled: true },
        tags,
      },
      // Step Functions tries logging and tracing out when the machine is created.
      { parent: this, dependsOn: [policy] },
    );
    this.registerOutputs({});
  }
}

const definition = ({ settings }: Site, { functionArns, workgroup, database, bucket }: CompactionArgs): pulumi.Output<string> =>
  pulumi.all([functionArns, workgroup, database, bucket]).apply(([steps, workgroupName, databaseName, bucketName]) =>
    JSON.stringify(
      compactionMachine({
        functionArns: steps,
        workgroup: workgroupName,
        database: databaseName,
        bucket: bucketName,
        concurrentBatches: settings.compaction.policy.concurrentBatches,
        timeoutSeconds: machineTimeoutSeconds(settings),
      }),
    ),
  );
