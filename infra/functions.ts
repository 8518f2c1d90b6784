import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { STEP_NAMES, type StepName } from '../contracts/environments';
import { feedArns } from './arns';
import { bundles } from './bundle';
import { lambdaFunction } from './function';
import { functionEnvironments, transformEnvironment } from './function-environments';
import { functionBasics, functionGrants } from './grants';
import { stepRecord } from './names';
import type { FeedSite, Site } from './site';
import { SIZES } from './sizing';

/** The steps of the compaction and the transforms of the feeds: one Lambda function each, with a role and a log group of its own. */
export class Functions extends pulumi.ComponentResource {
  readonly steps: Readonly<Record<StepName, aws.lambda.Function>>;
  /** By feed. */
  readonly transforms: Readonly<Record<string, aws.lambda.Function>>;

  constructor(site: Site, checkout: string, opts?: pulumi.ComponentResourceOptions) {
    super('lithify:lake:Functions', 'functions', {}, opts);
    const code = bundles(checkout);
    this.transforms = Object.fromEntries(
      site.feeds
        .filter(({ feed }) => feed.transform !== undefined)
        .map((own) => [own.feed.name, transformOf(this, site, own, code.transform)]),
    );
    this.steps = stepRecord((name) => stepOf(this, site, name, code[name]));
    this.registerOutputs({});
  }

  /** The ARN of each step. */
  get arns(): pulumi.Output<Readonly<Record<StepName, string>>> {
    return pulumi
      .all(STEP_NAMES.map((name) => this.steps[name].arn))
      .apply((arns) => stepRecord((name) => arns[STEP_NAMES.indexOf(name)]!));
  }
}

const DESCRIPTIONS: Readonly<Record<StepName, string>> = {
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

const transformOf = (parent: pulumi.Resource, site: Site, { feed, names }: FeedSite, code: string): aws.lambda.Function =>
  lambdaFunction(parent, site, {
    resourceName: names.resource('transform'),
    name: names.transform,
    description: 'Enriches and partitions the records of a delivery stream',
    logGroupName: names.transformLogGroup,
    code,
    size: SIZES.transform,
    environment: () => transformEnvironment(feed, site.settings),
    grants: (arns) => functionBasics(feedArns(arns, feed).transformLogGroup),
  });

const stepOf = (parent: pulumi.Resource, site: Site, name: StepName, code: string): aws.lambda.Function =>
  lambdaFunction(parent, site, {
    resourceName: name,
    name: site.names.functions[name],
    description: DESCRIPTIONS[name],
    logGroupName: site.names.functionLogGroups[name],
    code,
    size: SIZES[name],
    environment: (arns) => functionEnvironments(site.settings, arns)[name],
    grants: (arns) => functionGrants(name, arns),
  });
