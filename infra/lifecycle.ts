import type { types } from '@pulumi/aws';
import { FEED_NAMES, feedNamed } from '../contracts/feeds';
import { errorsPrefix, piecePrefix, rawPrefix, runsPrefix } from '../contracts/lake';
import type { Settings } from './settings';

type Rule = types.input.s3.BucketLifecycleConfigurationRule;

/** Uploads that were begun and never ended; a cancelled query leaves some. */
const ABANDONED_UPLOAD_DAYS = 3;

/** What expires in the lake, feed by feed. Curated files, ledgers and locks are in no rule: they never expire. */
export const lakeLifecycle = ({ retention }: Settings): Rule[] => [
  ...FEED_NAMES.flatMap((feed) => [
    expiring(`${feed}-raw`, rawPrefix(feedNamed(feed)), retention.rawDays),
    expiring(`${feed}-late`, piecePrefix(feed), retention.lateDays),
    expiring(`${feed}-errors`, errorsPrefix(feed), retention.errorsDays),
    expiring(`${feed}-runs`, runsPrefix(feed), retention.runsDays),
  ]),
  ...housekeeping(retention.noncurrentDays),
];

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
