import { messageOf } from '../../../contracts/errors';
import type { Json, MapState, State } from '../../../workflows/asl';
import { AwsError } from '../../aws-error';
import { holdingPausably } from '../../clock';
import { isRecord } from './checks';
import { isList } from './expression';
import { Cut } from './lifeline';
import { uuidOf } from './randomness';
import { StateError, payloadText } from './state-error';
import type { MapRun } from './store';
import type { Item, Outcome, Step, Strand } from './strand';
import { evaluateField, leave, nextOf, note, runStrand, seedOf } from './strand';

type Perform = (strand: Strand, state: State, step: Step) => Promise<Outcome>;

/** What an unset (0) MaxConcurrency comes to. https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html */
const INLINE_CONCURRENCY = 40;
const DISTRIBUTED_CONCURRENCY = 10_000;

/** Runs one attempt of a Map. A Map that an earlier life left unfinished goes on: what had succeeded is not run again. */
export const performMap = async (
  strand: Strand,
  state: MapState,
  step: Step,
  attempt: number,
  perform: Perform,
): Promise<Outcome> => {
  const place = strand.path === '' ? step.name : `${strand.path}/${step.name}`;
  if (attempt > 0) strand.life.around.store.record({ kind: 'reset', arn: strand.life.execution.arn, place });
  const visit: Visit = { strand, state, step, attempt, place };
  const distributed = state.ItemProcessor.ProcessorConfig.Mode === 'DISTRIBUTED';
  let result: readonly Json[];
  try {
    result = distributed ? await runDistributed(visit) : await runInline(visit, perform);
  } catch (error) {
    if (error instanceof StateError) note(strand, 'MapStateFailed');
    throw error;
  }
  note(strand, 'MapStateSucceeded');
  return leave(strand, step, state, result, nextOf(state), { attempt, result });
};

interface Visit {
  readonly strand: Strand;
  readonly state: MapState;
  readonly step: Step;
  readonly attempt: number;
  readonly place: string;
}

/** Runs `work` for each index, at most `concurrency` at a time and in order of index; all have settled when it does. */
const pool = async (count: number, concurrency: number, work: (index: number) => Promise<void>): Promise<void> => {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  const workers = await Promise.allSettled(Array.from({ length: Math.min(count, concurrency) }, worker));
  const thrown = workers.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  // An error says more than the cuts that it brought about.
  const first = thrown.find((error) => !(error instanceof Cut)) ?? thrown[0];
  if (first !== undefined) throw first instanceof Error ? first : new Error(String(first), { cause: first });
};

const itemsOf = async ({ strand, state, step, attempt }: Visit): Promise<readonly Json[]> => {
  if (state.ItemReader !== undefined) return readItems(strand, state.ItemReader, step, attempt);
  const items = state.Items === undefined ? step.input : await evaluateField(strand, step, 'Items', state.Items, { attempt });
  if (!isList(items))
    throw new StateError('States.QueryEvaluationError', `The items of the state '${step.name}' must be an array.`);
  return items;
};

const readItems = async (
  strand: Strand,
  reader: NonNullable<MapState['ItemReader']>,
  step: Step,
  attempt: number,
): Promise<readonly Json[]> => {
  const { clock, integrations } = strand.life.around;
  const args = await evaluateField(strand, step, 'ItemReader.Arguments', reader.Arguments, { attempt });
  const { Bucket: bucket, Key: key } = isRecord(args) ? args : {};
  if (typeof bucket !== 'string' || typeof key !== 'string')
    throw new StateError(
      'States.ItemReaderFailed',
      `The ItemReader of the state '${step.name}' needs a text Bucket and a text Key.`,
    );
  const refuse = (reason: string): StateError => new StateError('States.ItemReaderFailed', `s3://${bucket}/${key}: ${reason}`);
  let body: Uint8Array | string;
  try {
    body = await strand.lifeline.race(
      holdingPausably(clock, (hold) => integrations.readObject(strand.life.caller, bucket, key, hold)),
    );
  } catch (error) {
    throw error instanceof AwsError ? refuse(`${error.code}: ${error.message}`) : error;
  }
  let items: unknown;
  try {
    items = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'));
  } catch (error) {
    throw refuse(`not valid JSON: ${messageOf(error)}`);
  }
  if (!Array.isArray(items)) throw refuse('the JSON is not an array.');
  return items as readonly Json[];
};

const inputOf = async ({ strand, state, step, attempt }: Visit, item: Item): Promise<Json> => {
  const input =
    state.ItemSelector === undefined
      ? item.Value
      : await evaluateField(strand, step, 'ItemSelector', state.ItemSelector, { attempt, item });
  payloadText(input, `The input of item ${item.Index} of the state '${step.name}'`);
  return input;
};

const runInline = async (visit: Visit, perform: Perform): Promise<readonly Json[]> => {
  const { strand, state, step, attempt, place } = visit;
  const { execution, around } = strand.life;
  let items = execution.items.get(place);
  if (items === undefined) {
    items = await itemsOf(visit);
    note(strand, 'MapStateStarted', { length: items.length });
    around.store.record({ kind: 'items', arn: execution.arn, place, items });
  }
  const all = items;
  const lifeline = strand.lifeline.branch();
  const started = strand.previous;
  const outputs: Json[] = [];
  const iterate = async (index: number): Promise<void> => {
    const path = `${place}/${index}`;
    const frame = execution.frames.get(path);
    if (frame?.kind === 'done') {
      outputs[index] = frame.output;
      return;
    }
    const item: Item = { Index: index, Value: all[index] ?? null };
    const iteration: Strand = {
      life: strand.life,
      lifeline,
      scope: state.ItemProcessor,
      path,
      outer: { ...strand.outer, ...step.variables },
      seed: `${seedOf(strand, step, attempt)}/${index}`,
      item,
      previous: started,
    };
    const details = { name: step.name, index };
    if (frame === undefined) note(iteration, 'MapIterationStarted', details);
    try {
      // An iteration that stands somewhere already has its input with it.
      const input = frame === undefined ? await inputOf({ ...visit, strand: { ...strand, lifeline } }, item) : null;
      outputs[index] = await runStrand(iteration, input, perform);
      note(iteration, 'MapIterationSucceeded', details);
    } catch (error) {
      if (error instanceof Cut && !strand.lifeline.isCut) strand.life.append(iteration.previous, 'MapIterationAborted', details);
      if (!(error instanceof Cut)) {
        note(iteration, 'MapIterationFailed', details);
        lifeline.cut(new Cut('SIBLING'));
      }
      throw error;
    }
  };
  try {
    await pool(all.length, state.MaxConcurrency || INLINE_CONCURRENCY, iterate);
    return outputs;
  } finally {
    lifeline.detach();
  }
};

/**
 * The output is that of the children that succeeded, in the order of the items; children that failed within the tolerated
 * percentage are left out of it.
 */
const runDistributed = async (visit: Visit): Promise<readonly Json[]> => {
  const { strand, state } = visit;
  const { around } = strand.life;
  const mapRun = await beginMapRun(visit);
  const lifeline = strand.lifeline.branch();
  const tolerated = (mapRun.toleratedFailurePercentage / 100) * mapRun.items.length;
  const outputs = new Map<number, Json>();
  let failures = 0;
  const close = (status: 'SUCCEEDED' | 'FAILED' | 'ABORTED'): void =>
    around.store.record({ kind: 'mapRunEnded', arn: mapRun.arn, status, at: around.clock.now() });
  const forget = strand.lifeline.onCut(({ reason }) => {
    if (reason !== 'CLOSED') close('ABORTED');
  });
  const runItem = async (index: number): Promise<void> => {
    lifeline.check();
    try {
      const input = await inputOf(visit, { Index: index, Value: mapRun.items[index] ?? null });
      const child = await around.runChild(strand.life, mapRun, index, input, lifeline);
      if (child.status === 'SUCCEEDED') outputs.set(index, JSON.parse(child.ending?.output ?? 'null') as Json);
      // A child that ended because the others did has not failed.
      else if (!lifeline.isCut && ++failures > tolerated) throw thresholdExceeded(failures, mapRun);
    } catch (error) {
      lifeline.cut(new Cut('SIBLING'));
      throw error;
    }
  };
  try {
    await pool(mapRun.items.length, state.MaxConcurrency || DISTRIBUTED_CONCURRENCY, runItem);
    strand.lifeline.check();
  } catch (error) {
    if (error instanceof StateError && !strand.lifeline.isCut) {
      close('FAILED');
      note(strand, 'MapRunFailed', { error: error.error, cause: error.cause });
    }
    throw error;
  } finally {
    forget();
    lifeline.detach();
  }
  close('SUCCEEDED');
  note(strand, 'MapRunSucceeded');
  return [...outputs.keys()].sort((left, right) => left - right).map((index) => outputs.get(index) ?? null);
};

const thresholdExceeded = (failures: number, { items, toleratedFailurePercentage }: MapRun): StateError =>
  new StateError(
    'States.ExceedToleratedFailureThreshold',
    `The specified tolerated failure threshold was exceeded: ${failures} of ${items.length} items failed, ${toleratedFailurePercentage} % are tolerated.`,
  );

/** The Map Run of this attempt: the one of an earlier life, where there is one, else a new one over the items as they are now. */
const beginMapRun = async (visit: Visit): Promise<MapRun> => {
  const { strand, state, step, attempt, place } = visit;
  const { execution, around } = strand.life;
  const known = execution.mapRuns.get(place);
  if (known !== undefined) {
    const mapRun = around.store.mapRun(known);
    if (mapRun.status !== 'RUNNING') {
      around.store.record({ kind: 'mapRunRedriven', arn: known, at: around.clock.now() });
      note(strand, 'MapRunRedriven', { mapRunArn: known, redriveCount: mapRun.redriveCount });
    }
    return mapRun;
  }
  const items = await itemsOf(visit);
  const label = state.Label ?? uuidOf(`label ${execution.machineArn} ${step.name}`);
  const arn = `arn:aws:states:${around.region}:${around.accountId}:mapRun:${execution.machineName}/${label}:${uuidOf(seedOf(strand, step, attempt))}`;
  note(strand, 'MapStateStarted', { length: items.length });
  note(strand, 'MapRunStarted', { mapRunArn: arn });
  around.store.record({
    kind: 'mapRun',
    started: {
      arn,
      executionArn: execution.arn,
      place,
      label,
      maxConcurrency: state.MaxConcurrency,
      toleratedFailurePercentage: state.ToleratedFailurePercentage ?? 0,
      items,
      startedAt: around.clock.now(),
    },
  });
  return around.store.mapRun(arn);
};
