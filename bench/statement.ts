import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { AthenaClient, GetQueryExecutionCommand, StartQueryExecutionCommand } from '@aws-sdk/client-athena';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DuckDBInstance } from '@duckdb/node-api';
import { judgeLine } from '../contracts/event';
import { feedNamed } from '../contracts/feeds';
import { curatedAttemptPrefix, gatheredPrefix, partitionPath, type Partition, s3Uri, temporaryTable } from '../contracts/lake';
import { startHost } from '../local/host';
import { resourcesOf } from '../local/graph';
import { createStatement } from '../workflows/sql';
import { benchLines } from './judge';
import type { Benchmark } from './measurement';
import { byTurns, rateOf } from './measurement';
import { CHECKOUT } from './pipeline';

const EVENTS = 100_000;
const ROUNDS = 3;
const RUN = '20260102t003000z_bench';
const BATCH = 'b0001';
/** One CTAS opens at most a hundred writers, so one day of a hundred types is one batch. */
const DAY = '2026-01-01';
const FEED = feedNamed('events');

/** The compaction's own statement on the embedded engine, asked over the wire: gathered lines to de-duplicated Parquet. */
export const statementBenchmark: Benchmark = {
  name: 'statement',
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lithify-bench-statement-'));
    const host = await startHost({
      stack: 'dev',
      projectDirectory: CHECKOUT,
      dataDirectory: join(folder, 'host'),
      port: 0,
      clock: 'manual',
      startMillis: Date.UTC(2026, 0, 2),
    });
    const client = {
      endpoint: host.endpoint,
      region: host.region,
      credentials: { accessKeyId: 'bench', secretAccessKey: 'local' },
    };
    const athena = new AthenaClient(client);
    const s3 = new S3Client(client);
    try {
      const { lines, partitions } = gathered();
      const file = gzipSync(lines.map((line) => `${line}\n`).join(''), { level: 1 });
      const bucket = String(host.outputs['bucket']);
      const database = String(host.outputs['database']);
      const workgroup = unenforced(resourcesOf(host.graph, 'aws:athena/workgroup:Workgroup'));
      writeFileSync(join(folder, 'lines.gz'), file);
      let round = 0;
      const turns = await byTurns(
        ROUNDS,
        async () => {
          // An attempt writes where nothing is, under a name that nobody has.
          const attempt = `a${round++}`;
          const Key = `${gatheredPrefix(FEED.name, RUN, `${BATCH}-${attempt}`)}0000.gz`;
          await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: file }));
          const statement = createStatement({
            feed: FEED,
            database,
            table: temporaryTable(FEED.name, RUN, BATCH, attempt),
            location: s3Uri(bucket, curatedAttemptPrefix(FEED.name, RUN, BATCH, attempt)),
            run: RUN,
            batchAttempt: `${BATCH}-${attempt}`,
            bucketCount: 1,
            partitions,
            united: [],
          });
          return rateOf(lines.length, () => queried(athena, statement, workgroup));
        },
        () => rateOf(lines.length, () => plain(join(folder, 'lines.gz'), join(folder, `plain-${round}`))),
      );
      return [
        {
          name: 'statement',
          what: `the compaction's CTAS over ${lines.length} gathered lines of ${partitions.length} partitions`,
          unit: 'rows/s',
          rounds: turns.measured,
          reference: { what: 'the same in plain DuckDB, JSON functions of its own, GROUP BY', rounds: turns.reference },
        },
      ];
    } finally {
      athena.destroy();
      s3.destroy();
      await host.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const gathered = (): { readonly lines: readonly string[]; readonly partitions: readonly Partition[] } => {
  const lines: string[] = [];
  const partitions = new Map<string, Partition>();
  for (const line of benchLines(EVENTS, 0.05)) {
    const verdict = judgeLine(line);
    if (!verdict.ok || verdict.partition['created_date'] !== DAY) continue;
    lines.push(line);
    partitions.set(partitionPath(verdict.partition), verdict.partition);
  }
  return { lines, partitions: [...partitions.values()] };
};

/** The compaction's workgroup: a CTAS may not say where it writes in one that enforces its settings. */
const unenforced = (workgroups: ReturnType<typeof resourcesOf>): string => {
  const found = workgroups.find(({ inputs }) => {
    const configuration = inputs['configuration'] as { readonly enforceWorkgroupConfiguration?: boolean } | undefined;
    return configuration?.enforceWorkgroupConfiguration === false;
  });
  if (found === undefined) throw new Error('the program has no workgroup that leaves the location to the statement');
  return String(found.inputs['name']);
};

const queried = async (athena: AthenaClient, statement: string, workgroup: string): Promise<void> => {
  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({ QueryString: statement, WorkGroup: workgroup }),
  );
  for (;;) {
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    const { State, StateChangeReason } = QueryExecution?.Status ?? {};
    if (State === 'SUCCEEDED') return;
    if (State === 'FAILED' || State === 'CANCELLED') throw new Error(`the statement ${State}: ${StateChangeReason}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

const plain = async (file: string, folder: string): Promise<void> => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  const field = (name: string): string => `line->>'$.${name}'`;
  try {
    await connection.run(`COPY (
      SELECT event_uuid, created_datetime, event_type, substr(created_datetime, 1, 10) AS created_date,
        count(*) AS copies, arg_min(line, ingested_at) AS payload
      FROM (
        SELECT line, ${field('event_uuid')} AS event_uuid, ${field('created_datetime')} AS created_datetime,
          ${field('event_type')} AS event_type, ${field('ingested_at')} AS ingested_at
        FROM read_csv('${file}', columns = {'line': 'VARCHAR'}, header = false, auto_detect = false, delim = chr(30), quote = '', escape = '')
      )
      GROUP BY ALL
    ) TO '${folder}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (event_type, created_date))`);
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
};
