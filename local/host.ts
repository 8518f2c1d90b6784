import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { UsageError } from '../contracts/errors';
import { AwsError } from './aws-error';
import { operator } from './caller';
import { holding, ManualClock, WallClock } from './clock';
import { claimDataDirectory } from './data-directory';
import type { AdminHandler } from './endpoint/admin';
import { startEndpoint } from './endpoint/endpoint';
import type { Interception } from './endpoint/intercepting';
import { bundleOf, filesOf } from './function-code';
import { resourcesOf, type Graph } from './graph';
import { interceptedIntegrations } from './machine-interception';
import type { Host, HostDescription, HostOptions, Page } from './host-types';
import { planHost } from './plan';
import { AthenaStandIn } from './stand-ins/athena/athena-stand-in';
import { s3Objects } from './stand-ins/athena/s3-objects';
import { athenaSettings } from './stand-ins/athena/settings';
import { CatalogStandIn } from './stand-ins/catalog/catalog-stand-in';
import { catalogSettings } from './stand-ins/catalog/settings';
import { DeliveryStandIn } from './stand-ins/delivery/delivery-stand-in';
import { deliverySettings } from './stand-ins/delivery/settings';
import { EventSourceStandIn } from './stand-ins/event-source/event-source-stand-in';
import { mappingSettings } from './stand-ins/event-source/settings';
import { FunctionHost } from './stand-ins/function/function-host';
import { Lifecycle } from './stand-ins/s3/lifecycle';
import { lifecycleRules } from './stand-ins/s3/lifecycle-settings';
import { HttpApiStandIn } from './stand-ins/http-api/http-api-stand-in';
import { httpApiSettings } from './stand-ins/http-api/settings';
import { MetricsStandIn } from './stand-ins/metrics/metrics-stand-in';
import { putProgramObjects } from './stand-ins/s3/program-objects';
import { s3Rest } from './stand-ins/s3/rest';
import { S3StandIn } from './stand-ins/s3/s3';
import { ScheduleStandIn } from './stand-ins/schedule/schedule-stand-in';
import { scheduleSettings } from './stand-ins/schedule/settings';
import type { Integrations } from './stand-ins/state-machine/integrations';
import { stateMachinesOf } from './stand-ins/state-machine/settings';
import { StateMachineStandIn } from './stand-ins/state-machine/stand-in';
import { StreamStandIn } from './stand-ins/stream/stream-stand-in';
import { streamSettings } from './stand-ins/stream/settings';
import { tableSettings } from './stand-ins/table/settings';
import { TableStandIn } from './stand-ins/table/table-stand-in';
import { TraceLog } from './trace';

const lazily = createRequire(__filename);

const BUCKET = 'aws:s3/bucket:Bucket';
const LIFECYCLE = 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration';
const OBJECT = 'aws:s3/bucketObjectv2:BucketObjectv2';
const ROLE = 'aws:iam/role:Role';
const FUNCTION = 'aws:lambda/function:Function';

/** Things to close, newest first; a failure to close one does not keep the others open. */
class Closing {
  readonly #closers: (() => unknown)[] = [];

  add<T extends { close(): unknown }>(part: T): T {
    this.#closers.unshift(() => part.close());
    return part;
  }

  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.splice(0)) {
      try {
        await close();
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'the host did not close cleanly');
  }
}

/**
 * Starts the embedded host: captures the program, plans, and opens one stand-in per kind of resource behind one loopback port.
 * Throws UsageError for what a person can mend: stack, config, data directory, port.
 */
export const startHost = async (options: HostOptions): Promise<Host> => {
  const claim = await claimDataDirectory(options.dataDirectory);
  const closing = new Closing();
  closing.add({ close: () => claim.release() });
  try {
    const graph = options.graph ?? (await captured(options));
    return await open(graph, claim.path, options, closing);
  } catch (thrown) {
    await closing.close();
    throw thrown;
  }
};

/**
 * Pulumi is loaded here alone: whoever brings a graph along does not wait for it. A `require` rather than `import()`: what compiles these
 * files on the fly leaves `import()` to Node, which cannot read them.
 */
const captured = ({ stack, projectDirectory, console }: HostOptions): Promise<Graph> => {
  const { capture } = lazily('./capture') as typeof import('./capture');
  return capture({ stack, projectDir: projectDirectory, ...(console === undefined ? {} : { console }) });
};

const open = async (graph: Graph, dataDir: string, options: HostOptions, closing: Closing): Promise<Host> => {
  const { accountId, region, stack, outputs } = graph;
  const { standIns } = planHost(graph);
  const manual = options.clock === 'manual' ? new ManualClock(startOf(dataDir, options.startMillis)) : undefined;
  const clock = manual ?? new WallClock();
  if (manual !== undefined) closing.add({ close: () => remember(dataDir, manual.now()) });
  const trace = new TraceLog();
  let url = '';

  const buckets = resourcesOf(graph, BUCKET).map(({ inputs }) => String(inputs['bucket']));
  const rules = lifecycleRules(resourcesOf(graph, LIFECYCLE));
  const s3 = closing.add(
    new S3StandIn({ dataDir, buckets, versioned: buckets, lifecycle: rules, clock, trace: trace.record, region, accountId }),
  );
  await putProgramObjects(s3, operator(accountId), resourcesOf(graph, OBJECT));
  closing.add(new Lifecycle({ s3, clock, trace: trace.record, dataDir, rules }));
  const catalog = closing.add(new CatalogStandIn({ settings: catalogSettings(graph), clock, dataDir }));
  const streams = closing.add(new StreamStandIn({ streams: standIns.stream.map(streamSettings), clock, dataDir, accountId }));
  const functions = closing.add(
    new FunctionHost({
      functions: resourcesOf(graph, FUNCTION),
      bundleOf,
      filesOf,
      endpointUrl: () => url,
      region,
      clock,
      dataDir,
      trace: trace.record,
      ...options.functions,
    }),
  );
  const delivery = closing.add(
    new DeliveryStandIn({
      deliveries: standIns.delivery.map(deliverySettings),
      clock,
      dataDir,
      region,
      accountId,
      streamWithArn: (arn) => streams.streamWithArn(arn),
      functions,
      sink: s3,
    }),
  );
  const eventSources = closing.add(
    new EventSourceStandIn({
      mappings: standIns['event-source'].map((resource) => mappingSettings(resource, graph)),
      clock,
      dataDir,
      region,
      streamWithArn: (arn) => streams.streamWithArn(arn),
      functions,
      sink: s3,
    }),
  );
  const athena = closing.add(
    await AthenaStandIn.open({
      settings: athenaSettings(graph),
      catalog,
      store: s3Objects(s3),
      clock,
      dataDir,
      ...(options.engine === undefined ? {} : { engine: options.engine }),
    }),
  );
  const integrations: Integrations = {
    invokeFunction: (caller, arn, payload, hold) => functions.invoke(caller, arn, payload, hold),
    athena: athena.service,
    waitForQuery: (id) => holding(clock, () => ended(athena, id)),
    glue: catalog.service,
    readObject: async (caller, bucket, key) => readFile((await s3.getObject(caller, { bucket, key })).path),
  };
  const machines = closing.add(
    new StateMachineStandIn({
      machines: stateMachinesOf(graph),
      clock,
      dataDirectory: dataDir,
      accountId,
      region,
      ...(options.onTransition === undefined ? {} : { onTransition: options.onTransition }),
      integrations:
        options.intercept === undefined ? integrations : interceptedIntegrations(integrations, options.intercept, clock),
    }),
  );
  const schedules = closing.add(
    new ScheduleStandIn({ settings: scheduleSettings(graph), clock, dataDir, machines, functions, trace: trace.record }),
  );
  const tables = closing.add(new TableStandIn({ tables: standIns.table.map(tableSettings), clock, dataDir }));

  const describe = (): HostDescription => ({
    endpoint: url,
    region,
    accountId,
    stack,
    clock: options.clock,
    now: new Date(clock.now()).toISOString(),
    outputs,
  });
  const advance = async (milliseconds: number): Promise<void> => {
    if (manual === undefined) throw new UsageError('time is advanced on a manual clock only; start the host with --clock manual');
    await manual.advance(milliseconds);
    remember(dataDir, manual.now());
  };
  const metrics = new MetricsStandIn({
    clock,
    arrivals: (kind, name) => (kind === 'stream' ? streams : delivery).arrivals(name),
  });
  const services = [streams, delivery, catalog, athena, machines, tables, metrics].map(({ service }) => service);
  const interception: Interception | undefined =
    options.intercept === undefined
      ? undefined
      : { intercept: options.intercept, clock, invocation: (token) => functions.invocationOf(token) };
  const endpoint = await startEndpoint({
    port: options.port,
    accountId,
    roles: resourcesOf(graph, ROLE).map(({ outputs: { arn } }) => String(arn)),
    services,
    restRoutes: [...schedules.routes, ...eventSources.routes],
    s3: s3Rest(s3, (thrown) => console.error(thrown), interception),
    ...(interception === undefined ? {} : { interception }),
    admin: admin(describe, advance, () => ({ deliveries: delivery.stats(), eventSources: eventSources.stats() })),
    trace: trace.record,
    clock,
  });
  closing.add(endpoint);
  url = endpoint.url;
  await athena.checkEngine(url);
  machines.resume();
  const pages: Page[] = [];
  for (const api of httpApiSettings(graph)) {
    const port = options.pagePort ?? 0;
    const page = closing.add(await HttpApiStandIn.open({ api, port, accountId, clock, dataDir, functions, trace: trace.record }));
    pages.push({ name: api.name, url: page.url, token: page.token() });
  }
  return {
    endpoint: url,
    region,
    accountId,
    clock: options.clock,
    graph,
    outputs,
    pages,
    now: () => clock.now(),
    advance,
    objectsOpened: (id) => athena.statisticsOf(id)?.objects ?? 0,
    call: async (name, operation, input) => {
      const run = services.find((service) => service.name === name)?.operations[operation];
      if (run === undefined) throw new AwsError('UnknownOperationException', `${name} has no operation ${operation}`);
      return run(input, operator(accountId));
    },
    close: () => closing.close(),
  };
};

/** A query takes no time on the host's clock, so its end is waited for on the wall's, with the host's held. */
const ended = async (athena: AthenaStandIn, queryExecutionId: string): Promise<void> => {
  while (['QUEUED', 'RUNNING'].includes(athena.statisticsOf(queryExecutionId)?.state ?? ''))
    await new Promise((resolve) => setTimeout(resolve, 5));
};

const admin =
  (describe: () => HostDescription, advance: (milliseconds: number) => Promise<void>, status: () => object): AdminHandler =>
  async ({ method, path, body }) => {
    if (method === 'GET' && path === 'host') return { status: 200, body: describe() };
    if (method === 'GET' && path === 'status') return { status: 200, body: status() };
    if (method === 'POST' && path === 'advance') {
      const milliseconds = body['milliseconds'];
      if (typeof milliseconds !== 'number' || !Number.isFinite(milliseconds) || milliseconds < 0)
        return {
          status: 400,
          body: { message: `milliseconds is ${JSON.stringify(milliseconds)}; allowed: a number, 0 or more` },
        };
      try {
        await advance(milliseconds);
      } catch (thrown) {
        if (thrown instanceof UsageError) return { status: 400, body: { message: thrown.message } };
        throw thrown;
      }
      return { status: 200, body: { now: describe().now } };
    }
    return { status: 404, body: { message: `there is no ${method} /_lithify/${path}` } };
  };

const clockFile = (dataDir: string): string => join(dataDir, 'clock.json');
const remember = (dataDir: string, now: number): void =>
  writeFileSync(clockFile(dataDir), JSON.stringify({ now: new Date(now).toISOString() }));

/** A manual clock goes on where it stood; in a fresh directory it starts where it is told, or at the wall's time. */
const startOf = (dataDir: string, startMillis: number | undefined): number => {
  if (!existsSync(clockFile(dataDir))) return startMillis ?? Date.now();
  const { now } = JSON.parse(readFileSync(clockFile(dataDir), 'utf8')) as { now: string };
  return Math.max(Date.parse(now), startMillis ?? 0);
};
