import { randomInt } from 'node:crypto';
import { IANAZone } from 'luxon';
import { UsageError } from '../../contracts/errors';
import { constantRate, periodicRate, readProfile, type Rate } from '../../corpora/kdg/rates';
import { trafficOf, type TrafficOptions } from '../../corpora/kdg/traffic';
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

/**
 * Puts records of a template, or the lines of a file, on a stream or a delivery stream. `shipped` is the text of the template that is taken
 * where neither is given.
 */
export const produceRecords = async (
  context: CommandContext,
  flags: RecordFlags,
  name: string | undefined,
  shipped?: string,
): Promise<ExitCode> => {
  check(flags);
  const seed = flags.seed ?? randomInt(2 ** 32 - 1);
  const source = await sourceOf(context, flags, seed, shipped);
  const rate = await rateOf(context, flags, seed);
  if (flags.sample !== undefined) return sample(context, { flags, source, rate, seed }, flags.sample);
  const { to, region, template } = flags;
  const options = { to, name, template, region };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return withTarget(context, given, async (target) => {
    const endless = !source.ends && flags.for === undefined && flags.count === undefined;
    if (target.advanceTo !== undefined && rate !== undefined && endless) {
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
  if (flags['simulate-from'] !== undefined && flags.for === undefined && flags.sample === undefined)
    throw new UsageError('--simulate-from needs --rate or --rates, and --for: how long is the time that is simulated?');
  if (flags.file === undefined && unpaced && flags.count === undefined && flags.sample === undefined)
    throw new UsageError('how many? Give --count, or a --rate and how long: --rate 10 --for 5m.');
  if (flags.gzip && flags.to === undefined && flags.sample === undefined)
    throw new UsageError(
      '--gzip is for --to stream NAME and --to delivery NAME: a feed of the lake reads text, and could use no compressed record.',
    );
  if (!IANAZone.isValidZone(flags.zone))
    throw new UsageError(`--zone is "${flags.zone}"; it must be a time zone such as UTC or Europe/Prague.`);
};

const sourceOf = async (
  context: CommandContext,
  { template, file, zone, late }: RecordFlags,
  seed: number,
  shipped: string | undefined,
): Promise<Source> => {
  const text = template === undefined ? shipped : await readText(context, template, '--template');
  const source = text === undefined ? await linesSource(context, file ?? '') : templateSource(text, { seed, zone });
  if (late > 0 && !source.timed) {
    const why =
      text === undefined ? 'the lines of a file are sent as they are' : 'the template says nowhere when a record was made';
    throw new UsageError(`--late is ${late}, but ${why}; {{date.now}} in a template does.`);
  }
  return source;
};

const rateOf = async (context: CommandContext, { rate, rates, zone }: RecordFlags, seed: number): Promise<Rate | undefined> => {
  if (rates !== undefined) return periodicRate(readProfile(await readText(context, rates, '--rates'), rates), seed, zone);
  return rate === undefined ? undefined : constantRate(rate);
};

interface Made {
  readonly flags: RecordFlags;
  readonly source: Source;
  readonly rate: Rate | undefined;
  readonly seed: number;
}

interface Production extends Made {
  readonly stop: Stop;
}

/** The traffic that the flags ask for, as it would begin at an instant of the destination's clock. */
const trafficOfFlags = ({ flags, source, rate, seed }: Made, nowMillis: number): TrafficOptions => {
  const simulateFrom = flags['simulate-from'];
  return {
    record: (index, present) => source.record(index, present),
    startMillis: simulateFrom ?? nowMillis,
    seed,
    duplicates: flags.duplicates,
    late: flags.late,
    gzip: flags.gzip,
    ...(rate !== undefined && { rate }),
    ...(flags.for !== undefined && { lengthMillis: flags.for }),
    ...(flags.count !== undefined && { count: flags.count }),
    ...(simulateFrom !== undefined && { simulated: { nowMillis } }),
  };
};

/** A rate may make nothing for long. */
const SAMPLED_MILLIS = 86_400_000;

/**
 * As the test button of the Kinesis Data Generator: nothing is sent. The records are those of the present, or of the time that is simulated,
 * at its rate.
 */
const sample = async ({ output, wallMillis }: CommandContext, made: Made, count: number): Promise<ExitCode> => {
  const rate = made.flags['simulate-from'] === undefined ? undefined : made.rate;
  const traffic = trafficOf({
    lengthMillis: SAMPLED_MILLIS,
    ...trafficOfFlags({ ...made, rate }, wallMillis()),
    count,
    duplicates: 0,
    gzip: false,
  });
  const records: string[] = [];
  for await (const { data } of traffic) {
    const record = String(data).trimEnd();
    records.push(record);
    output.say(record);
  }
  output.document({ records });
  return 0;
};

const JITTER_STREAM = 0x717;

const produceTo = async ({ output }: CommandContext, target: Target, { stop, ...made }: Production): Promise<ExitCode> => {
  const { flags, rate, seed } = made;
  const simulateFrom = flags['simulate-from'];
  const jitter = new Random(seed, JITTER_STREAM);
  const started = performance.now();
  const ran = await runTraffic({
    target,
    traffic: trafficOf(trafficOfFlags(made, target.nowMillis)),
    paced: rate !== undefined && simulateFrom === undefined,
    ...(flags.for !== undefined &&
      flags.count === undefined &&
      simulateFrom === undefined && { endMillis: target.nowMillis + flags.for }),
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
