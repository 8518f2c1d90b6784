/** Why a line of states goes no further: not an error of its own making, so neither Retry nor Catch sees it. */
export class Cut extends Error {
  override readonly name = 'Cut';

  constructor(readonly reason: 'ABORTED' | 'TIMED_OUT' | 'FAILED' | 'SIBLING' | 'CLOSED') {
    super(`cut: ${reason}`);
  }
}

/**
 * What an execution and its branches hang on. Cutting it ends every wait on it at once; work that cannot be stopped (a Lambda
 * function) goes on by itself, and its result is ignored.
 */
export class Lifeline {
  #cut: Cut | undefined;
  readonly #listeners = new Set<(cut: Cut) => void>();
  #detach: () => void = () => undefined;

  get isCut(): boolean {
    return this.#cut !== undefined;
  }

  /** Throws the Cut, where there is one. */
  check(): void {
    if (this.#cut !== undefined) throw this.#cut;
  }

  cut(cut: Cut): void {
    if (this.#cut !== undefined) return;
    this.#cut = cut;
    this.#detach();
    for (const listener of [...this.#listeners]) listener(cut);
    this.#listeners.clear();
  }

  /** Calls `listener` when the line is cut (at once, when it is); the answer ends that. */
  onCut(listener: (cut: Cut) => void): () => void {
    if (this.#cut !== undefined) {
      listener(this.#cut);
      return () => undefined;
    }
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A line that is cut with this one, and can be cut alone. `detach` it when its work has ended. */
  branch(): Lifeline {
    const branch = new Lifeline();
    branch.#detach = this.onCut((cut) => branch.cut(cut));
    return branch;
  }

  detach(): void {
    this.#detach();
  }

  /** The work's outcome, or the Cut if that comes first. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const forget = this.onCut(reject);
      work.then(
        (value) => {
          forget();
          resolve(value);
        },
        (error: unknown) => {
          forget();
          reject(error instanceof Error ? error : new Error(String(error), { cause: error }));
        },
      );
    });
  }
}
