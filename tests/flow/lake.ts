import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AthenaClient, GetQueryResultsCommand } from '@aws-sdk/client-athena';
import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  type DescribeExecutionCommandOutput,
} from '@aws-sdk/client-sfn';
import { runQuery } from '../../cli/demo/athena';
import { runPrefix, reportKey, planKey } from '../../contracts/lake';
import type { Graph } from '../../local/graph';
import { startHost } from '../../local/host';
import type { Host, HostOptions } from '../../local/host-types';
import type { Interceptor } from '../../local/interceptor';
import { WarmEnvironments } from '../../local/stand-ins/function/warm-environments';
import type { Transition } from '../../local/stand-ins/state-machine/integrations';
import { planSchema, reportSchema, type Plan, type Report } from '../../workflows/documents';
import { programGraph } from '../graphs';

export const PROJECT = join(__dirname, '..', '..');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const START = Date.parse('2026-11-02T00:00:00.000Z');

/** A producer's event; `created_at` in seconds. */
export const event = (
  uuid: number,
  name: string,
  createdAt: number | string,
  rest: Readonly<Record<string, unknown>> = {},
): string =>
  JSON.stringify({
    event_uuid: `00000000-0000-4000-8000-${String(uuid).padStart(12, '0')}`,
    event_name: name,
    created_at: createdAt,
    ...rest,
  });

/** Nights without the runs of the other feeds, which have nothing to do in most tests and take their time. */
export const scheduledAlone =
  (...feeds: readonly string[]) =>
  (graph: Graph): Graph => ({
    ...graph,
    resources: graph.resources.map((resource) =>
      resource.type === 'aws:scheduler/schedule:Schedule' &&
      resource.name.startsWith('compaction') &&
      !feeds.some((feed) => resource.name === (feed === 'events' ? 'compaction' : `compaction-${feed}`))
        ? { ...resource, inputs: { ...resource.inputs, state: 'DISABLED' } }
        : resource,
    ),
  });

export const eventsAlone = scheduledAlone('events');

/**
 * Hosts of one test file listen, one after another, on the port that the first one got, so that the functions stay warm from one to the
 * next, as those of AWS do: loading the SDK in each is most of what a short test costs.
 */
const warm = new WarmEnvironments();
let port = 0;
// One fault point is played outside of jest as well (tests/faults/run.ts).
if (typeof afterAll === 'function') afterAll(() => warm.close());

/** The dev stack on a manual clock. */
export const openHost = async (
  dataDirectory: string,
  onTransition: (transition: Transition) => void = () => undefined,
  intercept?: Interceptor,
  change: (graph: Graph) => Graph = eventsAlone,
  rest: Partial<HostOptions> = {},
): Promise<Host> => {
  const graph = change(rest.graph ?? (await programGraph('dev')));
  const open = (on: number): Promise<Host> =>
    startHost({
      stack: 'dev',
      projectDirectory: PROJECT,
      dataDirectory,
      port: on,
      clock: 'manual',
      startMillis: START,
      onTransition,
      functions: { environments: 24, warm },
      ...(intercept === undefined ? {} : { intercept }),
      ...rest,
      graph,
    });
  if (rest.port !== undefined || port === 0) {
    const host = await open(0);
    port = Number(new URL(host.endpoint).port);
    return host;
  }
  return open(port).catch((thrown: Error) => {
    // Another host of this test still listens there, or a stranger does by now.
    if (!/^Port \d+ of 127\.0\.0\.1 is in use/.test(thrown.message)) throw thrown;
    return open(0);
  });
};

interface FeedNames {
  readonly streamName?: string;
  readonly deliveryStreamName: string;
  readonly directDeliveryStreamName?: string;
}

/** The embedded host with the clients that a test drives it by: the deployed program, handlers, state machine and SQL. */
export class Lake {
  readonly #kinesis: KinesisClient;
  readonly #athena: AthenaClient;
  readonly #firehose: FirehoseClient;
  readonly s3: S3Client;
  readonly executions: SFNClient;

  private constructor(
    readonly host: Host,
    readonly dataDir: string,
  ) {
    const client = {
      endpoint: host.endpoint,
      region: host.region,
      credentials: { accessKeyId: 'operator', secretAccessKey: 'x' },
    };
    this.#kinesis = new KinesisClient(client);
    this.#athena = new AthenaClient(client);
    this.#firehose = new FirehoseClient(client);
    this.s3 = new S3Client(client);
    this.executions = new SFNClient(client);
  }

  static async open(
    dataDir = mkdtempSync(join(tmpdir(), 'lithify-flow-')),
    onTransition?: (transition: Transition) => void,
    intercept?: Interceptor,
    change?: (graph: Graph) => Graph,
    rest?: Partial<HostOptions>,
  ): Promise<Lake> {
    const host = await openHost(dataDir, onTransition, intercept, change, rest);
    return new Lake(host, dataDir);
  }

  async close(): Promise<void> {
    for (const client of [this.#kinesis, this.#athena, this.#firehose, this.s3, this.executions]) client.destroy();
    await this.host.close();
  }

  async remove(): Promise<void> {
    await this.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  get bucket(): string {
    return String(this.host.outputs['bucket']);
  }

  fileOf(key: string): string {
    return join(this.dataDir, 's3', this.bucket, key);
  }

  /** Puts records on the stream of `events`: texts, or bytes that are none. */
  async put(...records: readonly (string | Uint8Array)[]): Promise<void> {
    const answer = await this.#kinesis.send(
      new PutRecordsCommand({
        StreamName: String(this.host.outputs['streamName']),
        Records: records.map((data, index) => ({
          Data: typeof data === 'string' ? Buffer.from(data) : data,
          PartitionKey: String(index),
        })),
      }),
    );
    if (answer.FailedRecordCount !== 0) throw new Error(`${answer.FailedRecordCount} records failed`);
  }

  /** Puts records on the stream of a feed. */
  async putOn(feed: string, ...records: readonly string[]): Promise<void> {
    const answer = await this.#kinesis.send(
      new PutRecordsCommand({
        StreamName: this.feed(feed).streamName!,
        Records: records.map((data, index) => ({ Data: Buffer.from(data), PartitionKey: String(index) })),
      }),
    );
    if (answer.FailedRecordCount !== 0) throw new Error(`${answer.FailedRecordCount} records failed`);
  }

  /** Puts records on a delivery stream, without a stream before it. */
  async putDirectly(deliveryStreamName: string, ...records: readonly string[]): Promise<void> {
    const answer = await this.#firehose.send(
      new PutRecordBatchCommand({
        DeliveryStreamName: deliveryStreamName,
        Records: records.map((data) => ({ Data: Buffer.from(data) })),
      }),
    );
    if (answer.FailedPutCount !== 0) throw new Error(`${answer.FailedPutCount} records failed`);
  }

  /** The names of one feed, as the stack tells them. */
  feed(name: string): FeedNames {
    return (this.host.outputs['feeds'] as Readonly<Record<string, FeedNames>>)[name]!;
  }

  /** Time passes until what was put is delivered. */
  deliver(): Promise<void> {
    return this.host.advance(20 * 60_000);
  }

  /** Time passes over the next scheduled run, up to 03:00 of the next day. */
  async night(): Promise<void> {
    const midnight = Math.floor(this.host.now() / DAY) * DAY + DAY;
    await this.host.advance(midnight + 3 * HOUR - this.host.now());
  }

  async compact(input: object = {}): Promise<DescribeExecutionCommandOutput> {
    const { executionArn } = await this.executions.send(
      new StartExecutionCommand({ stateMachineArn: String(this.host.outputs['stateMachineArn']), input: JSON.stringify(input) }),
    );
    // Time passes only where the run waits for it.
    await this.host.advance(1_000);
    return this.executions.send(new DescribeExecutionCommand({ executionArn }));
  }

  async keys(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.s3.send(
        new ListObjectsV2Command({
          Bucket: this.bucket,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return keys;
  }

  async write(key: string, body: string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body }));
  }

  async json(key: string): Promise<unknown> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    return JSON.parse((await Body?.transformToString()) ?? 'null');
  }

  async runs(feed = 'events'): Promise<string[]> {
    const root = `runs/${feed}/`;
    return [...new Set((await this.keys(root)).map((key) => key.slice(root.length).split('/')[0] ?? ''))].sort();
  }

  async report(run?: string, feed = 'events'): Promise<Report> {
    const id = run ?? (await this.runs(feed)).at(-1) ?? '';
    return reportSchema.parse(await this.json(reportKey(feed, id)));
  }

  async plan(run?: string): Promise<Plan> {
    const id = run ?? (await this.runs()).at(-1) ?? '';
    return planSchema.parse(await this.json(planKey('events', id)));
  }

  runFolder(run: string): string {
    return runPrefix('events', run);
  }

  /** Rows of a query as texts, NULL as null. */
  async rows(sql: string, workgroup = String(this.host.outputs['workgroup'])): Promise<(string | null)[][]> {
    const execution = await runQuery(this.#athena, sql, workgroup, String(this.host.outputs['database']));
    const { ResultSet } = await this.#athena.send(new GetQueryResultsCommand({ QueryExecutionId: execution.QueryExecutionId }));
    return (ResultSet?.Rows ?? []).slice(1).map(({ Data }) => (Data ?? []).map(({ VarCharValue }) => VarCharValue ?? null));
  }
}
