/** One whole planning by the deployed handler, round by round, in a process of its own: prints what it took as JSON. */
const main = async (): Promise<void> => {
  const { handler } = await import('../handlers/plan/index');
  const started = performance.now();
  const seconds: number[] = [];
  let round = 0;
  for (let done = false; !done;) {
    const before = performance.now();
    const result = await handler({
      run: {
        feed: 'events',
        full: true,
        force: false,
        rebuild: false,
        dryRun: false,
        run: '20261121T003000Z-1a2b3c4d',
        table: 'events',
        executionArn: 'arn:aws:states:eu-west-1:000000000000:execution:compaction:night',
        startedAt: '2026-11-21T00:30:00.000Z',
      },
      now: '2026-11-21T00:30:00.000Z',
      round,
    });
    seconds.push((performance.now() - before) / 1_000);
    ({ done, round } = result);
    if (done) process.stderr.write(`${JSON.stringify(result)}\n`);
  }
  const { user, system } = process.cpuUsage();
  const usage = process.resourceUsage();
  process.stdout.write(
    `${JSON.stringify({
      seconds: (performance.now() - started) / 1_000,
      cpuSeconds: (user + system) / 1e6,
      peakMebibytes: usage.maxRSS / 1024,
      rounds: seconds,
    })}\n`,
  );
};

// The handler logs its result on stdout; what is measured is the last line.
main().then(
  () => process.exit(0),
  (thrown: unknown) => {
    process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
    process.exit(1);
  },
);
