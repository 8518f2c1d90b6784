import type { types } from '@pulumi/aws';
import type { Feed } from '../contracts/feeds';
import { deliveryErrorsPrefixes, errorsPrefix, piecePrefix, rawPrefix, runsPrefix } from '../contracts/lake';
import { COUNTS_PREFIX, FAILED_BATCHES_PREFIX } from '../contracts/telemetry';
import { enabledFeeds, type Settings } from './settings';

type Rule = types.input.s3.BucketLifecycleConfigurationRule;

/** Uploads that were begun and never ended; a cancelled query leaves some. */
const ABANDONED_UPLOAD_DAYS = 3;

/** What expires in the lake, feed by feed. Curated files, ledgers and locks are in no rule: they never expire. */
export const lakeLifecycle = (settings: Settings): Rule[] => [
  ...enabledFeeds(settings).flatMap((feed) => ofFeed(feed, settings)),
  ...ofConsumer(settings),
  ...housekeeping(settings.retention.noncurrentDays),
];

/** What the consumer of the telemetry stream leaves beside the lake. */
const ofConsumer = (settings: Settings): Rule[] =>
  enabledFeeds(settings).some(({ name }) => name === 'telemetry')
    ? [
        expiring('telemetry-counts', COUNTS_PREFIX, settings.retention.runsDays),
        expiring('failed-batches', FAILED_BATCHES_PREFIX, settings.retention.errorsDays),
      ]
    : [];

const ofFeed = (feed: Feed, { retention }: Settings): Rule[] => {
  const { name } = feed;
  // Firehose's error objects may lie beside the prefix of what routing rejects.
  const elsewhere = deliveryErrorsPrefixes(feed).filter((prefix) => !prefix.startsWith(errorsPrefix(name)));
  return [
    expiring(`${name}-raw`, rawPrefix(feed), retention.rawDays),
    expiring(`${name}-late`, piecePrefix(name), retention.lateDays),
    expiring(`${name}-errors`, errorsPrefix(name), retention.errorsDays),
    ...elsewhere.map((prefix) => expiring(`${name}-${prefix.slice(0, -1)}`, prefix, retention.errorsDays)),
    expiring(`${name}-runs`, runsPrefix(name), retention.runsDays),
  ];
};

/** Query results are of use for some days only. */
export const resultsLifecycle = ({ retention }: Settings): Rule[] => [
  expiring('results', '', retention.queryResultsDays),
  ...housekeeping(retention.noncurrentDays),
];

const expiring = (id: string, prefix: string, days: number): Rule => ({
  id,
  status: 'Enabled',
  filter: { prefix },
  expiration: { days },
});

const housekeeping = (noncurrentDays: number): Rule[] => [
  {
    id: 'noncurrent-versions',
    status: 'Enabled',
    filter: { prefix: '' },
    noncurrentVersionExpiration: { noncurrentDays },
    expiration: { expiredObjectDeleteMarker: true },
  },
  {
    id: 'abandoned-uploads',
    status: 'Enabled',
    filter: { prefix: '' },
    abortIncompleteMultipartUpload: { daysAfterInitiation: ABANDONED_UPLOAD_DAYS },
  },
];
