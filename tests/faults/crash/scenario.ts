import { gzipSync } from 'node:zlib';
import { CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { event, type Lake, START } from '../../flow/lake';
import type { Lakes } from './lake-under-test';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Nights begin ten minutes before the schedule does. */
const EVE = 20 * 60_000;

/** What one event must be in `events`: where it lies, and how often it arrived. */
export interface Expected {
  readonly eventType: string;
  readonly createdDate: string;
  readonly uuid: string;
  readonly copies: number;
}

/** Every event that was put, by the rules of the table and nothing else. */
export class Model {
  readonly #rows = new Map<string, { eventType: string; createdDate: string; uuid: string; copies: number }>();

  add(record: string): string {
    const { event_uuid: uuid, event_name: name, created_at: at } = JSON.parse(record) as Record<string, string | number>;
    const createdDate = new Date(Number(at) * 1000).toISOString().slice(0, 10);
    const eventType = String(name).split(':')[0] ?? '';
    const key = `${eventType} ${createdDate} ${uuid} ${at}`;
    const row = this.#rows.get(key) ?? { eventType, createdDate, uuid: String(uuid), copies: 0 };
    row.copies++;
    this.#rows.set(key, row);
    return record;
  }

  /** `type date uuid copies`, sorted. */
  rows(): readonly string[] {
    return [...this.#rows.values()]
      .map(({ eventType, createdDate, uuid, copies }) => `${eventType} ${createdDate} ${uuid} ${copies}`)
      .sort();
  }

  lines(): number {
    return [...this.#rows.values()].reduce((sum, { copies }) => sum + copies, 0);
  }
}

const second = (day: number, seconds: number): number => (START + day * DAY) / 1000 + seconds;
const rawFolder = (eventType: string, createdDate: string): string =>
  `raw/events/event_type=${eventType}/created_date=${createdDate}/`;

/** The line that the transform would have made of a record. */
const lineOf = (record: string): string => {
  const { created_at: at, event_name: name } = JSON.parse(record) as Record<string, string | number>;
  const [type, subtype] = String(name).split(':');
  const added = {
    created_datetime: new Date(Number(at) * 1000).toISOString(),
    event_type: type,
    event_subtype: subtype,
    ingested_at: '2026-11-04T05:00:00.000Z',
  };
  return `${JSON.stringify(added).slice(0, -1)},${record.slice(1)}\n`;
};

/** The object that no reader can make sense of. It stays where it is, in no ledger. */
export const UNREADABLE = `${rawFolder('beta', '2026-11-04')}broken.gz`;
const TODAY = '2026-11-04';

/**
 * A small lake with something of everything, on the eve of its fourth night: partitions that are new, that are rewritten for the
 * second time, copies of what is published, late objects, a rejected line, an object of somebody else's lines, an unreadable one,
 * things that the night's sweep is to delete, and the lock of an owner that is dead.
 */
export const prepare = async (lakes: Lakes, directory: string): Promise<Model> => {
  const model = new Model();
  const lake = await lakes.open(directory);
  const putAll = async (...records: string[]): Promise<void> => {
    await lake.put(...records.map((record) => model.add(record)));
  };
  const putByHand = (key: string, body: Buffer | string) =>
    lake.s3.send(new PutObjectCommand({ Bucket: lake.bucket, Key: key, Body: body }));
  const eveOf = (day: number): Promise<void> => lake.host.advance(START + day * DAY + EVE - lake.host.now());
  const alpha = (day: number, count: number, first: number): string[] =>
    Array.from({ length: count }, (_, index) => event(first + index, 'alpha:made', second(day, index)));

  try {
    // First day and night: one partition.
    await lake.host.advance(HOUR);
    await putAll(...alpha(0, 4, 100));
    await lake.deliver();
    await eveOf(1);
    // Second day: copies and news of the first, and a day of its own; a table that some client left behind.
    await lake.host.advance(2 * HOUR);
    await putAll(...alpha(0, 3, 100), ...alpha(0, 6, 104), ...alpha(1, 3, 200));
    await lake.deliver();
    await leaveTable(lake, 'tmp_events_left_behind');
    await eveOf(2);
    // Third day: the run under test has all of it to do.
    await lake.host.advance(2 * HOUR);
    await putAll(...alpha(1, 2, 200), ...alpha(1, 3, 210), ...alpha(2, 3, 300));
    await putAll(event(400, 'beta:seen', second(2, 5)), event(401, 'beta:seen', second(2, 6)));
    // Created days before they arrive: late. One of them is a copy of what the first night published.
    await putAll(event(500, 'gamma:late', second(-9, 1)), ...alpha(0, 1, 100), event(501, 'alpha:made', second(0, 77)));
    await lake.deliver();
    const byHand = [event(310, 'alpha:made', second(2, 50)), event(410, 'beta:seen', second(2, 51))];
    await putByHand(
      `${rawFolder('alpha', TODAY)}by-hand.gz`,
      gzipSync(byHand.map((record) => lineOf(model.add(record))).join('')),
    );
    const late = model.add(event(510, 'gamma:late', second(-9, 2)));
    await putByHand(`${rawFolder('late', 'late')}by-hand.gz`, gzipSync(`${lineOf(late)}this is no event\n`));
    await putByHand(UNREADABLE, 'not gzip at all');
    await eveOf(3);
    const [dead] = await executionsOf(lake);
    await putByHand(
      'locks/events.json',
      JSON.stringify({ owner: dead?.executionArn, run: 'dead', at: '2026-11-04T00:30:00.000Z', waitSeconds: 0 }),
    );
  } finally {
    await lake.close();
  }
  return model;
};

/** A lake that has settled, with news that no run has seen yet, right after the nightly run. */
export const prepareRebuild = async (lakes: Lakes, directory: string): Promise<Model> => {
  const model = await prepare(lakes, directory);
  const lake = await lakes.open(directory);
  try {
    await night(lake);
    await night(lake);
    const news = [
      event(600, 'alpha:made', second(4, 5)),
      event(100, 'alpha:made', second(0, 0)),
      event(601, 'delta:new', second(4, 6)),
    ];
    await lake.put(...news.map((record) => model.add(record)));
    await lake.deliver();
  } finally {
    await lake.close();
  }
  return model;
};

/** A rebuild of everything that somebody starts right after the nightly run, and the day after it. */
export const rebuildNight = async (lake: Lake): Promise<void> => {
  await lake.host.call('states', 'StartExecution', {
    stateMachineArn: String(lake.host.outputs['stateMachineArn']),
    input: JSON.stringify({ rebuild: true, full: true }),
  });
  await night(lake);
};

const leaveTable = async (lake: Lake, name: string): Promise<void> => {
  const glue = new GlueClient({
    endpoint: lake.host.endpoint,
    region: lake.host.region,
    credentials: { accessKeyId: 'operator', secretAccessKey: 'x' },
  });
  const StorageDescriptor = { Columns: [{ Name: 'a', Type: 'string' }] };
  await glue.send(
    new CreateTableCommand({
      DatabaseName: String(lake.host.outputs['database']),
      TableInput: { Name: name, StorageDescriptor },
    }),
  );
  glue.destroy();
};

/** Newest first. */
export const executionsOf = async (
  lake: Lake,
): Promise<readonly { readonly executionArn: string; readonly status: string; readonly startDate: number }[]> => {
  const { executions } = (await lake.host.call('states', 'ListExecutions', {
    stateMachineArn: String(lake.host.outputs['stateMachineArn']),
  })) as { executions: { executionArn: string; status: string; startDate: number }[] };
  return [...executions].sort((left, right) => right.startDate - left.startDate);
};

/** From one eve to the next: the night's run, whatever befalls it, and the day after. */
export const night = (lake: Lake): Promise<void> =>
  lake.host.advance(Math.floor(lake.host.now() / DAY) * DAY + DAY + EVE - lake.host.now());
