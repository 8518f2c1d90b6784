import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { ANALYSTS_RESULTS, COMPACTION_RESULTS } from './grants';
import { feedQueries, namedQueries } from './named-queries';
import type { Site } from './site';

export interface AnalyticsArgs {
  readonly resultsBucket: pulumi.Output<string>;
  readonly database: pulumi.Input<string>;
  readonly curatedTable: string;
}

/** Two workgroups, one for the compaction and one for people, and some queries to begin with. */
export class Analytics extends pulumi.ComponentResource {
  readonly compaction: aws.athena.Workgroup;
  readonly analysts: aws.athena.Workgroup;

  constructor(site: Site, args: AnalyticsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('lithify:lake:Analytics', 'analytics', {}, opts);
    const { names, settings } = site;
    const place = { parent: this, site, resultsBucket: args.resultsBucket };
    this.compaction = workgroup(place, 'compaction', {
      name: names.compactionWorkgroup,
      description: 'Statements of the compaction',
      // A workgroup that enforces its settings refuses CTAS with an external_location.
      enforced: false,
      results: COMPACTION_RESULTS,
    });
    this.analysts = workgroup(place, 'analysts', {
      name: names.analystsWorkgroup,
      description: 'Queries of people, with a limit on what one may scan',
      enforced: true,
      results: ANALYSTS_RESULTS,
      scanCutoffBytes: settings.analysts.scanCutoffBytes,
    });
    const others = site.feeds.filter(({ feed }) => feed.name !== args.curatedTable);
    const queries = [
      ...namedQueries(args.curatedTable, settings.events.onTimeDaysBefore),
      ...others.flatMap(({ feed }) => feedQueries(feed)),
    ];
    for (const query of queries) {
      new aws.athena.NamedQuery(
        query.name,
        {
          name: query.title,
          description: query.description,
          database: args.database,
          workgroup: this.analysts.name,
          query: query.sql,
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}

interface WorkgroupArgs {
  readonly name: string;
  readonly description: string;
  readonly enforced: boolean;
  /** Prefix in the bucket of query results. */
  readonly results: string;
  readonly scanCutoffBytes?: number;
}

const workgroup = (
  { parent, site, resultsBucket }: { parent: pulumi.Resource; site: Site; resultsBucket: pulumi.Output<string> },
  resourceName: string,
  { name, description, enforced, results, scanCutoffBytes }: WorkgroupArgs,
): aws.athena.Workgroup =>
  new aws.athena.Workgroup(
    resourceName,
    {
      name,
      description,
      configuration: {
        enforceWorkgroupConfiguration: enforced,
        publishCloudwatchMetricsEnabled: true,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        ...(scanCutoffBytes === undefined ? {} : { bytesScannedCutoffPerQuery: scanCutoffBytes }),
        resultConfiguration: {
          outputLocation: resultsBucket.apply((bucket) => `s3://${bucket}/${results}`),
          expectedBucketOwner: site.arns.accountId,
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        },
      },
      forceDestroy: site.settings.protection.forceDestroy,
      tags: site.tags,
    },
    { parent },
  );
