import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { newObjects, type ListedLake } from './listed-lake';

/** What planning so many objects took. */
export interface Planned {
  readonly objects: number;
  readonly partitions: number;
  readonly newObjects: number;
  /** Wall and processor time of the planner, all rounds. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMebibytes: number;
  /** Seconds of each round. */
  readonly rounds: readonly number[];
  readonly lists: number;
  readonly gets: number;
  readonly puts: number;
  readonly putBytes: number;
  readonly catalogCalls: number;
}

const TYPES = 100;
const DATES = 100;
/** What a function of 1,769 MB leaves to V8. */
const HEAP = '--max-old-space-size=1400';
const TSX = join(__dirname, '..', 'node_modules', '.bin', 'tsx');

/** The deployed planner against S3 and Glue on the wire, over a lake of 10,000 partitions. */
export const planOf = async (objects: number): Promise<Planned> => {
  const lake: ListedLake = {
    types: TYPES,
    dates: DATES,
    objectsPerPartition: Math.max(1, Math.round(objects / (TYPES * DATES))),
  };
  const server = spawn(
    TSX,
    [join(__dirname, 'listing-server.ts'), ...[lake.types, lake.dates, lake.objectsPerPartition].map(String)],
    {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    },
  );
  try {
    const endpoint = `http://127.0.0.1:${await firstLine(server)}`;
    const planner = spawn(TSX, [HEAP, join(__dirname, 'plan-run.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'bench',
        AWS_SECRET_ACCESS_KEY: 'bench',
        NODE_NO_WARNINGS: '1',
        LAKE_BUCKET: 'lake',
        DATABASE: 'lake',
        POLICY: JSON.stringify({}),
      },
    });
    const lines: string[] = [];
    createInterface({ input: planner.stdout }).on('line', (line) => lines.push(line));
    const [code] = (await once(planner, 'close')) as [number | null];
    if (code !== 0) throw new Error(`the planner ended with ${code}`);
    const stats = (await (await fetch(`${endpoint}/stats`)).json()) as Pick<
      Planned,
      'lists' | 'gets' | 'puts' | 'putBytes' | 'catalogCalls'
    >;
    const measured = JSON.parse(lines.at(-1) ?? '') as Pick<Planned, 'seconds' | 'cpuSeconds' | 'peakMebibytes' | 'rounds'>;
    const partitions = lake.types * lake.dates;
    return { objects: partitions * lake.objectsPerPartition, partitions, newObjects: newObjects(lake), ...measured, ...stats };
  } finally {
    server.disconnect();
    server.kill();
  }
};

const firstLine = async (child: ChildProcess): Promise<string> => {
  for await (const line of createInterface({ input: child.stdout! })) return line;
  throw new Error('the listing server said nothing');
};
