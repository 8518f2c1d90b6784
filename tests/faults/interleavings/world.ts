import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { EVENTS } from '../../../contracts/feeds';
import { latePartition, partitionOfValues, partitionPath, rawPartitionPrefix, type Partition } from '../../../contracts/lake';
import { AwsError } from '../../../local/aws-error';
import { operator, type Caller } from '../../../local/caller';
import { holding } from '../../../local/clock';
import { startEndpoint, type Endpoint } from '../../../local/endpoint/endpoint';
import { resourcesOf, type Graph } from '../../../local/graph';
import type { JsonService } from '../../../local/service';
import { AthenaStandIn } from '../../../local/stand-ins/athena/athena-stand-in';
import { s3Objects } from '../../../local/stand-ins/athena/s3-objects';
import { athenaSettings } from '../../../local/stand-ins/athena/settings';
import { CatalogStandIn } from '../../../local/stand-ins/catalog/catalog-stand-in';
import { catalogSettings } from '../../../local/stand-ins/catalog/settings';
import { MetricsStandIn } from '../../../local/stand-ins/metrics/metrics-stand-in';
import { s3Rest } from '../../../local/stand-ins/s3/rest';
import { S3StandIn } from '../../../local/stand-ins/s3/s3';
import type { Invocation as Answer } from '../../../local/stand-ins/state-machine/integrations';
import { stateMachinesOf } from '../../../local/stand-ins/state-machine/settings';
import { StateMachineStandIn } from '../../../local/stand-ins/state-machine/stand-in';
import type { Json } from '../../../workflows/asl';
import { programGraph } from '../../graphs';
import { gateCalls, loadFunctions } from './functions';
import { acting, Gate, type Actor, type Invocation } from './gate';
import { JumpingClock } from './jumping-clock';

const START = Date.parse('2026-11-02T00:00:00.000Z');
const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** An invocation that is under way, as the machine waits for it. */
interface Running {
  readonly actor: Actor & { readonly invocation: Invocation };
  /** The machine hears this; the function goes on. */
  readonly abandon: (reason: Error) => void;
}

/** What Step Functions hears of an invocation, before it begins: `undefined` lets it be. */
export type Dispatch = (name: string, functionName: string) => Error | undefined;

export interface EndedExecution {
  readonly status: string;
  readonly output: unknown;
  readonly error: string | undefined;
  readonly cause: string | undefined;
}

/**
 * The lake with the deployed state machine and SQL, and the functions' shells inside this process: the same calls as on the embedded
 * host, in a tenth of the time, each of them through the gate.
 */
export class World {
  gate = new Gate();
  /** Told of each invocation; the error that it answers is what the machine hears while the function goes on. */
  dispatch: Dispatch = () => undefined;
  readonly #running = new Set<Running>();
  #functions: Awaited<ReturnType<typeof loadFunctions>> = new Map();
  #advancing: Promise<void> | undefined;
  #executions = 0;

  private constructor(
    readonly graph: Graph,
    readonly clock: JumpingClock,
    readonly s3: S3StandIn,
    readonly catalog: CatalogStandIn,
    readonly athena: AthenaStandIn,
    private readonly directory: string,
    private readonly closers: (() => unknown)[],
  ) {
    this.operator = operator(graph.accountId);
    this.machine = new StateMachineStandIn({
      machines: stateMachinesOf(graph),
      clock,
      dataDirectory: directory,
      accountId: graph.accountId,
      region: graph.region,
      integrations: {
        invokeFunction: (_caller, arn, payload) => this.#invoke(arn, payload),
        athena: this.#gated(athena.service),
        waitForQuery: (id) => this.gate.pass(`Query ${id}`, () => holding(clock, () => this.#ended(id))),
        glue: this.#gated(catalog.service),
        readObject: (caller, bucket, key) =>
          this.gate.pass(`GetObject ${key}`, async () => readFile((await s3.getObject(caller, { bucket, key })).path)),
      },
    });
    this.closers.unshift(() => this.machine.close());
  }

  readonly operator: Caller;
  readonly machine: StateMachineStandIn;

  static async open(): Promise<World> {
    const graph = await programGraph('dev');
    const directory = mkdtempSync(join(tmpdir(), 'lithify-interleavings-'));
    const clock = new JumpingClock(START);
    const buckets = resourcesOf(graph, 'aws:s3/bucket:Bucket').map(({ inputs }) => String(inputs['bucket']));
    const { accountId, region } = graph;
    const trace = (): void => undefined;
    const s3 = new S3StandIn({ dataDir: directory, buckets, versioned: buckets, clock, trace, region, accountId });
    const catalog = new CatalogStandIn({ settings: catalogSettings(graph), clock, dataDir: directory });
    const athena = await AthenaStandIn.open({
      settings: athenaSettings(graph),
      catalog,
      store: s3Objects(s3),
      clock,
      dataDir: directory,
    });
    const world = new World(graph, clock, s3, catalog, athena, directory, [
      () => athena.close(),
      () => catalog.close(),
      () => s3.close(),
    ]);
    const endpoint: Endpoint = await startEndpoint({
      port: 0,
      accountId,
      roles: [],
      // Nothing comes by a stream here: what lies in raw was put there.
      services: [
        catalog.service,
        athena.service,
        world.machine.service,
        new MetricsStandIn({ clock, arrivals: () => [] }).service,
      ],
      restRoutes: [],
      s3: s3Rest(s3, (thrown) => console.error(thrown)),
      admin: () => Promise.resolve({ status: 404, body: {} }),
      trace,
      clock,
    });
    world.closers.unshift(() => endpoint.close());
    world.#functions = await loadFunctions(graph, endpoint.url);
    world.closers.unshift(gateCalls(() => world.gate));
    return world;
  }

  async close(): Promise<void> {
    for (const close of this.closers) await close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  get bucket(): string {
    return String(this.graph.outputs['bucket']);
  }

  get database(): string {
    return String(this.graph.outputs['database']);
  }

  /** Empties the lake for the next interleaving; time goes on from the next midnight but one. */
  async reset(): Promise<void> {
    await this.#endAll();
    this.gate = new Gate();
    this.dispatch = () => undefined;
    await this.pass(2 * DAY - (this.clock.now() % DAY));
    for (const bucket of this.s3.buckets)
      for await (const { key } of this.s3.listAll(this.operator, { bucket })) await this.remove(key, bucket);
    for (const { Values } of await this.partitions())
      await this.glue('DeletePartition', { TableName: 'events', PartitionValues: Values });
    for (const { Name } of await this.tables()) if (Name.startsWith('tmp_')) await this.glue('DeleteTable', { Name });
  }

  /** Ends what an interleaving that failed has left under way. */
  async #endAll(): Promise<void> {
    const { executions } = (await this.states('ListExecutions', {
      stateMachineArn: String(this.graph.outputs['stateMachineArn']),
      statusFilter: 'RUNNING',
    })) as { executions: readonly { readonly executionArn: string }[] };
    for (const { executionArn } of executions) await this.states('StopExecution', { executionArn });
    for (const running of [...this.#running]) this.#leave(running, new Error('the interleaving is over'));
    await this.gate.open();
    await this.gate.settle();
    await this.#advancing;
  }

  /** Starts an execution whose calls are an actor's. `gated`: they wait for the schedule. */
  start(actor: string, input: object = {}, gated = true): Promise<string> {
    if (gated) this.gate.close(actor);
    return acting.run({ name: actor, invocation: undefined }, async () => {
      const answer = (await this.states('StartExecution', {
        stateMachineArn: String(this.graph.outputs['stateMachineArn']),
        name: `${actor}-${++this.#executions}`.replace(/[^\w-]/g, '_'),
        input: JSON.stringify(input),
      })) as { executionArn: string };
      return answer.executionArn;
    });
  }

  /** Goes on with an ended execution as the same actor. */
  redrive(actor: string, executionArn: string): Promise<object> {
    return acting.run({ name: actor, invocation: undefined }, () => this.states('RedriveExecution', { executionArn }));
  }

  /** Ends an execution from outside. What its functions have under way goes on as `<actor>'s <function>`. */
  async abort(actor: string, executionArn: string): Promise<void> {
    await this.states('StopExecution', { executionArn });
    this.leaveBehind(actor, new Error('the execution was stopped'));
  }

  /** What an actor's functions have under way goes on by itself; the machine hears `reason` of it. */
  leaveBehind(actor: string, reason: Error): void {
    for (const running of [...this.#running]) if (running.actor.name === actor) this.#leave(running, reason);
  }

  async executionOf(executionArn: string): Promise<EndedExecution> {
    const { status, output, error, cause } = (await this.states('DescribeExecution', { executionArn })) as {
      status: string;
      output?: string;
      error?: string;
      cause?: string;
    };
    return { status, output: output === undefined ? undefined : (JSON.parse(output) as unknown), error, cause };
  }

  /** Lets time pass behind the back of the schedule: what comes due may stop at the gate. One such wait at a time. */
  tick(milliseconds: number): void {
    this.#advancing ??= this.clock.advance(milliseconds).finally(() => (this.#advancing = undefined));
  }

  /** Lets time pass, and all that comes due with it. */
  async pass(milliseconds: number): Promise<void> {
    await this.#advancing;
    await this.clock.advance(milliseconds);
  }

  /** A whole run that nothing disturbs. */
  async runUndisturbed(actor: string, input: object = {}): Promise<EndedExecution> {
    const arn = await this.start(actor, input, false);
    // The longest wait of a run is that for a predecessor.
    await this.pass(HOUR / 2);
    return this.executionOf(arn);
  }

  states(operation: string, input: Readonly<Record<string, unknown>>): Promise<object> {
    return this.#call(this.machine.service, operation, input);
  }

  glue(operation: string, input: Readonly<Record<string, unknown>>): Promise<object> {
    return this.#call(this.catalog.service, operation, { DatabaseName: this.database, ...input });
  }

  async partitions(): Promise<readonly RegisteredPartition[]> {
    const { Partitions } = (await this.glue('GetPartitions', { TableName: 'events' })) as {
      Partitions?: readonly RegisteredPartition[];
    };
    return Partitions ?? [];
  }

  async tables(): Promise<readonly { readonly Name: string }[]> {
    const { TableList } = (await this.glue('GetTables', {})) as { TableList?: readonly { Name: string }[] };
    return TableList ?? [];
  }

  async keys(prefix: string): Promise<readonly string[]> {
    const keys: string[] = [];
    for await (const { key } of this.s3.listAll(this.operator, { bucket: this.bucket, prefix })) keys.push(key);
    return keys;
  }

  bytesOf(key: string): Buffer {
    return readFileSync(this.s3.pathOf(this.bucket, key));
  }

  async put(key: string, body: string | Buffer): Promise<void> {
    await this.s3.putObject(this.operator, { bucket: this.bucket, key, body: Buffer.from(body) });
  }

  remove(key: string, bucket = this.bucket): Promise<void> {
    return this.s3.deleteObject(this.operator, { bucket, key });
  }

  /** A raw object as the delivery writes it: judged lines, gzip. */
  async deliver(partition: Partition, name: string, lines: readonly string[]): Promise<void> {
    await this.put(`${rawPartitionPrefix(EVENTS, partition)}${name}.gz`, gzipSync(lines.map((line) => `${line}\n`).join('')));
  }

  deliverLate(name: string, lines: readonly string[]): Promise<void> {
    return this.deliver(latePartition(EVENTS), name, lines);
  }

  /** Rows of a query as texts. */
  async rows(sql: string): Promise<readonly (readonly (string | undefined)[])[]> {
    const { QueryExecutionId } = (await this.#call(this.athena.service, 'StartQueryExecution', {
      QueryString: sql,
      WorkGroup: String(this.graph.outputs['workgroup']),
      QueryExecutionContext: { Database: this.database },
    })) as { QueryExecutionId: string };
    await this.#ended(QueryExecutionId);
    const { QueryExecution } = (await this.#call(this.athena.service, 'GetQueryExecution', { QueryExecutionId })) as {
      QueryExecution: { Status: { State: string; StateChangeReason?: string } };
    };
    if (QueryExecution.Status.State !== 'SUCCEEDED') throw new Error(QueryExecution.Status.StateChangeReason);
    const { ResultSet } = (await this.#call(this.athena.service, 'GetQueryResults', { QueryExecutionId })) as {
      ResultSet: { Rows: readonly { Data: readonly { VarCharValue?: string }[] }[] };
    };
    return ResultSet.Rows.slice(1).map(({ Data }) => Data.map(({ VarCharValue }) => VarCharValue));
  }

  async #call(service: JsonService, name: string, input: Readonly<Record<string, unknown>>): Promise<object> {
    const operation = service.operations[name];
    if (operation === undefined) throw new Error(`${service.name} has no ${name}`);
    return operation(input, this.operator);
  }

  /** What the state machine calls itself waits at the gate as well. */
  #gated(service: JsonService): JsonService {
    const operations = Object.entries(service.operations).map(([name, operation]): [string, typeof operation] => [
      name,
      (input, caller) => this.gate.pass(`${name} ${String(input['Name'] ?? '')}`.trim(), () => operation(input, caller)),
    ]);
    return { ...service, operations: Object.fromEntries(operations) };
  }

  async #ended(queryExecutionId: string): Promise<void> {
    while (['QUEUED', 'RUNNING'].includes(this.athena.statisticsOf(queryExecutionId)?.state ?? ''))
      await new Promise((wake) => setTimeout(wake, 1));
  }

  async #invoke(arn: string, payload: string): Promise<Answer> {
    const found = this.#functions.get(arn);
    if (found === undefined) throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
    const { name: functionName, handler } = found;
    const name = acting.getStore()?.name ?? 'somebody';
    const event = JSON.parse(payload) as unknown;
    const actor = { name, invocation: { functionName, event, waiting: 0, underWay: 0 } };
    const work = this.gate
      .invocation(actor, async () => JSON.parse(JSON.stringify(await handler(event))) as Json)
      .then(
        (answer): Answer => ({ payload: answer }),
        (thrown: unknown): Answer => ({
          payload: {
            errorType: thrown instanceof Error ? thrown.name : 'Error',
            errorMessage: thrown instanceof Error ? thrown.message : String(thrown),
          },
          functionError: 'Unhandled',
        }),
      );
    return new Promise<Answer>((answer, reject) => {
      const running: Running = { actor, abandon: reject };
      this.#running.add(running);
      void work.then((result) => {
        this.#running.delete(running);
        answer(result);
      });
      const told = this.dispatch(name, functionName);
      if (told !== undefined) this.#leave(running, told);
    });
  }

  #leave(running: Running, reason: Error): void {
    this.#running.delete(running);
    running.actor.name = `${running.actor.name}'s ${running.actor.invocation.functionName}`;
    this.gate.close(running.actor.name);
    running.abandon(reason);
  }
}

export interface RegisteredPartition {
  readonly Values: readonly string[];
  readonly StorageDescriptor: { readonly Location: string };
  readonly Parameters: Readonly<Record<string, string>>;
}

export const pathOfValues = (values: readonly string[]): string => partitionPath(partitionOfValues(EVENTS, values));
