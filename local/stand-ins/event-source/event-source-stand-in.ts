import { join } from 'node:path';
import { LithifyError } from '../../../contracts/errors';
import { AwsError } from '../../aws-error';
import { callerOf } from '../../caller';
import type { Clock } from '../../clock';
import type { RestRoute } from '../../endpoint/rest-json';
import { Journal } from '../../journal';
import type { ObjectSink, RecordSource } from '../delivery/source';
import type { FunctionInvoker } from '../function/function-host';
import { describeMapping, noSuchMapping } from './describe';
import { failureObject, type Discarded, type ShardPlace } from './events';
import type { MappingSettings } from './settings';
import { ShardReader, type ShardStats } from './shard-reader';
import { shardState, type OpenWindow } from './shard-state';

/**
 * Lambda's event source mappings of data streams. Pages followed: "Using Lambda to process records from Amazon Kinesis Data Streams",
 * "Configuring partial batch response", "Retain discarded batch records", "Implementing stateful Kinesis Data Streams processing".
 * Inputs honoured and ignored: `honouredInputs` and `ignoredInputs` in settings.ts.
 *
 * Like AWS: shard by shard in order, one batch at a time; batches by number, size and window; retries with backoff, a batch that fails is
 * split where that is asked for, and given up on by retries or age, described in S3; tumbling windows by arrival, whose state is handed on.
 * Different: the backoff is ours, AWS says none; a shard is read a second after an arrival.
 * Operations: GetEventSourceMapping and ListEventSourceMappings. Not modelled: other sources, filters, enhanced fan-out, parallel batches of a shard, other destinations, starting at a timestamp.
 */
export interface EventSourceOptions {
  readonly mappings: readonly MappingSettings[];
  readonly clock: Clock;
  /** Checkpoints are kept in `<dataDir>/event-sources/<uuid>.ndjson`. */
  readonly dataDir: string;
  readonly region: string;
  readonly streamWithArn: (arn: string) => RecordSource | undefined;
  readonly functions: FunctionInvoker;
  readonly sink: ObjectSink;
}

type Entry =
  | { readonly kind: 'created'; readonly at: number; readonly positions: readonly number[] }
  | { readonly kind: 'shard'; readonly shard: number; readonly position: number; readonly window?: OpenWindow };

export interface MappingStats {
  readonly functionArn: string;
  readonly streamArn: string;
  readonly shards: readonly ShardStats[];
  /** Batches that were given up on and could not be described: they are nowhere else. */
  readonly undescribed: number;
}

const COMPACT_AFTER = 5_000;

class Mapping {
  readonly #readers: readonly ShardReader[];
  readonly #journal: Journal<Entry>;
  readonly #shards: Map<number, Extract<Entry, { readonly kind: 'shard' }>>;
  readonly createdMillis: number;
  #undescribed = 0;
  #lines = 0;

  constructor(
    readonly settings: MappingSettings,
    private readonly options: EventSourceOptions,
  ) {
    const { clock, region, functions } = options;
    const source = options.streamWithArn(settings.streamArn);
    if (source === undefined) {
      throw new LithifyError(
        'dangling',
        `an event source mapping reads from ${settings.streamArn}, which the program does not declare`,
      );
    }
    this.#journal = Journal.open<Entry>(join(options.dataDir, 'event-sources', `${settings.uuid}.ndjson`));
    const { entries } = this.#journal;
    const created = entries.find((entry) => entry.kind === 'created') ?? this.#created(source);
    this.createdMillis = created.at;
    this.#shards = new Map(
      created.positions.map((position, shard) => [
        shard,
        (entries.findLast((entry) => entry.kind === 'shard' && entry.shard === shard) as
          Extract<Entry, { kind: 'shard' }> | undefined) ?? {
          kind: 'shard' as const,
          shard,
          position,
        },
      ]),
    );
    this.#compact(created);
    this.#readers = !settings.enabled
      ? []
      : [...this.#shards.values()].map(({ shard, position, window }) => {
          const place: ShardPlace = { settings, region, shardId: source.shardId(shard) };
          return new ShardReader({
            place,
            shard,
            source,
            functions,
            clock,
            state: shardState(position, window),
            checkpoint: (state) =>
              this.#remember(created, {
                kind: 'shard',
                shard,
                position: state.position,
                ...(state.window !== undefined && { window: state.window }),
              }),
            giveUp: (discarded) => this.#describe(place, discarded),
          });
        });
  }

  stats(): MappingStats {
    const { functionArn, streamArn } = this.settings;
    return { functionArn, streamArn, shards: this.#readers.map((reader) => reader.stats()), undescribed: this.#undescribed };
  }

  async close(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.close()));
    this.#journal.close();
  }

  #created(source: RecordSource): Extract<Entry, { readonly kind: 'created' }> {
    const from = (shard: number): number => (this.settings.startingPosition === 'LATEST' ? source.nextOrdinal(shard) : 0);
    return {
      kind: 'created',
      at: this.options.clock.now(),
      positions: Array.from({ length: source.shardCount }, (_, shard) => from(shard)),
    };
  }

  #remember(created: Entry, entry: Extract<Entry, { readonly kind: 'shard' }>): void {
    this.#shards.set(entry.shard, entry);
    this.#journal.append(entry);
    if (++this.#lines >= COMPACT_AFTER) this.#compact(created);
  }

  #compact(created: Entry): void {
    this.#lines = 0;
    this.#journal.compact([created, ...this.#shards.values()]);
  }

  async #describe(place: ShardPlace, discarded: Discarded): Promise<void> {
    const { failureBucket, roleArn } = this.settings;
    if (failureBucket === undefined) return;
    try {
      await this.options.sink.putObject(callerOf(roleArn), { bucket: failureBucket, ...failureObject(place, discarded) });
    } catch (thrown) {
      // As in Lambda, where it is a metric (DestinationDeliveryFailures): the shard goes on.
      if (!(thrown instanceof AwsError)) throw thrown;
      this.#undescribed++;
    }
  }
}

/** A page of a listing is all there is: the program has few mappings. */
const ROOT = '/2015-03-31/event-source-mappings';

export class EventSourceStandIn {
  readonly #mappings: readonly Mapping[];
  readonly routes: readonly RestRoute[];

  constructor(options: EventSourceOptions) {
    this.#mappings = options.mappings.map((settings) => new Mapping(settings, options));
    const described = () => this.#mappings.map(({ settings, createdMillis }) => describeMapping(settings, createdMillis));
    this.routes = [
      {
        service: 'lambda',
        method: 'GET',
        pattern: ROOT,
        query: { EventSourceArn: 'EventSourceArn', FunctionName: 'FunctionName' },
        name: 'ListEventSourceMappings',
        operation: async ({ EventSourceArn: source, FunctionName: name }) => ({
          EventSourceMappings: described().filter(
            ({ EventSourceArn, FunctionArn }) =>
              (source === undefined || source === EventSourceArn) &&
              (name === undefined || name === FunctionArn || String(FunctionArn).endsWith(`:function:${String(name)}`)),
          ),
        }),
      },
      {
        service: 'lambda',
        method: 'GET',
        pattern: `${ROOT}/{UUID}`,
        name: 'GetEventSourceMapping',
        operation: async ({ UUID: wanted }) => {
          const found = described().find(({ UUID }) => UUID === wanted);
          if (found === undefined) throw noSuchMapping();
          return found;
        },
      },
    ];
  }

  /** How each mapping is doing. */
  stats(): readonly MappingStats[] {
    return this.#mappings.map((mapping) => mapping.stats());
  }

  /** To be called before the functions, the streams and the sink are closed. */
  async close(): Promise<void> {
    await Promise.all(this.#mappings.map((mapping) => mapping.close()));
  }
}
