import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Benchmark } from './measurement';

const BYTES = 1e9;
const TSX = join(__dirname, '..', 'node_modules', '.bin', 'tsx');

export interface Gathered {
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMebibytes: number;
}

export const gatherOf = async (bytes: number): Promise<Gathered> => {
  const { stdout } = await promisify(execFile)(TSX, [join(__dirname, 'gather-run.ts'), String(bytes)]);
  return JSON.parse(stdout) as Gathered;
};

/** One object that no function could hold: its time on one processor bounds what an invocation may take, and its memory must not grow. */
export const gatherBenchmark: Benchmark = {
  name: 'gather',
  run: async () => {
    const { cpuSeconds, peakMebibytes } = await gatherOf(BYTES);
    const what = `one object of ${BYTES / 1e6} MB inflated, read, checked and uploaded as it comes`;
    return [
      { name: 'gather', what: `${what}; processor time`, unit: 's', rounds: [cpuSeconds] },
      { name: 'gather-memory', what: `${what}; the process at its peak`, unit: 'MiB', rounds: [peakMebibytes] },
    ];
  },
};
