import { messageOf } from '../../contracts/errors';
import { Lake } from '../flow/lake';
import { fc } from '../properties';
import { unscheduled } from './duplicates-oracle';
import { Model } from './model';
import { commandArbitraries, commandOf, firstCommand, settle, type Real } from './model-commands';

export interface Exploration {
  readonly seed: number;
  readonly histories: number;
  /** At most so many commands after the first, of these verbs. */
  readonly commands: number;
  readonly verbs: readonly string[];
  /** How many smaller histories are tried of one that fails: each costs a lake. */
  readonly shrinks: number;
  /** Told of each failing history as soon as it is known: the first one, then smaller ones. */
  readonly say: (text: string) => void;
  readonly model?: () => Model;
}

const onLake = async (model: Model, work: (model: Model, real: Real) => Promise<void>): Promise<void> => {
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
    await work(model, { lake, hooks, script: [] });
  } finally {
    await lake.remove();
  }
};

/** Plays one history, `produce 7 3 50; run; kill 12; query`, and lets the lake settle. Throws the first difference. */
export const playScript = (script: string, model: Model = new Model()): Promise<void> =>
  onLake(model, async (played, real) => {
    await fc.asyncModelRun(() => ({ model: played, real }), script.split(';').map(commandOf));
    await settle(played, real);
  });

/** Plays histories drawn from the seed, each on a lake of its own. Throws the smallest failure that was found, with its script. */
export const explore = async (exploration: Exploration): Promise<{ readonly played: number }> => {
  const { seed, histories, commands, verbs, shrinks, say } = exploration;
  let played = 0;
  let failure: { readonly script: string; readonly error: unknown } | undefined;
  let triesLeft = shrinks;
  const property = fc.asyncProperty(
    firstCommand,
    fc.commands(commandArbitraries(verbs), { maxCommands: commands, size: 'max' }),
    async (first, rest) => {
      // What is smaller may fail as well, but enough was tried.
      if (failure !== undefined && triesLeft-- <= 0) return;
      await onLake(exploration.model?.() ?? new Model(), async (model, real) => {
        try {
          await first.run(model, real);
          await fc.asyncModelRun(() => ({ model, real }), rest);
          await settle(model, real);
          played += 1;
        } catch (error) {
          const script = real.script.join('; ');
          const which = failure === undefined ? 'fails' : 'fails still';
          say(`a history of seed ${seed} ${which}: ${messageOf(error).slice(0, 500)}\n  LITHIFY_SCRIPT='${script}'\n`);
          failure = { script, error };
          throw error;
        }
      });
    },
  );
  await fc.check(property, { seed, numRuns: histories });
  if (failure !== undefined)
    throw new Error(`${messageOf(failure.error)}\nafter the script, seed ${seed}:\n  LITHIFY_SCRIPT='${failure.script}'`);
  return { played };
};
