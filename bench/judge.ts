import { judgeLine, judgeRecord } from '../contracts/event';
import type { Benchmark } from './measurement';
import { byTurns, coreRateOf } from './measurement';
import { benchRecords } from './records';

const LINES = 50_000;
const ROUNDS = 7;

/** What gathering does with every line of every small object: the transform's own function judges it once more. */
export const judgeBenchmark: Benchmark = {
  name: 'judge',
  run: async () => {
    const lines = benchLines(LINES);
    const turns = await byTurns(
      ROUNDS,
      () => coreRateOf(lines.length, () => lines.forEach(judged)),
      () => coreRateOf(lines.length, () => lines.forEach((line) => void JSON.parse(line))),
    );
    return [
      {
        name: 'judge',
        what: 'judging lines of the raw zone, one core',
        unit: 'lines/s',
        rounds: turns.measured,
        reference: { what: 'JSON.parse of the same lines', rounds: turns.reference },
      },
    ];
  },
};

const judged = (line: string): void => {
  const verdict = judgeLine(line);
  if (!verdict.ok) throw new Error(`the line was refused: ${verdict.reason}`);
};

/** Lines as the transform delivers them, without their newlines. */
export const benchLines = (count: number, duplicates = 0): readonly string[] =>
  benchRecords(count, duplicates).map(({ data, arrivalMillis }) => {
    const verdict = judgeRecord(data, arrivalMillis, { onTimeDaysBefore: 1, eventTypes: [] });
    if (!verdict.ok) throw new Error(`the record was refused: ${verdict.reason}`);
    return verdict.line;
  });
