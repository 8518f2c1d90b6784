import { AthenaClient } from '@aws-sdk/client-athena';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { GlueClient } from '@aws-sdk/client-glue';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { LithifyError, UsageError } from '../contracts/errors';
import { feedNamed } from '../contracts/feeds';
import { LakeObjects } from '../handlers/aws/objects';
import { CuratedPartitions } from '../handlers/aws/partitions';
import type { ClockKind } from '../local/host-types';
import type { CommandContext } from './command';
import { checkAccount, deployedStack } from './deployed';
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

/** Where the stack is that a connection reaches. */
export interface Place {
  readonly stack: string;
  readonly region: string;
  readonly clock: ClockKind;
  /** ISO 8601, on the clock of the place, when the connection was made. */
  readonly now: string;
  /** What the program exports, not yet checked. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** How clients reach an embedded host; on AWS the SDK's own chain finds endpoints and credentials. */
const hostClients = (endpoint: string) => ({
  endpoint,
  // The keys are no secrets: the host answers on loopback only, and takes any that belongs to no role for a person's.
  credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' },
});

/** The services of a stack, as the real clients see them; each client is made when it is first used. */
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
    readonly place: Place,
    readonly outputs: StackOutputs,
    /** Of an embedded host; undefined on AWS. */
    private readonly endpoint: string | undefined,
    private readonly wallMillis: () => number,
  ) {}

  get kinesis(): KinesisClient {
    return (this.#kinesis ??= this.#kept(new KinesisClient(this.#config())));
  }
  get firehose(): FirehoseClient {
    return (this.#firehose ??= this.#kept(new FirehoseClient(this.#config())));
  }
  get s3(): S3Client {
    return (this.#s3 ??= this.#kept(
      new S3Client({ ...this.#config(), ...(this.endpoint === undefined ? {} : { forcePathStyle: true }) }),
    ));
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

  /** The controls of an embedded host; undefined on AWS, which has no counterpart of them. */
  get controls(): HostControls | undefined {
    return this.endpoint === undefined ? undefined : hostAt(this.endpoint);
  }

  get objects(): LakeObjects {
    return new LakeObjects(this.outputs.bucket, this.s3);
  }

  partitions(feed: string): CuratedPartitions {
    return new CuratedPartitions(this.outputs.database, feedNamed(feed), this.glue);
  }

  /** Milliseconds since the epoch, on the clock of the place, when the connection was made. */
  get now(): number {
    return Date.parse(this.place.now);
  }

  /** The same clock, whenever it is asked: ISO 8601. */
  async present(): Promise<string> {
    const { controls } = this;
    return controls === undefined ? new Date(this.wallMillis()).toISOString() : (await controls.describe()).now;
  }

  /**
   * The outputs of a feed.
   * @throws UsageError where it is off in this stack
   */
  feedOutputs(feed: string): StackOutputs['feeds'][string] {
    const { feeds } = this.outputs;
    const own = Object.hasOwn(feeds, feed) ? feeds[feed] : undefined;
    if (own === undefined)
      throw new UsageError(
        `the feed ${feed} is off in stack ${this.place.stack}, which has ${Object.keys(feeds).join(', ')}; lithify:feeds.${feed}.enabled in its YAML switches it on.`,
      );
    return own;
  }

  close(): void {
    for (const client of this.#clients.splice(0)) client.destroy();
  }

  #config() {
    return { region: this.place.region, ...(this.endpoint === undefined ? {} : hostClients(this.endpoint)) };
  }

  #kept<T extends { destroy(): void }>(client: T): T {
    this.#clients.push(client);
    return client;
  }
}

/** `whose`: `the host at http://127.0.0.1:4566`, `AWS`. */
export const outputsOf = (exported: Readonly<Record<string, unknown>>, whose: string): StackOutputs => {
  const outputs = outputsSchema.safeParse(exported);
  if (outputs.success) return outputs.data;
  const name = outputs.error.issues[0]?.path.join('.') ?? '';
  throw new LithifyError('outputs', `${whose} runs a stack without the output ${name}; it is another version of lithify.`);
};

/** What of the flags says where the stack is. */
export type PlaceFlags = Pick<
  CommandContext,
  'endpoint' | 'stack' | 'stackGiven' | 'aws' | 'projectDirectory' | 'readInput' | 'wallMillis'
>;

const toHost = async (flags: PlaceFlags): Promise<Connection> => {
  const { description } = await describedHost(flags);
  const { stack, region, clock, now, outputs } = description;
  const place = { stack, region, clock, now, outputs };
  return new Connection(place, outputsOf(outputs, `the host at ${flags.endpoint}`), flags.endpoint, flags.wallMillis);
};

const toAws = async (flags: PlaceFlags): Promise<Connection> => {
  const { wallMillis, stack } = flags;
  const deployed = await deployedStack(flags);
  const { region, outputs } = deployed;
  const checked = outputsOf(outputs, 'AWS');
  await checkAccount(deployed);
  const place = { stack, region, clock: 'wall' as const, now: new Date(wallMillis()).toISOString(), outputs };
  return new Connection(place, checked, undefined, wallMillis);
};

/** Runs `work` with the services of the stack that the flags name: on an embedded host, or on AWS. */
export const connected = async <T>(flags: PlaceFlags, work: (connection: Connection) => Promise<T>): Promise<T> => {
  const connection = flags.aws === undefined ? await toHost(flags) : await toAws(flags);
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
};
