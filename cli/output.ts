/** What a stream of the process offers to an output. */
export interface Sink {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Where a command writes. Results go to stdout, progress and notes to stderr, so that a result can be piped. */
export interface Output {
  /** Whether stdout is a terminal that a person reads. */
  readonly terminal: boolean;
  /** Width of the terminal; undefined where nothing is to be cut. */
  readonly columns: number | undefined;
  /** A line of the readable result, on stdout; dropped under --json. */
  say(line: string): void;
  /** The result, on stdout, under --json; dropped otherwise. At most once. */
  document(value: unknown): void;
  /** Bytes of the result as they are, on stdout (a query's CSV): neither changed nor dropped. */
  raw(text: string): void;
  /** One line on stderr that the next replaces; nothing where stderr is no terminal. An empty one clears it. */
  progress(line: string): void;
  /** A line on stderr that stays. */
  note(line: string): void;
  /** Whether anything of a result went to stdout: a failure must not add a second document. */
  readonly wrote: boolean;
}

const CLEAR = '\r\u001b[2K';

export const outputTo = (stdout: Sink, stderr: Sink, json: boolean): Output => {
  let wrote = false;
  let documents = 0;
  let pending = false;
  const clear = (): void => {
    if (pending) stderr.write(CLEAR);
    pending = false;
  };
  const result = (written: string): void => {
    clear();
    wrote = true;
    stdout.write(written);
  };
  return {
    terminal: stdout.isTTY === true,
    columns: stdout.isTTY === true ? stdout.columns : undefined,
    say(line) {
      if (!json) result(`${line}\n`);
    },
    document(value) {
      if (!json) return;
      if (documents++ > 0) throw new Error('a command wrote a second JSON document');
      result(`${JSON.stringify(value)}\n`);
    },
    raw(written) {
      result(written);
    },
    progress(line) {
      if (stderr.isTTY !== true) return;
      clear();
      if (line === '') return;
      // A line that wraps could not be cleared.
      const shown = stderr.columns === undefined ? line : line.slice(0, Math.max(0, stderr.columns - 1));
      stderr.write(shown);
      pending = true;
    },
    note(line) {
      clear();
      stderr.write(`${line}\n`);
    },
    get wrote() {
      return wrote;
    },
  };
};
