import { ManualClock, type Clock, type Timer } from '../../../local/clock';

/**
 * A manual clock that somebody sets while it runs, as a wrong time server does: what it says jumps, and what waits on it waits as long as
 * it was to wait.
 */
export class JumpingClock implements Clock {
  readonly #steady: ManualClock;
  #offset = 0;

  constructor(startMillis: number) {
    this.#steady = new ManualClock(startMillis);
  }

  now(): number {
    return this.#steady.now() + this.#offset;
  }

  /** From now on it says so much later; earlier, where negative. */
  jump(milliseconds: number): void {
    this.#offset += milliseconds;
  }

  schedule(at: number, action: () => void | Promise<void>): Timer {
    return this.#steady.schedule(at - this.#offset, action);
  }

  hold(): () => void {
    return this.#steady.hold();
  }

  advance(milliseconds: number): Promise<void> {
    return this.#steady.advance(milliseconds);
  }
}
