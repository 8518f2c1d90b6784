import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { Analytics } from './analytics';
import { arnsOf } from './arns';
import { CHECKOUT } from './bundle';
import { Catalog } from './catalog';
import { Compaction } from './compaction';
import { Delivery } from './delivery';
import { extras, type FeedParts } from './feeds/extras';
import { Functions } from './functions';
import { Members } from './members';
import { feedNamesOf, namesOf } from './names';
import { Schedule } from './schedule';
import { enabledFeeds, type Settings } from './settings';
import type { FeedSite, Site } from './site';
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
  /** By feed; those above are of events. */
  readonly feeds: Readonly<Record<string, FeedOutputs>>;
}

/** The names by which one feed is found. */
export interface FeedOutputs {
  readonly streamName?: pulumi.Output<string>;
  /** Reads the stream; takes records directly where there is no stream. */
  readonly deliveryStreamName: pulumi.Output<string>;
  /** Takes records directly beside the stream. */
  readonly directDeliveryStreamName?: pulumi.Output<string>;
  readonly rawTable: pulumi.Output<string>;
  readonly curatedTable: pulumi.Output<string>;
  readonly scheduleName: pulumi.Output<string>;
}

/**
 * The whole pipeline, in the order in which a record flows.
 * @param checkout the folder whose `handlers/` are deployed
 */
export const lake = (settings: Settings, checkout: string = CHECKOUT): LakeOutputs => {
  const site = siteOf(settings);
  const streams = streamsOf(site);
  const storage = new Storage(site);
  const functions = new Functions(site, checkout);
  const deliveries = site.feeds.map((own) => deliveriesOf(site, own, streams.get(own.feed.name), storage, functions));
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
  const { schedules } = new Schedule(site, machine.arn);
  const feeds = Object.fromEntries(
    site.feeds.map(({ feed }, index) => {
      const { delivery, direct } = deliveries[index]!;
      const stream = streams.get(feed.name);
      const parts: FeedParts = { site, checkout, catalog, storage, stream, delivery, direct };
      const outputs: FeedOutputs = {
        ...(stream === undefined ? {} : { streamName: stream.name }),
        deliveryStreamName: delivery.name,
        ...(direct === undefined ? {} : { directDeliveryStreamName: direct.name }),
        rawTable: catalog.raw[feed.name]!.name,
        curatedTable: catalog.curated[feed.name]!.name,
        scheduleName: schedules[feed.name]!.name,
      };
      return [feed.name, { ...outputs, ...extras(feed.name, parts) }];
    }),
  );
  const events = feeds['events']!;
  const { console } = settings;
  const members =
    console === undefined
      ? undefined
      : new Members(site, {
          console,
          streamName: feeds['members']!.streamName!,
          deliveryName: feeds['members']!.directDeliveryStreamName!,
          database: catalog.database.name,
          workgroup: analytics.analysts.name,
          checkout,
        });
  return {
    streamName: events.streamName!,
    deliveryStreamName: events.deliveryStreamName,
    bucket: storage.lake.bucket,
    database: catalog.database.name,
    rawTable: events.rawTable,
    curatedTable: events.curatedTable,
    workgroup: analytics.analysts.name,
    compactionWorkgroup: analytics.compaction.name,
    resultsBucket: storage.results.bucket,
    stateMachineArn: machine.arn,
    scheduleName: events.scheduleName,
    graceHours: settings.compaction.policy.graceHours,
    feeds,
    ...(members === undefined ? {} : { consoleUrl: members.url }),
  };
};

const streamsOf = (site: Site): ReadonlyMap<string, aws.kinesis.Stream> =>
  new Map(
    site.feeds.filter(({ feed }) => feed.sources.stream).map((own) => [own.feed.name, new Stream(site, own).stream] as const),
  );

/** The delivery of a feed, and the one beside it that takes records directly where the feed has both sources. */
const deliveriesOf = (
  site: Site,
  own: FeedSite,
  stream: aws.kinesis.Stream | undefined,
  { lake: bucket }: Storage,
  { transforms }: Functions,
) => {
  const args = { own, bucketArn: bucket.arn, transformArn: transforms[own.feed.name]?.arn };
  const { delivery } = new Delivery(site, { ...args, streamArn: stream?.arn });
  const isBoth = own.feed.sources.stream && own.feed.sources.direct;
  return { delivery, direct: isBoth ? new Delivery(site, { ...args, streamArn: undefined }).delivery : undefined };
};

const siteOf = (settings: Settings): Site => {
  const { accountId } = aws.getCallerIdentityOutput();
  const { region } = aws.getRegionOutput();
  const feeds = enabledFeeds(settings).map((feed) => {
    const config: FeedSite['config'] = settings.feeds?.[feed.name] ?? {};
    return { feed, config, names: feedNamesOf(settings.stack, feed, config.deliveryName) };
  });
  const named = feeds.map(({ feed, config }) => ({ feed, deliveryName: config.deliveryName }));
  return {
    settings,
    names: namesOf(settings.stack),
    feeds,
    arns: pulumi
      .all([accountId, region])
      .apply(([account, place]) => arnsOf(settings.stack, { accountId: account, region: place }, named)),
    tags: { project: 'lithify', stack: settings.stack, 'managed-by': 'pulumi' },
  };
};
