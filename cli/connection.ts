import { AthenaClient } from '@aws-sdk/client-athena';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { GlueClient } from '@aws-sdk/client-glue';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { LithifyError } from '../contracts/errors';
import { feedNamed } from '../contracts/feeds';
import { LakeObjects } from '../handlers/aws/objects';
import { CuratedPartitions } from '../handlers/aws/partitions';
import type { HostDescription } from '../local/host-types';
import type { CommandContext } from './command';
import { describedHost, hostAt, type HostControls } from './host';

const outputsSchema = z.object({
  streamName: z.string(),
  bucket: z.string(),
  database: z.string(),
  rawTable: z.string(),
  curatedTable: z.string(),
  workgroup: z.string(),
  stateMachineArn: z.string(),
  scheduleName: z.string(),
  graceHours: z.number(),
  feeds: z.record(
    z.string(),
    z.looseObject({
      streamName: z.string().optional(),
      deliveryStreamName: z.string(),
      directDeliveryStreamName: z.string().optional(),
      rawTable: z.string(),
      curatedTable: z.string(),
      scheduleName: z.string(),
    }),
  ),
});
export type StackOutputs = z.infer<typeof outputsSchema>;

/** The services of a running host, as the real clients see them; each client is made when it is first used. */
export class Connection {
  readonly #clients: { destroy(): void }[] = [];
  #kinesis: KinesisClient | undefined;
  #firehose: FirehoseClient | undefined;
  #s3: S3Client | undefined;
  #glue: GlueClient | undefined;
  #athena: AthenaClient | undefined;
  #sfn: SFNClient | undefined;
  #scheduler: SchedulerClient | undefined;
  #cloudWatch: CloudWatchClient | undefined;

  constructor(
    readonly host: HostDescription,
    readonly outputs: StackOutputs,
    private readonly endpoint: string,
  ) {}

  get kinesis(): KinesisClient {
    return (this.#kinesis ??= this.#kept(new KinesisClient(this.#config())));
  }
  get firehose(): FirehoseClient {
    return (this.#firehose ??= this.#kept(new FirehoseClient(this.#config())));
  }
  get s3(): S3Client {
    return (this.#s3 ??= this.#kept(new S3Client({ ...this.#config(), forcePathStyle: true })));
  }
  get glue(): GlueClient {
    return (this.#glue ??= this.#kept(new GlueClient(this.#config())));
  }
  get athena(): AthenaClient {
    return (this.#athena ??= this.#kept(new AthenaClient(this.#config())));
  }
  get sfn(): SFNClient {
    return (this.#sfn ??= this.#kept(new SFNClient(this.#config())));
  }
  get scheduler(): SchedulerClient {
    return (this.#scheduler ??= this.#kept(new SchedulerClient(this.#config())));
  }

  get cloudWatch(): CloudWatchClient {
    return (this.#cloudWatch ??= this.#kept(new CloudWatchClient(this.#config())));
  }

  /** The host's own controls, which AWS has no counterpart of. */
  get controls(): HostControls {
    return hostAt(this.endpoint);
  }

  get objects(): LakeObjects {
    return new LakeObjects(this.outputs.bucket, this.s3);
  }

  partitions(feed: string): CuratedPartitions {
    return new CuratedPartitions(this.outputs.database, feedNamed(feed), this.glue);
  }

  /** Epoch milliseconds, on the host's clock, when the connection was made. */
  get now(): number {
    return Date.parse(this.host.now);
  }

  close(): void {
    for (const client of this.#clients.splice(0)) client.destroy();
  }

  #config() {
    // The keys are no secrets: the host answers on loopback only, and takes any that belongs to no role for a person's.
    return {
      endpoint: this.endpoint,
      region: this.host.region,
      credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' },
    };
  }

  #kept<T extends { destroy(): void }>(client: T): T {
    this.#clients.push(client);
    return client;
  }
}

export const outputsOf = (description: HostDescription, endpoint: string): StackOutputs => {
  const outputs = outputsSchema.safeParse(description.outputs);
  if (outputs.success) return outputs.data;
  const name = outputs.error.issues[0]?.path.join('.') ?? '';
  throw new LithifyError(
    'outputs',
    `the host at ${endpoint} runs a stack without the output ${name}; it is another version of lithify.`,
  );
};

/** Runs `work` with the services of the host that the flags name. */
export const connected = async <T>(
  context: Pick<CommandContext, 'endpoint' | 'stack' | 'stackGiven'>,
  work: (connection: Connection) => Promise<T>,
): Promise<T> => {
  const { description } = await describedHost(context);
  const connection = new Connection(description, outputsOf(description, context.endpoint), context.endpoint);
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
};
