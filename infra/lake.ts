import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { Analytics } from './analytics';
import { arnsOf } from './arns';
import { CHECKOUT } from './bundle';
import { Catalog } from './catalog';
import { Compaction } from './compaction';
import { Delivery } from './delivery';
import { Functions } from './functions';
import { Members } from './members';
import { membersNames } from './members-names';
import { namesOf } from './names';
import { Schedule } from './schedule';
import type { Settings } from './settings';
import type { Site } from './site';
import { Storage } from './storage';
import { Stream } from './stream';

/** The names by which everything outside the program finds the pipeline. */
export interface LakeOutputs {
  readonly streamName: pulumi.Output<string>;
  readonly deliveryStreamName: pulumi.Output<string>;
  readonly bucket: pulumi.Output<string>;
  readonly database: pulumi.Output<string>;
  readonly rawTable: pulumi.Output<string>;
  readonly curatedTable: pulumi.Output<string>;
  /** The analysts'. */
  readonly workgroup: pulumi.Output<string>;
  readonly compactionWorkgroup: pulumi.Output<string>;
  readonly resultsBucket: pulumi.Output<string>;
  readonly stateMachineArn: pulumi.Output<string>;
  readonly scheduleName: pulumi.Output<string>;
  /** For how long at least a state that a run replaced can be gone back to. */
  readonly graceHours: number;
  /** Where the members page is, in a stack that has it. */
  readonly consoleUrl?: pulumi.Output<string>;
}

/**
 * The whole pipeline, in the order in which an event flows.
 * @param checkout the folder whose `handlers/` are deployed
 */
export const lake = (settings: Settings, checkout: string = CHECKOUT): LakeOutputs => {
  const site = siteOf(settings);
  const { stream } = new Stream(site);
  const storage = new Storage(site);
  const functions = new Functions(site, checkout);
  const { delivery } = new Delivery(site, {
    feed: 'events',
    streamArn: stream.arn,
    bucketArn: storage.lake.arn,
    transformArn: functions.functions.transform.arn,
  });
  const catalog = new Catalog(site, storage.lake.bucket);
  const analytics = new Analytics(site, {
    resultsBucket: storage.results.bucket,
    database: catalog.database.name,
    curatedTable: 'events',
  });
  const { machine } = new Compaction(site, {
    functionArns: functions.arns,
    workgroup: analytics.compaction.name,
    database: catalog.database.name,
    bucket: storage.lake.bucket,
  });
  const { schedule } = new Schedule(site, machine.arn);
  const { console } = settings;
  const members =
    console === undefined
      ? undefined
      : new Members(site, {
          console,
          streamName: membersNames(settings.stack).stream,
          deliveryName: membersNames(settings.stack).delivery,
          database: catalog.database.name,
          workgroup: analytics.analysts.name,
          checkout,
        });
  return {
    streamName: stream.name,
    deliveryStreamName: delivery.name,
    bucket: storage.lake.bucket,
    database: catalog.database.name,
    rawTable: catalog.raw['events']!.name,
    curatedTable: catalog.curated['events']!.name,
    workgroup: analytics.analysts.name,
    compactionWorkgroup: analytics.compaction.name,
    resultsBucket: storage.results.bucket,
    stateMachineArn: machine.arn,
    scheduleName: schedule.name,
    graceHours: settings.compaction.policy.graceHours,
    ...(members === undefined ? {} : { consoleUrl: members.url }),
  };
};

const siteOf = (settings: Settings): Site => {
  const { accountId } = aws.getCallerIdentityOutput();
  const { region } = aws.getRegionOutput();
  return {
    settings,
    names: namesOf(settings.stack),
    arns: pulumi
      .all([accountId, region])
      .apply(([account, place]) => arnsOf(settings.stack, { accountId: account, region: place })),
    tags: { project: 'lithify', stack: settings.stack, 'managed-by': 'pulumi' },
  };
};
