/**
 * A real Trino as the judge of the embedded engine: the days of both corpora and of every feed, and a rebuild, on both; then every
 * statement of the project on both lakes; then the corpus of an analyst. What differs without being refused fails. `-- --record` asks the
 * corpus alone, and writes what Trino answers to recorded.json, by which `npm test` checks the embedded engine where no Trino is at hand.
 *
 * Needs a tool that starts and stops a Trino: see tool.ts. Without one, or where it starts none in time, it says so and ends well.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { messageOf } from '../../contracts/errors';
import { capture } from '../../local/capture';
import type { Graph } from '../../local/graph';
import { startHost } from '../../local/host';
import type { EngineChoice, Host } from '../../local/host-types';
import { ask, prepare, type Answered } from './ask';
import { difference, problem } from './compare';
import { expressions, statements } from './corpus';
import { playEvents, playFeeds, rebuild, type Played } from './days';
import { emitted, KINDS } from './emitted';
import { targetOf } from './host-target';
import { RECORDED, recorded, recordOf, type Recording } from './recording';
import { startTrino, stopTrino, toolOf } from './tool';

const PROJECT = resolve(__dirname, '..', '..');
const START = Date.parse('2026-11-02T00:00:00.000Z');
/** What the corpus says of the time is said of this one. */
const CORPUS_TIME = Date.parse('2026-11-21T00:00:00.000Z');
/** A Trino that is not there after it is as good as none. */
const START_WITHIN = 300_000;
/** What Trino is asked at the same time. */
const AT_ONCE = 6;

const freePort = (): Promise<number> =>
  new Promise((resolvePort, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolvePort(port));
    });
  });

let failures = 0;
const check = (sentence: string, wrong: readonly string[] | boolean): void => {
  const holds = typeof wrong === 'boolean' ? wrong : wrong.length === 0;
  if (!holds) failures++;
  console.log(`${holds ? 'ok' : 'FAILED'}  ${sentence}`);
  if (typeof wrong !== 'boolean') for (const one of wrong) console.log(`  ${one}`);
};

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

interface Place {
  readonly name: string;
  readonly folder: string;
  readonly engine: EngineChoice;
  readonly port: number;
}

const opened = async <T>(graph: Graph, place: Place, at: number, work: (host: Host) => Promise<T>): Promise<T> => {
  const host = await startHost({
    stack: 'dev',
    projectDirectory: PROJECT,
    dataDirectory: place.folder,
    port: place.port,
    clock: 'manual',
    startMillis: at,
    graph,
    engine: place.engine,
  });
  try {
    return await work(host);
  } finally {
    await host.close();
  }
};

interface Lake {
  readonly days: readonly ((host: Host, folder: string) => Promise<Played>)[];
  /** Whether Trino reads what the embedded engine wrote as well, and not only the other way round. */
  readonly both: boolean;
}

/** What is played on each lake. */
const LAKES: Readonly<Record<string, Lake>> = {
  synthetic: {
    days: [
      (host, folder) => playEvents(host, folder, 'synthetic', 1_200),
      (host) => playFeeds(host, 60),
      (host, folder) => rebuild(host, folder, ['events', 'users', 'films']),
    ],
    both: true,
  },
  github: { days: [(host, folder) => playEvents(host, folder, 'github', 400)], both: false },
};

/** Plays the days of a lake; their checks must hold on either engine. */
const play = (graph: Graph, place: Place, { days }: Lake): Promise<void> =>
  opened(graph, place, START, async (host) => {
    for (const day of days) {
      const started = performance.now();
      const { what, wrong } = await day(host, place.folder);
      check(`on ${place.name}, ${what} (${seconds(started)})`, wrong);
    }
  });

/** Does some of it at the same time, each as soon as there is room. */
const atOnce = async <T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> => {
  const rest = all.values();
  const worker = async (): Promise<void> => {
    for (const one of rest) await work(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
};

/** The names of all statements of the project that were compared. */
const compared = new Set<string>();

/** Every statement of the project, on the same lake. */
const compareEmitted = async (lake: string, one: Host, other: Host): Promise<void> => {
  const began = performance.now();
  const wrong: string[] = [];
  const millis = { trino: 0, embedded: 0 };
  let count = 0;
  const [trino, embedded] = [targetOf(one), targetOf(other)];
  const database = String(one.outputs['database']);
  await atOnce(await emitted(one), async (sequence) => {
    for (const { name, sql, answers } of sequence) {
      count++;
      compared.add(name);
      const [theirs, ours] = await Promise.all([ask(trino, sql, database), ask(embedded, sql, database)]);
      millis.trino += theirs.millis;
      millis.embedded += ours.millis;
      const differs =
        'error' in theirs.answered
          ? `\n    fails on Trino: ${theirs.answered.error}`
          : answers === true && theirs.answered.rows.length === 0
            ? '\n    answers no row'
            : difference(sql, theirs.answered, ours.answered);
      if (differs !== undefined) wrong.push(`${name}${differs}`);
    }
  });
  const ratio = (millis.trino / Math.max(1, millis.embedded)).toFixed(1);
  check(
    `${count} statements of the project answer the same on ${lake} (Trino took ${ratio} times as long; ${seconds(began)})`,
    wrong,
  );
};

const copyOf = (folder: string): string => {
  const copy = `${folder}-copy`;
  cpSync(folder, copy, { recursive: true });
  return copy;
};

const compareOn = (graph: Graph, lake: string, trino: Place, embedded: Place): Promise<void> =>
  opened(graph, trino, START, (one) => opened(graph, embedded, START, (other) => compareEmitted(lake, one, other)));

const answersOf = async (host: Host): Promise<Recording> => {
  const target = targetOf(host);
  await prepare(target);
  const answers = new Map<string, Answered>();
  for (const { sql } of statements()) answers.set(sql, (await ask(target, sql)).answered);
  await atOnce(expressions(), async ({ sql }) => {
    answers.set(sql, (await ask(target, sql)).answered);
  });
  return answers;
};

/** Both engines at the corpus of an analyst, and what Trino answers at what is recorded. */
const compareCorpus = async (graph: Graph, trino: Place, embedded: Place, record: boolean): Promise<void> => {
  const asked = performance.now();
  const [theirs, ours] = await Promise.all([
    opened(graph, trino, CORPUS_TIME, answersOf),
    opened(graph, embedded, CORPUS_TIME, answersOf),
  ]);
  const entries = [...statements(), ...expressions()];
  const wrong = entries.flatMap((entry) => problem(entry, theirs.get(entry.sql)!, ours.get(entry.sql)!) ?? []);
  const refusals = entries.filter(({ refused }) => refused !== undefined).length;
  check(
    `${expressions().length} expressions and ${statements().length} statements: ${entries.length - refusals} answer the same, ${refusals} are refused (${seconds(asked)})`,
    wrong,
  );
  if (record) {
    writeFileSync(RECORDED, recordOf(entries, theirs));
    return;
  }
  const before = recorded();
  const stale = entries.flatMap(({ text, sql }) => {
    const then = before.get(text);
    const differs = then === undefined ? '\n    is not recorded' : difference(sql, then, theirs.get(sql)!);
    return differs === undefined ? [] : [`${text}${differs}`];
  });
  check('recorded.json has what Trino answers; `npm run test:trino -- --record` writes it anew', stale);
};

interface Engines {
  readonly graph: Graph;
  /** The place of a lake, by the lake's name. */
  readonly trino: (name: string) => Place;
  readonly embedded: (name: string) => Place;
}

/** All lakes on Trino; the embedded engine has played its own. */
const compareLakes = async ({ graph, trino, embedded }: Engines): Promise<void> => {
  for (const [name, lake] of Object.entries(LAKES)) {
    const [theirs, ours] = [trino(name), embedded(name)];
    await play(graph, theirs, lake);
    // Each reads a copy of what the other wrote.
    await compareOn(graph, `the ${name} lake of Trino`, theirs, { ...ours, folder: copyOf(theirs.folder) });
    if (lake.both)
      await compareOn(graph, `the ${name} lake of the embedded engine`, { ...theirs, folder: copyOf(ours.folder) }, ours);
  }
  const missing = KINDS.filter((kind) => ![...compared].some((name) => kind.test(name)));
  check('every kind of statement is among them', missing.map(String));
};

const main = async (path: string, record: boolean): Promise<void> => {
  const began = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'lithify-trino-'));
  const [hostPort, port] = [await freePort(), await freePort()];
  const trino = (name: string): Place => ({
    name: 'Trino',
    folder: join(folder, `${name}-trino`),
    engine: { kind: 'trino', url: `http://127.0.0.1:${port}` },
    port: hostPort,
  });
  const embedded = (name: string): Place => ({
    name: 'the embedded engine',
    folder: join(folder, `${name}-embedded`),
    engine: { kind: 'embedded' },
    port: 0,
  });
  const tool = { path, port, hostUrl: `http://127.0.0.1:${hostPort}` };
  // What needs no Trino is done while it starts.
  const starting = startTrino(tool, START_WITHIN);
  try {
    const graph = await capture({ stack: 'dev', projectDir: PROJECT });
    if (!record) for (const [name, lake] of Object.entries(LAKES)) await play(graph, embedded(name), lake);
    const missing = await starting;
    if (missing !== undefined) {
      console.log(`skipped: ${missing}`);
      return;
    }
    console.log(`ok  Trino answers at port ${port} (${seconds(began)})`);
    if (!record) await compareLakes({ graph, trino, embedded });
    await compareCorpus(graph, trino('corpus'), embedded('corpus'), record);
  } finally {
    await starting;
    stopTrino(tool);
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${failures === 0 ? 'everything holds' : `${failures} failed`} (${seconds(began)})`);
};

const found = toolOf(process.env);
if (found === undefined) console.log('skipped: no trino');
else
  main(found, process.argv.includes('--record')).then(
    () => process.exit(failures === 0 ? 0 : 1),
    (thrown: unknown) => {
      console.error(`FAILED  ${messageOf(thrown)}`);
      console.error(thrown);
      process.exit(1);
    },
  );
