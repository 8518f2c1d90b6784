import { randomInt } from 'node:crypto';
import { IANAZone } from 'luxon';
import { UsageError } from '../../contracts/errors';
import { constantRate, periodicRate, readProfile, type Rate } from '../../corpora/kdg/rates';
import { trafficOf } from '../../corpora/kdg/traffic';
import { Random } from '../../corpora/random';
import type { CommandContext, ExitCode } from '../command';
import { sleepUntil, stopSignal, type Stop } from '../stop-signal';
import { runTraffic, type Ran } from './run';
import { linesSource, readText, templateSource, type Source } from './source';
import { withTarget, type Target, type TargetKind } from './target';

/** The flags of `lithify produce` that concern records of a template or of a file. */
export interface RecordFlags {
  readonly template: string | undefined;
  readonly file: string | undefined;
  readonly to: TargetKind | undefined;
  readonly region: string | undefined;
  readonly rate: number | undefined;
  readonly rates: string | undefined;
  readonly for: number | undefined;
  readonly count: number | undefined;
  readonly seed: number | undefined;
  readonly zone: string;
  readonly duplicates: number;
  readonly late: number;
  readonly gzip: boolean;
  readonly sample: number | undefined;
  readonly 'simulate-from': number | undefined;
}

/** Puts records of a template, or the lines of a file, on a stream or a delivery stream. */
export const produceRecords = async (
  context: CommandContext,
  flags: RecordFlags,
  name: string | undefined,
): Promise<ExitCode> => {
  check(flags);
  const seed = flags.seed ?? randomInt(2 ** 32 - 1);
  const source = await sourceOf(context, flags, seed);
  const rate = await rateOf(context, flags, seed);
  if (flags.sample !== undefined) return sample(context, source, flags.sample);
  const { to, region, template } = flags;
  const options = { to, name, template, region };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return withTarget(context, given, async (target) => {
    if (target.advanceTo !== undefined && rate !== undefined && flags.for === undefined && flags.count === undefined) {
      throw new UsageError('the clock of the host is set by hand; say with --for or --count how far the records go.');
    }
    const stop = stopSignal();
    try {
      return await produceTo(context, target, { flags, source, rate, seed, stop });
    } finally {
      stop.release();
    }
  });
};

const check = (flags: RecordFlags): void => {
  if (flags.template !== undefined && flags.file !== undefined)
    throw new UsageError('both --template and --file are given; give one of them.');
  if (flags.rate !== undefined && flags.rates !== undefined)
    throw new UsageError('both --rate and --rates are given; give one of them.');
  const unpaced = flags.rate === undefined && flags.rates === undefined;
  if (flags.for !== undefined && unpaced) throw new UsageError('--for needs --rate or --rates: how many records in that time?');
  if (flags['simulate-from'] !== undefined && flags.for === undefined)
    throw new UsageError('--simulate-from needs --rate or --rates, and --for: how long is the time that is simulated?');
  if (flags.template !== undefined && unpaced && flags.count === undefined && flags.sample === undefined)
    throw new UsageError('how many? Give --count, or a --rate and how long: --rate 10 --for 5m.');
  if (!IANAZone.isValidZone(flags.zone))
    throw new UsageError(`--zone is "${flags.zone}"; it must be a time zone such as UTC or Europe/Prague.`);
};

const sourceOf = async (context: CommandContext, { template, file, zone, late }: RecordFlags, seed: number): Promise<Source> => {
  const source =
    template === undefined ? await linesSource(context, file ?? '') : await templateSource(context, template, { seed, zone });
  if (late > 0 && !source.timed) {
    const why =
      template === undefined ? 'the lines of a file are sent as they are' : 'the template says nowhere when a record was made';
    throw new UsageError(`--late is ${late}, but ${why}; {{date.now}} in a template does.`);
  }
  return source;
};

const rateOf = async (context: CommandContext, { rate, rates, zone }: RecordFlags, seed: number): Promise<Rate | undefined> => {
  if (rates !== undefined) return periodicRate(readProfile(await readText(context, rates, '--rates'), rates), seed, zone);
  return rate === undefined ? undefined : constantRate(rate);
};

/** As the test button of the Kinesis Data Generator: nothing is sent. */
const sample = async ({ output }: CommandContext, source: Source, count: number): Promise<ExitCode> => {
  const records: string[] = [];
  for (let index = 0; index < count; index++) {
    const record = await source.record(index, { nowMillis: Date.now() });
    if (record === undefined) break;
    records.push(record);
    output.say(record);
  }
  output.document({ records });
  return 0;
};

interface Production {
  readonly flags: RecordFlags;
  readonly source: Source;
  readonly rate: Rate | undefined;
  readonly seed: number;
  readonly stop: Stop;
}

const JITTER_STREAM = 0x717;

const produceTo = async (
  { output }: CommandContext,
  target: Target,
  { flags, source, rate, seed, stop }: Production,
): Promise<ExitCode> => {
  const simulateFrom = flags['simulate-from'];
  const startMillis = simulateFrom ?? target.nowMillis;
  const traffic = trafficOf({
    record: (index, present) => source.record(index, present),
    startMillis,
    seed,
    duplicates: flags.duplicates,
    late: flags.late,
    gzip: flags.gzip,
    ...(rate !== undefined && { rate }),
    ...(flags.for !== undefined && { lengthMillis: flags.for }),
    ...(flags.count !== undefined && { count: flags.count }),
    ...(simulateFrom !== undefined && { simulated: { nowMillis: target.nowMillis } }),
  });
  const jitter = new Random(seed, JITTER_STREAM);
  const started = performance.now();
  const ran = await runTraffic({
    target,
    traffic,
    paced: rate !== undefined && simulateFrom === undefined,
    ...(flags.for !== undefined &&
      flags.count === undefined &&
      simulateFrom === undefined && { endMillis: startMillis + flags.for }),
    stop,
    random: () => jitter.fraction(),
    sleep: sleepUntil(stop),
    monotonic: () => performance.now(),
    onProgress: ({ acknowledged }) => output.progress(`${acknowledged} records acknowledged`),
  });
  output.progress('');
  const seconds = (performance.now() - started) / 1_000;
  const { description } = target.destination;
  output.say(lineOf(ran, description, seconds, seed));
  if (ran.failed > 0) output.note(`lithify: ${ran.failed} records were not acknowledged; the first: ${ran.firstFailure}`);
  output.document({ destination: description, ...ran, seed, seconds });
  return ran.failed > 0 ? 1 : 0;
};

const lineOf = (
  { acknowledged, records, copies, late, retried, failed, stopped }: Ran,
  to: string,
  seconds: number,
  seed: number,
) =>
  `${acknowledged} records acknowledged by ${to} in ${seconds.toFixed(1)} s: ${records} made, ${copies} of them sent twice, ${late} late, ` +
  `${retried} sent again, ${failed} given up on; seed ${seed}${stopped ? '; stopped before its end' : ''}`;
