import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_ACCOUNT_ID } from './capture';
import { ManualClock } from './clock';
import type { ParityName } from './parity';
import { AthenaStandIn } from './stand-ins/athena/athena-stand-in';
import { CatalogStandIn } from './stand-ins/catalog/catalog-stand-in';
import { DeliveryStandIn } from './stand-ins/delivery/delivery-stand-in';
import { MetricsStandIn } from './stand-ins/metrics/metrics-stand-in';
import { s3Operations } from './stand-ins/s3/rest';
import { EventSourceStandIn } from './stand-ins/event-source/event-source-stand-in';
import { ScheduleStandIn } from './stand-ins/schedule/schedule-stand-in';
import { StateMachineStandIn } from './stand-ins/state-machine/stand-in';
import { StreamStandIn } from './stand-ins/stream/stream-stand-in';
import { TableStandIn } from './stand-ins/table/table-stand-in';

/**
 * The operations that each stand-in answers, asked of stand-ins that are opened with nothing in them, in a folder that is gone
 * afterwards. A Lambda is not called over the wire.
 */
export const modelledOperations = async (): Promise<Readonly<Record<ParityName, readonly string[]>>> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lithify-parity-'));
  const clock = new ManualClock(0);
  const [accountId, region] = [LOCAL_ACCOUNT_ID, 'eu-west-1'];
  const stream = new StreamStandIn({ streams: [], clock, dataDir, accountId });
  const functions = { invoke: unused };
  const delivery = new DeliveryStandIn({
    deliveries: [],
    clock,
    dataDir,
    region,
    accountId,
    streamWithArn: () => undefined,
    functions,
    sink: { putObject: unused },
  });
  const catalog = new CatalogStandIn({ settings: { catalogId: accountId, databases: [], tables: [] }, clock, dataDir });
  const athena = await AthenaStandIn.open({
    settings: { accountId, workgroups: [], namedQueries: [] },
    clock,
    dataDir,
    catalog,
    store: { list: unused, find: unused, put: unused, adopt: unused },
  });
  const machines = new StateMachineStandIn({
    machines: [],
    clock,
    dataDirectory: dataDir,
    accountId,
    region,
    integrations: {
      invokeFunction: unused,
      athena: athena.service,
      waitForQuery: unused,
      glue: catalog.service,
      readObject: unused,
    },
  });
  const schedules = new ScheduleStandIn({
    settings: { accountId, region, schedules: [], groups: ['default'] },
    clock,
    dataDir,
    machines,
    functions,
  });
  const tables = new TableStandIn({ tables: [], clock, dataDir });
  const eventSources = new EventSourceStandIn({
    mappings: [],
    clock,
    dataDir,
    region,
    streamWithArn: () => undefined,
    functions: { invoke: unused },
    sink: { putObject: unused },
  });
  try {
    const of = ({ service }: { readonly service: { readonly operations: object } }): readonly string[] =>
      Object.keys(service.operations).sort();
    return {
      stream: of(stream),
      delivery: of(delivery),
      storage: [...s3Operations].sort(),
      function: [],
      catalog: of(catalog),
      athena: of(athena),
      'state-machine': of(machines),
      'event-source': eventSources.routes.map(({ name }) => name).sort(),
      schedule: schedules.routes.map(({ name }) => name).sort(),
      table: of(tables),
      'http-api': [],
      metrics: of(new MetricsStandIn({ clock, arrivals: () => undefined })),
      identity: ['GetCallerIdentity'],
    };
  } finally {
    tables.close();
    await eventSources.close();
    schedules.close();
    machines.close();
    await athena.close();
    catalog.close();
    await delivery.close();
    await stream.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
};

const unused = (): Promise<never> => Promise.reject(new Error('nothing is called here'));
