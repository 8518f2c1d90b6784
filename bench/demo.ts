import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Benchmark } from './measurement';
import { CHECKOUT } from './pipeline';

const EVENTS = 20_000;

/** The whole way, as a newcomer starts it, at a fifth of its size. */
export const demoBenchmark: Benchmark = {
  name: 'demo',
  run: async () => {
    const { seconds, peakMebibytes } = await playedDemo(EVENTS);
    const what = `lithify demo --events ${EVENTS}, a process of its own`;
    return [
      { name: 'demo', what: `${what}, start to exit`, unit: 's', rounds: [seconds] },
      { name: 'demo-memory', what: `${what}, peak resident set`, unit: 'MiB', rounds: [peakMebibytes] },
    ];
  },
};

const playedDemo = async (events: number): Promise<{ readonly seconds: number; readonly peakMebibytes: number }> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lithify-bench-demo-'));
  const started = performance.now();
  const options = ['--events', String(events), '--data-dir', join(dataDir, 'demo'), '--json'];
  const demo = spawn(
    process.execPath,
    ['--require', join(__dirname, 'peak-memory.cjs'), join(CHECKOUT, 'bin', 'lithify.cjs'), 'demo', ...options],
    {
      // The fourth is where the process says how much memory it had.
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    },
  );
  try {
    const [, out, err, peak] = demo.stdio.map((stream) => stream as Readable);
    const [[code], document, story, kibibytes] = await Promise.all([
      once(demo, 'exit') as Promise<[number | null]>,
      text(out!),
      text(err!),
      text(peak!),
    ]);
    if (code !== 0) throw new Error(`the demo ended with ${String(code)}:\n${story.slice(-2_000)}${document.slice(0, 2_000)}`);
    return { seconds: (performance.now() - started) / 1_000, peakMebibytes: Number(kibibytes) / 1_024 };
  } finally {
    if (demo.exitCode === null) demo.kill();
    rmSync(dataDir, { recursive: true, force: true });
  }
};
