import { FUNCTION_NAMES } from '../../contracts/environments';
import { type Graph, resourcesOf } from '../../local/graph';
import { capturedStacks, inputsOf, listOf, statementsOf } from './captured';

let stacks: Readonly<Record<string, Graph>>;
beforeAll(async () => {
  stacks = await capturedStacks();
});

describe.each(['dev', 'prod'])('the program of %s', (stack) => {
  const graph = (): Graph => stacks[stack]!;
  const each = (type: string) => resourcesOf(graph(), type);

  test('allows no action by a wildcard', () => {
    const actions = each('aws:iam/rolePolicy:RolePolicy').flatMap((policy) =>
      statementsOf(policy).flatMap(({ Action }) => listOf(Action)),
    );

    expect(actions.length).toBeGreaterThan(50);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  test('allows every resource only to actions for which AWS knows no resources', () => {
    const anywhere = each('aws:iam/rolePolicy:RolePolicy').flatMap((policy) =>
      statementsOf(policy)
        .filter(({ Resource }) => listOf(Resource).includes('*'))
        .flatMap(({ Action }) => listOf(Action)),
    );

    expect([...new Set(anywhere)].sort()).toEqual([
      'cloudwatch:GetMetricData',
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
  });

  test('lets nobody delete, or write over, a raw object', () => {
    const touching = each('aws:iam/rolePolicy:RolePolicy').filter((policy) =>
      statementsOf(policy).some(
        ({ Action, Resource }) =>
          listOf(Action).some((action) => /^s3:(Delete|Put)Object/.test(action)) &&
          listOf(Resource).some((arn) => /^arn:aws:s3:::[^/]+\/(\*|raw|streaming)/.test(arn)),
      ),
    );

    expect(touching.map(({ name }) => name).filter((name) => !/^(direct-)?delivery(-|$)/.test(name))).toEqual([]);
    expect(touching).toHaveLength(each('aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream').length);
    expect(touching.flatMap((policy) => statementsOf(policy).flatMap(({ Action }) => listOf(Action)))).not.toContain(
      's3:DeleteObject',
    );
  });

  test('gives every function, and every service that acts, a role of its own that one service may take', () => {
    const roles = each('aws:iam/role:Role');
    const used = each('aws:lambda/function:Function').map(({ inputs }) => inputs['role']);

    const deliveries = each('aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream');
    // The state machine, the schedules of the compaction, and that of the producer.
    expect(roles).toHaveLength(used.length + deliveries.length + 3);
    expect(new Set(used).size).toBe(used.length);
    for (const role of roles) {
      const [trust, ...rest] = statementsOf(role, 'assumeRolePolicy');
      expect(rest).toEqual([]);
      expect(trust!.Principal).toEqual({
        Service: expect.stringMatching(/^(lambda|firehose|states|scheduler)\.amazonaws\.com$/),
      });
      const isLambda = JSON.stringify(trust!.Principal).includes('lambda');
      // Lambda takes a role for its own account alone; the others must prove for whom they act.
      expect(JSON.stringify(trust!.Condition ?? {}).includes(graph().accountId)).toBe(!isLambda);
    }
  });

  test('lets the producer of positions put records on its stream alone, and the consumer read that stream and write beside the lake alone', () => {
    const doing = (name: string): readonly string[] =>
      statementsOf(each('aws:iam/rolePolicy:RolePolicy').find((policy) => policy.name === name)!)
        .filter(({ Action }) => !listOf(Action).every((action) => /^(logs|xray):/.test(action)))
        .flatMap(({ Action, Resource }) =>
          listOf(Action).flatMap((action) => listOf(Resource).map((arn) => `${action} ${arn.split(':').at(-1)}`)),
        );
    const bucket = `lithify-${stack}-lake-${graph().accountId}-${graph().region}`;

    expect(doing('producer-telemetry')).toEqual([`kinesis:PutRecords stream/lithify-${stack}-telemetry`]);
    expect(doing('producer-schedule-telemetry')).toEqual([`lambda:InvokeFunction lithify-${stack}-producer-telemetry`]);
    const reading = ['DescribeStream', 'DescribeStreamSummary', 'GetRecords', 'GetShardIterator', 'ListShards'];
    expect(doing('consumer-telemetry')).toEqual([
      ...reading.map((action) => `kinesis:${action} stream/lithify-${stack}-telemetry`),
      `s3:ListBucket ${bucket}`,
      ...['s3:PutObject', 's3:AbortMultipartUpload'].flatMap((action) =>
        ['counts/telemetry/*', 'aws/lambda/*'].map((key) => `${action} ${bucket}/${key}`),
      ),
    ]);
  });

  test('starts the producer of positions by no schedule unless it is told to', () => {
    expect(inputsOf(graph(), 'aws:scheduler/schedule:Schedule', 'producer-telemetry')['state']).toBe('DISABLED');
  });

  test('encrypts stream, buckets, query results and dead letters', () => {
    const { resources } = graph();
    expect(resources.length).toBeGreaterThan(80);
    for (const { inputs } of each('aws:kinesis/stream:Stream'))
      expect(inputs).toMatchObject({ encryptionType: 'KMS', kmsKeyId: 'alias/aws/kinesis' });
    for (const { inputs } of each('aws:sqs/queue:Queue')) expect(inputs).toMatchObject({ sqsManagedSseEnabled: true });
    for (const { inputs } of each('aws:athena/workgroup:Workgroup')) {
      expect(inputs).toMatchObject({
        configuration: { resultConfiguration: { encryptionConfiguration: { encryptionOption: 'SSE_S3' } } },
      });
    }
    for (const { name } of each('aws:s3/bucket:Bucket')) {
      const encryption = inputsOf(
        graph(),
        'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
        name,
      );
      expect(encryption).toMatchObject({ rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }] });
    }
  });

  test('keeps every bucket private, owned, versioned and cleaned of abandoned uploads', () => {
    const buckets = each('aws:s3/bucket:Bucket');
    expect(buckets).toHaveLength(2);
    for (const { name, inputs } of buckets) {
      const side = (kind: string) => inputsOf(graph(), `aws:s3/bucket${kind}:Bucket${kind}`, name);
      expect(side('PublicAccessBlock')).toEqual({
        bucket: inputs['bucket'],
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
      expect(side('OwnershipControls')).toMatchObject({ rule: { objectOwnership: 'BucketOwnerEnforced' } });
      expect(side('Versioning')).toMatchObject({ versioningConfiguration: { status: 'Enabled' } });
      expect(JSON.stringify(side('LifecycleConfiguration')['rules'])).toContain(
        '"abortIncompleteMultipartUpload":{"daysAfterInitiation":3}',
      );
    }
  });

  test('refuses buckets and queues to whoever does not come over TLS', () => {
    const policies = [...each('aws:s3/bucketPolicy:BucketPolicy'), ...each('aws:sqs/queuePolicy:QueuePolicy')];

    expect(policies).toHaveLength(3);
    for (const policy of policies) {
      expect(statementsOf(policy)).toEqual([
        expect.objectContaining({ Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ]);
    }
  });

  test('never lets curated files, ledgers or locks expire', () => {
    const { rules } = inputsOf(graph(), 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration', 'lake') as {
      readonly rules: readonly {
        readonly filter: { readonly prefix: string };
        readonly expiration?: { readonly days?: number };
      }[];
    };

    expect(rules.filter((rule) => rule.expiration?.days !== undefined).map((rule) => rule.filter.prefix)).toEqual([
      ...['raw/events/', 'late/events/', 'errors/events/', 'runs/events/'],
      ...['raw/users/', 'late/users/', 'errors/users/', 'runs/users/'],
      ...['streaming/', 'late/films/', 'errors/films/', 'processing-failed/', 'format-conversion-failed/', 'runs/films/'],
      ...['raw/telemetry/', 'late/telemetry/', 'errors/telemetry/', 'runs/telemetry/'],
      ...['raw/members/', 'late/members/', 'errors/members/', 'runs/members/'],
      ...['counts/telemetry/', 'aws/lambda/'],
    ]);
  });

  test('runs every function on arm64 Node.js with a log group that expires, a timeout and traces', () => {
    const functions = each('aws:lambda/function:Function');

    expect(functions.map(({ name }) => name).sort()).toEqual(
      [
        ...FUNCTION_NAMES,
        ...['members', 'telemetry', 'users'].map((feed) => `transform-${feed}`),
        ...['producer-telemetry', 'consumer-telemetry'],
      ].sort(),
    );
    for (const { name, inputs } of functions) {
      expect(inputs).toMatchObject({ runtime: 'nodejs24.x', architectures: ['arm64'], tracingConfig: { mode: 'Active' } });
      expect(inputs['timeout']).toEqual(expect.any(Number));
      expect(inputs['memorySize']).toEqual(expect.any(Number));
      const group = inputsOf(graph(), 'aws:cloudwatch/logGroup:LogGroup', name);
      expect(inputs).toMatchObject({ loggingConfig: { logGroup: group['name'] } });
    }
    for (const { inputs } of each('aws:cloudwatch/logGroup:LogGroup')) expect(inputs['retentionInDays']).toBeGreaterThan(0);
  });

  test('lets compaction set its own output location, and holds analysts to theirs', () => {
    expect(inputsOf(graph(), 'aws:athena/workgroup:Workgroup', 'compaction')).toMatchObject({
      configuration: { enforceWorkgroupConfiguration: false },
    });
    expect(inputsOf(graph(), 'aws:athena/workgroup:Workgroup', 'analysts')).toMatchObject({
      configuration: { enforceWorkgroupConfiguration: true, bytesScannedCutoffPerQuery: expect.any(Number) },
    });
  });
});
