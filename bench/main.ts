import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, UsageError } from '../contracts/errors';
import { deliveryBenchmark } from './delivery';
import { demoBenchmark } from './demo';
import { gatherBenchmark } from './gather';
import { ingestBenchmark } from './ingest';
import { judgeBenchmark } from './judge';
import type { Benchmark } from './measurement';
import { planBenchmark } from './plan';
import { statementBenchmark } from './statement';
import { transformBenchmark } from './transform';
import { verifyBenchmark } from './verify';
import { baselineSchema, judge, recorded, tableOf, type Verdict } from './verdict';

const BENCHMARKS: readonly Benchmark[] = [
  transformBenchmark,
  judgeBenchmark,
  ingestBenchmark,
  deliveryBenchmark,
  statementBenchmark,
  verifyBenchmark,
  planBenchmark,
  gatherBenchmark,
  demoBenchmark,
];

const BASELINE = join(__dirname, 'baseline.json');

const HELP = `npm run bench [-- name ...] [-- --json] [-- --record]

Measures each benchmark and its reference in the same run and compares both with bench/baseline.json: a target is a promise, a ratio
(value / reference) is what was last recorded. Ends with 1 where one fails, or is missed by more than the tolerance that stands there.
  name      ${BENCHMARKS.map(({ name }) => name).join(', ')}; all of them by default
  --json    one JSON document on stdout
  --record  writes the ratios of this run into the baseline
`;

/** @returns the exit code: 0 all reached, 1 something missed */
const main = async (args: readonly string[]): Promise<number> => {
  const { names, json, record, help } = options(args);
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const baseline = baselineSchema.parse(JSON.parse(readFileSync(BASELINE, 'utf8')));
  const [load = 0, cores] = [loadavg()[0], availableParallelism()];
  if (load > cores / 2) {
    process.stderr.write(
      `The machine is busy (load ${load.toFixed(1)} on ${cores} cores): rates will be low, and ratios not worth recording.\n`,
    );
  }
  const verdicts: Verdict[] = [];
  const failures: string[] = [];
  for (const benchmark of BENCHMARKS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    process.stderr.write(`${benchmark.name} ...\n`);
    try {
      for (const measurement of await benchmark.run()) verdicts.push(judge(measurement, baseline));
    } catch (thrown) {
      // What the others measured is shown all the same; the run has failed.
      failures.push(`${benchmark.name}: ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
    }
  }
  const misses = [...verdicts.flatMap((verdict) => verdict.misses), ...failures];
  if (record) writeFileSync(BASELINE, `${JSON.stringify(recorded(baseline, verdicts), null, 2)}\n`);
  process.stdout.write(
    json ? `${JSON.stringify({ passed: misses.length === 0, results: verdicts, failures })}\n` : tableOf(verdicts),
  );
  for (const miss of misses) process.stderr.write(`${miss}\n`);
  return misses.length === 0 ? 0 : 1;
};

const options = (args: readonly string[]) => {
  const known = { json: { type: 'boolean' }, record: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  try {
    const { values, positionals: names } = parseArgs({ args: [...args], options: known, allowPositionals: true });
    const unknown = names.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
    if (unknown.length > 0) throw new UsageError(`There is no benchmark "${unknown.join('", "')}".`);
    return { names, json: values.json === true, record: values.record === true, help: values.help === true };
  } catch (thrown) {
    throw new UsageError(`${messageOf(thrown)}\n\n${HELP}`, { cause: thrown });
  }
};

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    const isUsage = thrown instanceof UsageError;
    process.stderr.write(`${isUsage || !(thrown instanceof Error) ? messageOf(thrown) : thrown.stack}\n`);
    process.exit(isUsage ? 2 : 1);
  },
);
