import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { discard, Lakes, temporaryDirectory } from './crash/lake-under-test';
import { faultPoints, pointNamed } from './crash/matrix';
import { type Golden, goldenRun, play, type Prepared } from './crash/play';
import { prepare, prepareRebuild, rebuildNight } from './crash/scenario';

const HELP = `npm run test:faults                        a seeded sample of every matrix
npm run test:faults -- --all               all of it; writes docs/faults.md
npm run test:faults -- --seed 7            other samples, histories, schedules and records, in every file
npm run test:faults -- --points            the ids of all fault points of the crash matrix
npm run test:faults -- --point ID          one of them, or a pair: "A + B" in one night, "A > B" in two
npm run test:faults -- --rebuild --points  the same of a rebuild instead of the nightly run; with --point as well
Everything else goes to jest.`;

const onLake = async <T>(
  rebuild: boolean,
  work: (lakes: Lakes, prepared: Prepared, golden: Golden) => Promise<T>,
): Promise<T> => {
  const directory = temporaryDirectory();
  const lakes = new Lakes();
  try {
    const prepared: Prepared = rebuild
      ? { directory, model: await prepareRebuild(lakes, directory), firstNight: rebuildNight }
      : { directory, model: await prepare(lakes, directory) };
    return await work(lakes, prepared, await goldenRun(lakes, prepared));
  } finally {
    await lakes.close();
    discard(directory);
  }
};

const rerun = (id: string, rebuild: boolean): Promise<number> =>
  onLake(rebuild, async (lakes, prepared, golden) => {
    const {
      rows: _rows,
      unsettled: _unsettled,
      ...outcome
    } = await play(lakes, prepared, pointNamed(faultPoints(golden), id).nights, golden);
    console.log(JSON.stringify({ id, ...outcome }, null, 2));
    return outcome.defects.length === 0 && outcome.hit > 0 ? 0 : 1;
  });

const list = (rebuild: boolean): Promise<number> =>
  onLake(rebuild, async (_lakes, _prepared, golden) => {
    console.log([...faultPoints(golden).keys()].join('\n'));
    return Promise.resolve(0);
  });

const jest = (all: boolean, seed: string | undefined, rest: readonly string[]): number => {
  const root = join(__dirname, '..', '..');
  const env = {
    ...process.env,
    ...(all ? { LITHIFY_FAULTS: 'all' } : {}),
    ...(seed === undefined ? {} : { LITHIFY_FAULTS_SEED: seed }),
  };
  const program = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const { status } = spawnSync(process.execPath, [program, '--config', join(root, 'jest.faults.config.cjs'), ...rest], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  return status ?? 1;
};

const main = async (): Promise<number> => {
  const own = ['--all', '--seed', '--point', '--points', '--rebuild', '--help'];
  const args = process.argv.slice(2);
  const at = args.findIndex((arg, index) => !own.includes(arg) && !['--seed', '--point'].includes(args[index - 1] ?? ''));
  const { values } = parseArgs({
    args: at === -1 ? args : args.slice(0, at),
    options: {
      all: { type: 'boolean', default: false },
      seed: { type: 'string' },
      point: { type: 'string' },
      points: { type: 'boolean', default: false },
      rebuild: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.seed !== undefined && !/^[1-9]\d{0,5}$/.test(values.seed))
    throw new Error(`--seed is a whole number from 1 to 999999, not "${values.seed}"`);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (values.point !== undefined) return rerun(values.point, values.rebuild);
  if (values.points) return list(values.rebuild);
  return jest(values.all, values.seed, at === -1 ? [] : args.slice(at));
};

main().then(
  (code) => {
    process.exitCode = code;
  },
  (thrown: unknown) => {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    process.exitCode = 1;
  },
);
