/**
 * A real Trino as the judge of the embedded engine: the whole demo on both, then every statement of the project on both lakes, then the
 * corpus of an analyst. What differs without being refused fails. `-- --record` writes what Trino answers to recorded.json, by which
 * `npm test` checks the embedded engine where no Trino is at hand.
 *
 * Needs a tool that starts and stops a Trino: `<tool> start --glue URL --s3 URL --port N`, `<tool> stop --port N`; its path is in
 * LITHIFY_TRINO, or it is `trino` on PATH. Without one it says so and ends well.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { messageOf } from '../../contracts/errors';
import type { CorpusName } from '../../corpora/corpus';
import { passed } from '../../cli/demo/result';
import { runDemo } from '../../cli/demo/run';
import { capture } from '../../local/capture';
import type { Graph } from '../../local/graph';
import { startHost } from '../../local/host';
import type { EngineChoice, Host } from '../../local/host-types';
import { ask, prepare, type Answered } from './ask';
import { difference, problem } from './compare';
import { expressions, statements } from './corpus';
import { emitted } from './emitted';
import { targetOf } from './host-target';
import { RECORDED, recorded, recordOf, type Recording } from './recording';

const PROJECT = resolve(__dirname, '..', '..');
const START = Date.parse('2026-11-02T00:00:00.000Z');
/** What the corpus says of the time is said of this one. */
const CORPUS_TIME = Date.parse('2026-11-21T00:00:00.000Z');
/** Statements of the corpus that Trino runs at the same time. */
const AT_ONCE = 6;

const tool = ((): string | undefined => {
  const given = process.env['LITHIFY_TRINO'];
  if (given !== undefined && given !== '') return given;
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'trino'))
    .find((path) => existsSync(path));
})();

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

const DAYS: readonly { readonly corpus: CorpusName; readonly events: number }[] = [
  { corpus: 'synthetic', events: 1500 },
  { corpus: 'github', events: 600 },
];

/** Plays a day to its second night; the checks of the demo must hold on either engine. */
const play = (graph: Graph, place: Place, corpus: CorpusName, events: number): Promise<void> =>
  opened(graph, place, START, async (host) => {
    const started = performance.now();
    const day = { events, hours: 3, types: 40, duplicates: 0.05, late: 0.02, malformed: 0.01, seed: 7, corpus };
    const silent = { progress: () => undefined, chapter: () => undefined };
    const result = await runDemo({ ...day, stack: 'dev' }, host, place.folder, silent);
    check(
      `the ${corpus} day on ${place.name}: ${result.curated.rows} rows in ${result.curated.partitions} partitions, ${JSON.stringify(result.checks)} (${seconds(started)})`,
      passed(result) ? [] : [JSON.stringify(result)],
    );
  });

/** Every statement of the project, on the same lake. */
const compareEmitted = async (one: Host, other: Host): Promise<void> => {
  const wrong: string[] = [];
  const millis = { trino: 0, embedded: 0 };
  const all = await emitted(one);
  const [trino, embedded] = [targetOf(one), targetOf(other)];
  for (const { name, sql } of all) {
    const database = String(one.outputs['database']);
    const [theirs, ours] = [await ask(trino, sql, database), await ask(embedded, sql, database)];
    millis.trino += theirs.millis;
    millis.embedded += ours.millis;
    const differs =
      'error' in theirs.answered
        ? `\n    fails on Trino: ${theirs.answered.error}`
        : difference(sql, theirs.answered, ours.answered);
    if (differs !== undefined) wrong.push(`${name}${differs}`);
  }
  const ratio = (millis.trino / Math.max(1, millis.embedded)).toFixed(1);
  check(`${all.length} statements of the project answer the same (Trino took ${ratio} times as long)`, wrong);
};

const copyOf = (folder: string): string => {
  const copy = `${folder}-copy`;
  cpSync(folder, copy, { recursive: true });
  return copy;
};

const compared = (graph: Graph, trino: Place, embedded: Place): Promise<void> =>
  opened(graph, trino, START, (one) => opened(graph, embedded, START, (other) => compareEmitted(one, other)));

const answersOf = async (host: Host, atOnce: number): Promise<Recording> => {
  const target = targetOf(host);
  await prepare(target);
  const answers = new Map<string, Answered>();
  for (const { sql } of statements()) answers.set(sql, (await ask(target, sql)).answered);
  const rest = expressions().values();
  const one = async (): Promise<void> => {
    for (const { sql } of rest) answers.set(sql, (await ask(target, sql)).answered);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return answers;
};

const main = async (path: string, record: boolean): Promise<void> => {
  const began = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'lithify-trino-'));
  const [hostPort, trinoPort] = [await freePort(), await freePort()];
  const hostUrl = `http://127.0.0.1:${hostPort}`;
  const place = (name: string, folderName: string, trino: boolean): Place => ({
    name,
    folder: join(folder, folderName),
    engine: trino ? { kind: 'trino', url: `http://127.0.0.1:${trinoPort}` } : { kind: 'embedded' },
    port: trino ? hostPort : 0,
  });
  const start = spawn(path, ['start', '--glue', hostUrl, '--s3', hostUrl, '--port', String(trinoPort)], {
    env: { ...process.env, AWS_REGION: 'eu-west-1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise<number | null>((ended, reject) => start.on('error', reject).on('exit', ended));
  try {
    if (code !== 0) throw new Error(`${path} start ended with ${code}`);
    console.log(`ok  Trino answers at port ${trinoPort} (${seconds(began)})`);
    const graph = await capture({ stack: 'dev', projectDir: PROJECT });
    for (const { corpus, events } of DAYS) {
      const [trino, embedded] = [
        place('Trino', `${corpus}-trino`, true),
        place('the embedded engine', `${corpus}-embedded`, false),
      ];
      await play(graph, trino, corpus, events);
      await play(graph, embedded, corpus, events);
      // Each reads what the other wrote: a copy of its lake.
      await compared(graph, trino, { ...embedded, folder: copyOf(trino.folder) });
      await compared(graph, { ...trino, folder: copyOf(embedded.folder) }, embedded);
    }

    const asked = performance.now();
    const theirs = await opened(graph, place('Trino', 'corpus-trino', true), CORPUS_TIME, (host) => answersOf(host, AT_ONCE));
    const ours = await opened(graph, place('embedded', 'corpus-embedded', false), CORPUS_TIME, (host) => answersOf(host, 1));
    const entries = [...statements(), ...expressions()];
    const wrong = entries.flatMap((entry) => problem(entry, theirs.get(entry.sql)!, ours.get(entry.sql)!) ?? []);
    const refusals = entries.filter(({ refused }) => refused !== undefined).length;
    check(
      `${expressions().length} expressions and ${statements().length} statements: ${entries.length - refusals} answer the same, ${refusals} are refused (${seconds(asked)})`,
      wrong,
    );
    if (record) writeFileSync(RECORDED, recordOf(entries, theirs));
    else {
      const before = recorded();
      const stale = entries.flatMap(({ text, sql }) => {
        const then = before.get(text);
        const differs = then === undefined ? '\n    is not recorded' : difference(sql, then, theirs.get(sql)!);
        return differs === undefined ? [] : [`${text}${differs}`];
      });
      check('recorded.json has what Trino answers; `npm run test:trino -- --record` writes it anew', stale);
    }
  } finally {
    spawnSync(path, ['stop', '--port', String(trinoPort)], { stdio: 'ignore' });
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${failures === 0 ? 'everything holds' : `${failures} failed`} (${seconds(began)})`);
};

if (tool === undefined) console.log('skipped: no trino');
else
  main(tool, process.argv.includes('--record')).then(
    () => process.exit(failures === 0 ? 0 : 1),
    (thrown: unknown) => {
      console.error(`FAILED  ${messageOf(thrown)}`);
      console.error(thrown);
      process.exit(1);
    },
  );
