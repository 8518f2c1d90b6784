import { AthenaClient } from '@aws-sdk/client-athena';
import { GetPartitionsCommand, GlueClient } from '@aws-sdk/client-glue';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient, type ExecutionListItem } from '@aws-sdk/client-sfn';
import { join } from 'node:path';
import { feedNamed } from '../../contracts/feeds';
import { curatedPrefix, errorsPrefix, keyOfUri, rawPrefix, reportKey, runsPrefix } from '../../contracts/lake';
import { LithifyError } from '../../contracts/errors';
import { dayOf, type Day, type DayOptions } from '../../corpora/day';
import type { Host } from '../../local/host-types';
import { reportSchema, type Report } from '../../workflows/documents';
import { identifier } from '../../workflows/sql';
import { countQueries, costOf, plainRows, runQuery } from './athena';
import { audit, type CuratedKey } from './audit';
import { totalsOf } from './lake-files';
import { play } from './player';
import { demoQueries } from './queries';
import type { DemoResult, QueryCost } from './result';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** After its last record a day's delivery is over: one read, the transform's buffer, the longest delivery buffer. */
const DELIVERY_MILLIS = 20 * 60_000;
const TABLE = 'events';

export interface DemoOptions extends Omit<DayOptions, 'startMillis'> {
  readonly stack: string;
}

/** What is told while it happens. */
export interface Teller {
  /** Something is under way: `done` of `total`. */
  progress(what: string, done: number, total: number): void;
  /** A part of the story is over. */
  chapter(text: string): void;
}

interface Outputs {
  readonly streamName: string;
  readonly bucket: string;
  readonly database: string;
  readonly rawTable: string;
  readonly curatedTable: string;
  readonly workgroup: string;
  readonly compactionWorkgroup: string;
  readonly stateMachineArn: string;
}

/** Plays a day, lets the schedule compact it, and audits the result. The host must run on a manual clock that stands at the day's start. */
export const runDemo = async (options: DemoOptions, host: Host, dataDir: string, teller: Teller): Promise<DemoResult> => {
  const outputs = host.outputs as unknown as Outputs;
  const client = {
    endpoint: host.endpoint,
    region: host.region,
    credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' },
  };
  const clients = {
    kinesis: new KinesisClient(client),
    athena: new AthenaClient(client),
    s3: new S3Client({ ...client, forcePathStyle: true }),
    glue: new GlueClient(client),
    executions: new SFNClient(client),
  };
  const startMillis = host.now();
  const day = dayOf({ ...options, startMillis });
  const advanceTo = async (millis: number): Promise<void> => {
    if (millis > host.now()) await host.advance(millis - host.now());
  };
  const lakeFolder = join(dataDir, 's3', outputs.bucket);
  try {
    const acknowledged = await play({
      day,
      client: clients.kinesis,
      streamName: outputs.streamName,
      seed: options.seed,
      advanceTo,
      onProgress: (done) => teller.progress('events arrive', done, day.counts.records),
    });
    if (acknowledged !== day.counts.records)
      throw new LithifyError('produce', `${acknowledged} of ${day.counts.records} records were acknowledged`);
    await advanceTo(day.endMillis + DELIVERY_MILLIS);

    const raw = await totalsOf(join(lakeFolder, rawPrefix(feedNamed(TABLE))));
    const errors = await totalsOf(join(lakeFolder, errorsPrefix(TABLE)));
    teller.chapter(
      `raw: ${raw.objects} objects hold ${raw.lines} records; ${errors.lines} records could not be used and lie under errors/`,
    );

    const subject = busiest(day);
    const queries = demoQueries(subject.eventType, subject.createdDate);
    const ask = async (table: string): Promise<QueryCost[]> => {
      const costs: QueryCost[] = [];
      for (const query of queries) {
        const execution = await runQuery(clients.athena, query.on(table), outputs.workgroup, outputs.database);
        costs.push(costOf(execution, host.objectsOpened(execution.QueryExecutionId ?? '')));
      }
      return costs;
    };
    const before = await ask(outputs.rawTable);

    const night = Math.floor((day.endMillis - 1) / DAY) * DAY + DAY;
    const started = performance.now();
    teller.progress('the nightly run', 0, 1);
    await advanceTo(night + 3 * HOUR);
    const wallMillis = Math.round(performance.now() - started);
    const nights = await finished(clients.executions, outputs.stateMachineArn);
    const last = nights.at(-1);
    if (last === undefined)
      throw new LithifyError('schedule', `the schedule of stack ${options.stack} started no run; is compaction.enabled set?`);
    const reports = await reportsOf(clients.s3, outputs.bucket);
    const add = (of: (report: Report) => number): number => reports.reduce((sum, report) => sum + of(report), 0);
    teller.chapter(
      `night: ${add(({ partitions }) => partitions)} partitions rewritten in ${add(({ batches }) => batches)} batches, ${add(({ lines }) => lines.duplicates)} copies merged`,
    );

    const after = await ask(outputs.curatedTable);
    const curated = await curatedTotals(clients, outputs);

    const queriesBefore = await countQueries(clients.athena, outputs.compactionWorkgroup);
    await advanceTo(night + DAY + 3 * HOUR);
    const second = (await finished(clients.executions, outputs.stateMachineArn)).at(-1);
    const queriesStarted = (await countQueries(clients.athena, outputs.compactionWorkgroup)) - queriesBefore;
    teller.chapter(`second night: nothing new, ${queriesStarted} queries started`);

    teller.progress('audit', 0, 1);
    const checks = await audit(day.truth(), curatedKeys(clients, outputs));
    return {
      produced: day.counts,
      raw: { objects: raw.objects, bytes: raw.bytes, rows: raw.lines },
      gathered: { objects: add(({ gathered }) => gathered.objects), bytes: add(({ gathered }) => gathered.bytes) },
      errors: { objects: errors.objects, records: errors.lines },
      compaction: {
        executionArn: last.executionArn ?? '',
        status: nights.every(({ status }) => status === 'SUCCEEDED')
          ? 'SUCCEEDED'
          : (nights.find(({ status }) => status !== 'SUCCEEDED')?.status ?? ''),
        partitions: add(({ partitions }) => partitions),
        batches: add(({ batches }) => batches),
        unreadable: add(({ unreadable }) => unreadable.length),
        bytesScanned: add(({ bytesScanned }) => bytesScanned),
        dollars: add(({ dollars }) => dollars),
        wallMillis,
      },
      curated,
      checks,
      dataDir,
      queries: queries.map((query, index) => ({
        name: query.name,
        sql: query.on(outputs.curatedTable),
        before: before[index]!,
        after: after[index]!,
      })),
      secondRun: { status: second?.executionArn === last.executionArn ? 'NOT_STARTED' : (second?.status ?? ''), queriesStarted },
    };
  } finally {
    for (const each of Object.values(clients)) each.destroy();
  }
};

/** The type and date of most on-time events: what the queries ask about. */
const busiest = (day: Day): { readonly eventType: string; readonly createdDate: string } => {
  const counts = new Map<string, { eventType: string; createdDate: string; events: number }>();
  for (const { eventType, createdDate, late } of day.truth()) {
    if (late) continue;
    const key = `${eventType}/${createdDate}`;
    const entry = counts.get(key) ?? { eventType, createdDate, events: 0 };
    entry.events++;
    counts.set(key, entry);
  }
  const best = [...counts.values()].reduce<{ eventType: string; createdDate: string; events: number } | undefined>(
    (most, entry) => (most === undefined || entry.events > most.events ? entry : most),
    undefined,
  );
  return best ?? { eventType: day.eventTypes[0] ?? 'none', createdDate: new Date(day.startMillis).toISOString().slice(0, 10) };
};

/** Executions of the machine that ended, oldest first. */
const finished = async (client: SFNClient, stateMachineArn: string): Promise<readonly ExecutionListItem[]> => {
  for (let wait = 5; ; wait = Math.min(500, wait * 1.5)) {
    const executions: ExecutionListItem[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListExecutionsCommand({ stateMachineArn, ...(token === undefined ? {} : { nextToken: token }) }),
      );
      executions.push(...(page.executions ?? []));
      token = page.nextToken;
    } while (token !== undefined);
    const running = executions.filter(({ status }) => status === 'RUNNING');
    if (running.length === 0) {
      const failed = executions.find(({ status }) => status !== 'SUCCEEDED');
      if (failed !== undefined) {
        const { error, cause } = await client.send(new DescribeExecutionCommand({ executionArn: failed.executionArn }));
        throw new LithifyError('run', `the nightly run ${failed.name} ended as ${failed.status}: ${error}: ${cause}`);
      }
      return executions.sort((left, right) => Number(left.startDate) - Number(right.startDate));
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
};

async function* keysUnder(
  s3: S3Client,
  bucket: string,
  prefix: string,
): AsyncGenerator<{ readonly key: string; readonly bytes: number }> {
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(token === undefined ? {} : { ContinuationToken: token }) }),
    );
    for (const { Key, Size } of page.Contents ?? []) yield { key: Key ?? '', bytes: Size ?? 0 };
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

const reportsOf = async (s3: S3Client, bucket: string): Promise<readonly Report[]> => {
  const reports: Report[] = [];
  for await (const { key } of keysUnder(s3, bucket, runsPrefix(TABLE))) {
    const run = key.slice(runsPrefix(TABLE).length).split('/')[0] ?? '';
    if (key !== reportKey(TABLE, run)) continue;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    reports.push(reportSchema.parse(JSON.parse((await Body?.transformToString()) ?? '')));
  }
  return reports;
};

const curatedTotals = async (
  { glue, s3, athena }: { readonly glue: GlueClient; readonly s3: S3Client; readonly athena: AthenaClient },
  outputs: Outputs,
): Promise<DemoResult['curated']> => {
  const locations = new Set<string>();
  let token: string | undefined;
  do {
    const page = await glue.send(
      new GetPartitionsCommand({
        DatabaseName: outputs.database,
        TableName: outputs.curatedTable,
        ...(token === undefined ? {} : { NextToken: token }),
      }),
    );
    for (const { StorageDescriptor } of page.Partitions ?? [])
      locations.add(keyOfUri(outputs.bucket, StorageDescriptor?.Location ?? '') ?? '');
    token = page.NextToken;
  } while (token !== undefined);
  let [objects, bytes] = [0, 0];
  for await (const object of keysUnder(s3, outputs.bucket, curatedPrefix(TABLE))) {
    if (!locations.has(object.key.slice(0, object.key.lastIndexOf('/') + 1))) continue;
    objects++;
    bytes += object.bytes;
  }
  const counted = await runQuery(
    athena,
    `SELECT count(*) AS row_count FROM ${identifier(outputs.curatedTable)}`,
    outputs.workgroup,
    outputs.database,
  );
  let rows = 0;
  for await (const [count] of plainRows(s3, counted)) rows = Number(count);
  return { objects, bytes, rows, partitions: locations.size };
};

async function* curatedKeys(
  { athena, s3 }: { readonly athena: AthenaClient; readonly s3: S3Client },
  outputs: Outputs,
): AsyncGenerator<CuratedKey> {
  const sql = `SELECT event_type, created_date, event_uuid, created_datetime FROM ${identifier(outputs.curatedTable)}`;
  for await (const [eventType = '', createdDate = '', eventUuid = '', createdDatetime = ''] of plainRows(
    s3,
    await runQuery(athena, sql, outputs.workgroup, outputs.database),
  ))
    yield { eventType, createdDate, eventUuid, createdDatetime };
}
