import fc from 'fast-check';
import { Lake } from '../flow/lake';
import { unscheduled } from './duplicates-oracle';
import { everything } from './effort';
import { Model } from './model';
import { commandArbitraries, commandOf, firstCommand, settle, type Real } from './model-commands';

const SEED = Number(process.env['LITHIFY_SEED'] ?? 2);
const SEQUENCES = everything ? 40 : 5;
const COMMANDS = everything ? 16 : 9;

const withLake = async (work: (model: Model, real: Real) => Promise<void>): Promise<void> => {
  const hooks: Real['hooks'] = {};
  const lake = await Lake.open(
    undefined,
    (transition) => hooks.onState?.(transition.executionArn),
    (call, proceed) => {
      hooks.onCall?.(call);
      return proceed();
    },
    unscheduled,
  );
  try {
    await work(new Model(), { lake, hooks });
  } finally {
    await lake.remove();
  }
};

/** `LITHIFY_SCRIPT='produce 7 3 50; run; kill 12; query' npm run test:faults -- model` plays one script. */
const script = process.env['LITHIFY_SCRIPT'];

test('whatever is produced, repeated, delayed, cut short, rebuilt and expired, the lake shows what a plain model of it says', async () => {
  if (script !== undefined) {
    await withLake(async (model, real) => {
      await fc.asyncModelRun(() => ({ model, real }), script.split(';').map(commandOf));
      await settle(model, real);
    });
    return;
  }
  let commandsRun = 0;
  await fc.assert(
    fc.asyncProperty(firstCommand, fc.commands(commandArbitraries, { maxCommands: COMMANDS, size: 'max' }), (first, commands) =>
      withLake(async (model, real) => {
        await first.run(model, real);
        await fc.asyncModelRun(() => ({ model, real }), commands);
        await settle(model, real);
        commandsRun += 1;
      }),
    ),
    {
      seed: SEED,
      numRuns: SEQUENCES,
      reporter: (details) => {
        if (!details.failed) return;
        const lines = String(details.counterexample)
          .replace(/\/\*.*?\*\//, '')
          .trim()
          .split(',')
          .join('; ');
        throw new Error(`${String(details.errorInstance)}\nafter the script, seed ${details.seed}:\n  LITHIFY_SCRIPT='${lines}'`);
      },
    },
  );
  expect(commandsRun).toBe(SEQUENCES);
});
