/**
 * The shell of a step's function: event in, result out, one JSON line in the log. Parsing failures and everything else thrown fail the
 * state, and the state machine decides what that means.
 */
export const step =
  <Result extends object>(name: string, work: (event: unknown) => Promise<Result>) =>
  async (event: unknown): Promise<Result> => {
    const result = await work(event);
    console.log(JSON.stringify({ step: name, result }));
    return result;
  };
