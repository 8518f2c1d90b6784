import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { lakeLifecycle, resultsLifecycle } from './lifecycle';
import { tlsOnlyPolicy } from './policy-documents';
import { keepsData, type Site } from './site';

/** The lake, and a bucket beside it for what queries answer. Both versioned, encrypted, private and reached over TLS only. */
export class Storage extends pulumi.ComponentResource {
  readonly lake: aws.s3.Bucket;
  readonly results: aws.s3.Bucket;

  constructor(site: Site, opts?: pulumi.ComponentResourceOptions) {
    super('lithify:lake:Storage', 'storage', {}, opts);
    this.lake = privateBucket(this, site, {
      name: 'lake',
      bucket: site.arns.lakeBucket,
      lifecycle: lakeLifecycle(site.settings),
      options: keepsData(site),
    });
    this.results = privateBucket(this, site, {
      name: 'results',
      bucket: site.arns.resultsBucket,
      lifecycle: resultsLifecycle(site.settings),
      options: {},
    });
    this.registerOutputs({});
  }
}

interface BucketArgs {
  readonly name: string;
  readonly bucket: pulumi.Input<string>;
  readonly lifecycle: aws.types.input.s3.BucketLifecycleConfigurationRule[];
  readonly options: pulumi.CustomResourceOptions;
}

const privateBucket = (
  parent: pulumi.Resource,
  site: Site,
  { name, bucket: bucketName, lifecycle, options }: BucketArgs,
): aws.s3.Bucket => {
  const bucket = new aws.s3.Bucket(
    name,
    { bucket: bucketName, forceDestroy: site.settings.protection.forceDestroy, tags: site.tags },
    { parent, ...options },
  );
  const side = { bucket: bucket.bucket };
  new aws.s3.BucketOwnershipControls(name, { ...side, rule: { objectOwnership: 'BucketOwnerEnforced' } }, { parent });
  const closed = new aws.s3.BucketPublicAccessBlock(
    name,
    { ...side, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    { parent },
  );
  // Keys of S3's own: nothing to pay or to grant. SSE-C is refused, for its objects could be read by no one else.
  new aws.s3.BucketServerSideEncryptionConfiguration(
    name,
    { ...side, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' }, blockedEncryptionTypes: ['SSE-C'] }] },
    { parent },
  );
  const versioning = new aws.s3.BucketVersioning(name, { ...side, versioningConfiguration: { status: 'Enabled' } }, { parent });
  // A rule on noncurrent versions is refused until versioning is on.
  new aws.s3.BucketLifecycleConfiguration(name, { ...side, rules: lifecycle }, { parent, dependsOn: [versioning] });
  // S3 answers 409 to a policy that is put while the access block is being set.
  new aws.s3.BucketPolicy(
    name,
    { ...side, policy: bucket.arn.apply((arn) => tlsOnlyPolicy('s3', [arn, `${arn}/*`])) },
    { parent, dependsOn: [closed] },
  );
  return bucket;
};
