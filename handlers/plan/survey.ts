import { dateColumn, typeColumn, type Feed } from '../../contracts/feeds';
import { isPlanned, partitionDate, partitionPath, piecePrefix, sourcesKey } from '../../contracts/lake';
import type { Policy } from '../../contracts/policy';
import { ledgerEntrySchema, type PlannedPartition, type PlanRound, type Source } from '../../workflows/documents';
import { inMarkerOrder, newSources, unrouted } from '../../workflows/novelty';
import { inRange, partitionTakes } from '../../workflows/planning';
import type { Run } from '../../workflows/run';
import { concurrently } from '../aws/concurrently';
import { LinesUpload } from '../aws/lines-upload';
import { MissingObject, type LakeObjects, type ListedObject } from '../aws/objects';
import type { CuratedPartitions, RegisteredPartition } from '../aws/partitions';
import { emptyNews, plannedPartition, withNext } from './core';
import { listPartitions, type DateRange, type ListedPartition, type Types } from './listing';

/** What a survey looks at, and by what it decides. */
export interface Survey {
  readonly objects: LakeObjects;
  readonly catalog: CuratedPartitions;
  readonly feed: Feed;
  readonly run: Run;
  readonly policy: Policy;
  /** Milliseconds since the epoch. */
  readonly nowMillis: number;
  /** Where the lists of new sources go. */
  readonly folder: string;
  readonly known: Pick<Types, 'pieces' | 'marked'>;
  /** The ranges of dates of a type that are listed, in their order. */
  readonly rangesOf: (type: string | undefined) => readonly DateRange[];
}

type Remaining = PlanRound['remaining'][number];
export type Surveyed = Pick<PlanRound, 'listedObjects' | 'misplaced' | 'partitions' | 'remaining'>;

/** Types surveyed at the same time: what waits for S3 in one leaves the processor to the others. */
const CONCURRENT_TYPES = 12;
const PAGE_ENTRIES = 1_000;
const MISPLACED = 1_000;

/** Lists types up to the round's bound: finds what is new in their partitions, decides on each, and lists the sources of what is due. */
export const survey = async (survey: Survey, types: readonly Remaining[]): Promise<Surveyed> => {
  const round = new Round(survey);
  const left = await concurrently(types, CONCURRENT_TYPES, (type) => round.surveyType(type));
  return {
    listedObjects: round.listedObjects,
    misplaced: round.misplaced,
    partitions: round.partitions,
    remaining: left.filter((type) => type !== undefined),
  };
};

class Round {
  listedObjects = 0;
  readonly misplaced: string[] = [];
  readonly partitions: PlannedPartition[] = [];
  #entries = 0;

  constructor(private readonly survey: Survey) {}

  /** @returns where another round is to go on */
  async surveyType(from: Remaining): Promise<Remaining | undefined> {
    const { objects, feed, run, known, rangesOf } = this.survey;
    const type = from.type ?? undefined;
    let { after } = from;
    if (this.#full) return from;
    const registered = await this.#registered(type);
    for (const range of rangesOf(type)) {
      if (after !== undefined && range.to !== undefined && range.to <= after) continue;
      const behind = after === undefined ? range : { ...range, after };
      this.#entries += PAGE_ENTRIES;
      for await (const listed of listPartitions(objects, feed, type, behind, known, (key) => this.#misplace(key))) {
        if (inRange(run, listed.partition)) await this.#decide(listed, registered.get(listed.path));
        registered.delete(listed.path);
        after = partitionDate(listed.partition);
        if (!this.#full) continue;
        this.#nameEmptied(registered.values(), from.after, after);
        return { type: from.type, after };
      }
    }
    this.#nameEmptied(registered.values(), from.after, undefined);
    return undefined;
  }

  /** Of a rebuild's partitions, those that no object is left of are named as well. */
  #nameEmptied(unlisted: Iterable<RegisteredPartition>, after: string | undefined, to: string | undefined): void {
    const { run, policy, nowMillis } = this.survey;
    if (!run.rebuild) return;
    for (const { partition, published } of unlisted) {
      const date = partitionDate(partition);
      const passed = (after === undefined || date > after) && (to === undefined || date <= to);
      if (published !== undefined && passed && inRange(run, partition))
        this.partitions.push(plannedPartition(partition, emptyNews, emptyNews, published, run, policy, nowMillis));
    }
  }

  get #full(): boolean {
    return this.#entries >= this.survey.policy.planEntries;
  }

  #misplace(key: string): void {
    if (this.misplaced.length < MISPLACED) this.misplaced.push(key);
  }

  /** A type's partitions in the catalog, by path: of the dates that are listed. */
  async #registered(type: string | undefined): Promise<Map<string, RegisteredPartition>> {
    const { catalog, feed, rangesOf } = this.survey;
    const ranges = rangesOf(type);
    const from = ranges.some((range) => range.from === undefined) ? undefined : ranges.map((range) => range.from!).sort()[0];
    const terms = [
      ...(type === undefined ? [] : [`${typeColumn(feed)} = '${type}'`]),
      ...(from === undefined ? [] : [`${dateColumn(feed)} >= '${from}'`]),
    ];
    const found = new Map<string, RegisteredPartition>();
    this.#entries += PAGE_ENTRIES;
    for await (const registered of catalog.all(terms.length === 0 ? undefined : terms.join(' AND ')))
      found.set(partitionPath(registered.partition), registered);
    return found;
  }

  async #decide({ partition, sources, markers }: ListedPartition, registered: RegisteredPartition | undefined): Promise<void> {
    const { objects, feed, run, policy, nowMillis, folder } = this.survey;
    const published = registered?.published;
    const key = sourcesKey(folder, partition);
    const list = new LinesUpload(objects.upload(key));
    let [all, taken] = [emptyNews, emptyNews];
    let broken: string | undefined;
    try {
      for await (const source of this.#news(sources, markers, published?.ledger)) {
        const found = { ...source, isPiece: source.key.startsWith(piecePrefix(feed.name)) };
        all = withNext(all, found);
        if (!run.rebuild && !partitionTakes(taken, source, policy)) continue;
        taken = withNext(taken, found);
        if (!run.dryRun) await list.add(sourceOf(source));
      }
    } catch (thrown) {
      if (!(thrown instanceof BrokenLedger)) throw thrown;
      broken = reasonOf(thrown);
      if (broken === undefined) throw thrown.cause;
    }
    const planned = plannedPartition(partition, all, taken, published, run, policy, nowMillis);
    const refused = broken ?? refusal(registered, all, taken, run, policy);
    const due = planned.due && refused === undefined;
    if (due && !run.dryRun) await list.complete();
    else await list.abort();
    if (all.objects === 0 && broken === undefined && (!run.rebuild || published === undefined)) return;
    if (refused !== undefined) this.partitions.push({ ...planned, due: false, reason: refused });
    else this.partitions.push(due ? { ...planned, sourcesKey: key } : planned);
  }

  /** What of a partition is new: known neither to its ledger nor to a marker. A rebuild takes all that is not routed. */
  async *#news(
    sources: AsyncIterable<ListedObject>,
    markers: AsyncIterable<{ readonly key: string; readonly etag: string }>,
    ledger: string | undefined,
  ): AsyncGenerator<ListedObject> {
    const listed = this.#planned(this.#counted(sources));
    const fresh =
      ledger === undefined || this.survey.run.rebuild ? listed : newSources(listed, this.#counted(this.#ledger(ledger), false));
    yield* unrouted(inMarkerOrder(fresh), this.#counted(markers, false));
  }

  async *#planned(sources: AsyncIterable<ListedObject>): AsyncGenerator<ListedObject> {
    for await (const source of sources) if (isPlanned(this.survey.feed, source)) yield source;
  }

  async *#ledger(key: string): AsyncGenerator<{ readonly key: string; readonly etag: string }> {
    this.#entries += PAGE_ENTRIES;
    try {
      yield* this.survey.objects.readLines(key, ledgerEntrySchema);
    } catch (thrown) {
      throw new BrokenLedger(key, { cause: thrown });
    }
  }

  async *#counted<T>(items: AsyncIterable<T>, listed = true): AsyncGenerator<T> {
    for await (const item of items) {
      this.#entries++;
      if (listed) this.listedObjects++;
      yield item;
    }
  }
}

const sourceOf = ({ key, etag, bytes }: ListedObject): Source => ({ key, etag, bytes });

class BrokenLedger extends Error {
  override readonly name = 'BrokenLedger';

  constructor(
    readonly key: string,
    options: { readonly cause: unknown },
  ) {
    super(`the ledger ${key} cannot be read`, options);
  }
}

/** Why a partition whose ledger is gone or damaged is left alone; undefined for any other failure, which fails the plan. */
const reasonOf = ({ key, cause }: BrokenLedger): string | undefined => {
  const { name = '', code = '' } = cause as { readonly name?: string; readonly code?: string };
  const what =
    cause instanceof MissingObject
      ? 'missing'
      : code.startsWith('Z_') || name === 'SyntaxError' || name === 'ZodError'
        ? 'damaged'
        : undefined;
  return what === undefined
    ? undefined
    : `its ledger ${key} is ${what}, and nobody else knows what its rows contain: bring it back from the bucket's versions`;
};

const refusal = (
  registered: RegisteredPartition | undefined,
  all: { readonly objects: number; readonly bytes: number },
  taken: { readonly objects: number; readonly bytes: number },
  run: Run,
  policy: Policy,
): string | undefined => {
  if (registered !== undefined && registered.published === undefined)
    return `registered at ${registered.location}, which no run published`;
  if (run.rebuild && all.objects > 1 && !fitsOneRun(taken, policy))
    return `cannot be rebuilt: it has ${all.objects} objects and ${all.bytes} bytes, more than one run gathers of a partition`;
  return undefined;
};

const fitsOneRun = ({ objects, bytes }: { readonly objects: number; readonly bytes: number }, policy: Policy): boolean =>
  partitionTakes({ objects: objects - 1, bytes: 0 }, { bytes }, policy);
