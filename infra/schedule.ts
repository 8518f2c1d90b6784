import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type * as z from 'zod';
import type { FeedName } from '../contracts/feeds';
import type { runInputSchema } from '../workflows/run';
import { scheduleGrants, scheduleTrust } from './grants-services';
import { tlsOnlyPolicy } from './policy-documents';
import { grantedRole } from './role';
import type { Site } from './site';

/** A start that did not work out is tried again for this long and so often; the defaults (a day, 185 times) would start a night late. */
const RETRY = { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 5 };
/** The longest that SQS keeps a message: 14 days. */
const DEAD_LETTER_SECONDS = 14 * 24 * 3_600;

/** Time -> a run of the compaction, feed by feed; a start that fails for good ends in a queue. */
export class Schedule extends pulumi.ComponentResource {
  /** By feed. */
  readonly schedules: Readonly<Record<string, aws.scheduler.Schedule>>;

  constructor(site: Site, machineArn: pulumi.Input<string>, opts?: pulumi.ComponentResourceOptions) {
    super('lithify:lake:Schedule', 'schedule', {}, opts);
    const deadLetters = deadLetterQueue(this, site);
    const { names, settings } = site;
    const { role, policy } = grantedRole(
      site,
      'schedule',
      {
        name: names.roles.schedule,
        description: `Role of the schedule ${site.feeds[0]?.names.schedule}`,
        service: 'scheduler.amazonaws.com',
        trust: scheduleTrust,
        grants: scheduleGrants,
      },
      { parent: this },
    );
    this.schedules = Object.fromEntries(
      site.feeds.map(({ feed, names: own }) => [
        feed.name,
        new aws.scheduler.Schedule(
          own.resource('compaction'),
          {
            name: own.schedule,
            description: 'Starts the nightly compaction',
            groupName: 'default',
            state: settings.compaction.enabled ? 'ENABLED' : 'DISABLED',
            scheduleExpression: settings.compaction.schedule,
            scheduleExpressionTimezone: settings.compaction.timeZone,
            flexibleTimeWindow: { mode: 'OFF' },
            target: {
              arn: machineArn,
              roleArn: role.arn,
              // The nightly run of everything that is due.
              input: JSON.stringify(nightly(feed.name)),
              retryPolicy: RETRY,
              deadLetterConfig: { arn: deadLetters.arn },
            },
          },
          { parent: this, dependsOn: [policy] },
        ),
      ]),
    );
    this.registerOutputs({});
  }
}

/** The run that a night starts; that of events names no feed, as it never did. */
const nightly = (feed: string): z.input<typeof runInputSchema> => ({
  ...(feed === 'events' ? {} : { feed: feed as FeedName }),
  startedBy: 'schedule',
});

const deadLetterQueue = (parent: pulumi.Resource, { names, tags }: Site): aws.sqs.Queue => {
  const queue = new aws.sqs.Queue(
    'dead-letters',
    { name: names.deadLetters, sqsManagedSseEnabled: true, messageRetentionSeconds: DEAD_LETTER_SECONDS, tags },
    { parent },
  );
  new aws.sqs.QueuePolicy(
    'dead-letters',
    { queueUrl: queue.url, policy: queue.arn.apply((arn) => tlsOnlyPolicy('sqs', [arn])) },
    { parent },
  );
  return queue;
};
