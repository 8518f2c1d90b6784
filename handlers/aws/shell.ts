import { isPassing, PassingTrouble } from './passing';

/**
 * The shell of a step's function: event in, result out, one JSON line in the log. Parsing failures and everything else thrown fail the
 * state, and the state machine decides what that means; a trouble of the moment has one name, whichever service had it.
 */
export const step =
  <Result extends object>(name: string, work: (event: unknown) => Promise<Result>) =>
  async (event: unknown): Promise<Result> => {
    const result = await work(event).catch((thrown: unknown) => {
      throw isPassing(thrown)
        ? new PassingTrouble(`${(thrown as Error).name}: ${(thrown as Error).message}`, { cause: thrown })
        : thrown;
    });
    console.log(JSON.stringify({ step: name, result }));
    return result;
  };
