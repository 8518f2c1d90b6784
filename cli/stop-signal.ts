/** Ctrl-C, or what a supervisor sends, asked for once: whoever asks stops what it does in good order. */
export interface Stop {
  readonly asked: boolean;
  readonly signalled: Promise<void>;
  /** Signals have their usual effect again. */
  release(): void;
}

/** A second signal is not caught: it ends a stop that hangs. */
export const stopSignal = (): Stop => {
  let asked = false;
  let signal: () => void;
  const signalled = new Promise<void>((resolve) => (signal = resolve));
  const release = (): void => {
    process.off('SIGINT', once);
    process.off('SIGTERM', once);
  };
  const once = (): void => {
    release();
    asked = true;
    signal();
  };
  process.on('SIGINT', once);
  process.on('SIGTERM', once);
  return {
    get asked() {
      return asked;
    },
    signalled,
    release,
  };
};

/** Waits that end at once when a stop is asked for, so that nothing keeps the process alive. */
export const sleepUntil = (stop: Pick<Stop, 'signalled'>): ((milliseconds: number) => Promise<void>) => {
  const waiting = new Map<NodeJS.Timeout, () => void>();
  let over = false;
  void stop.signalled.then(() => {
    over = true;
    for (const [timer, wake] of waiting) {
      clearTimeout(timer);
      wake();
    }
    waiting.clear();
  });
  return (milliseconds) =>
    new Promise((resolve) => {
      if (over) return resolve();
      const timer = setTimeout(() => {
        waiting.delete(timer);
        resolve();
      }, milliseconds);
      waiting.set(timer, resolve);
    });
};
