import { basename, extname } from 'node:path';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import * as z from 'zod';
import { UsageError } from '../../contracts/errors';
import { connected, type PlaceFlags } from '../connection';
import type { Destination } from '../destination';
import { existingDelivery, existingStream } from '../destination';
import { isConnectionFailure, noAws } from '../failure';

/** A destination that is there, and the clock that its arrival times come from. */
export interface Target {
  readonly destination: Destination;
  /** The present there, milliseconds since the epoch. */
  readonly nowMillis: number;
  /** Lets virtual time pass up to an instant; undefined where time passes by itself. */
  readonly advanceTo?: (millis: number) => Promise<void>;
}

export const TARGET_KINDS = ['stream', 'delivery'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

export interface TargetOptions {
  /** With it `name` is that of a stream or a delivery stream, without it that of a feed. */
  readonly to?: TargetKind;
  /** Undefined takes the feed that the template is called after. */
  readonly name?: string;
  readonly template?: string;
  /** AWS itself, in this region, with the caller's own credentials; undefined is the embedded host. */
  readonly region?: string;
}

interface Aim {
  readonly kind: TargetKind;
  readonly name: string;
}

const feedsSchema = z.object({
  streamName: z.string(),
  feeds: z
    .record(z.string(), z.object({ streamName: z.string().optional(), deliveryStreamName: z.string().optional() }))
    .optional(),
});

/** Where records of a feed go, by the outputs of the stack. @throws UsageError for what is no feed of it. */
export const aimAtFeed = (outputs: unknown, { name, template }: Pick<TargetOptions, 'name' | 'template'>): Aim => {
  const { streamName, feeds = {} } = feedsSchema.parse(outputs);
  const known = { events: { streamName }, ...feeds };
  const feed = name ?? basename(template ?? '', extname(template ?? ''));
  const found = Object.hasOwn(known, feed) ? known[feed as keyof typeof known] : undefined;
  const names = Object.keys(known).join(', ');
  if (found === undefined && name === undefined) {
    throw new UsageError(`where to? Give a feed (${names}), or --to stream NAME or --to delivery NAME.`);
  }
  if (found === undefined) throw new UsageError(`"${feed}" is not a feed of the stack; the feeds are ${names}.`);
  const { streamName: stream, deliveryStreamName: delivery } = found as { streamName?: string; deliveryStreamName?: string };
  if (stream !== undefined) return { kind: 'stream', name: stream };
  if (delivery !== undefined) return { kind: 'delivery', name: delivery };
  throw new UsageError(`feed "${feed}" takes no records of its own.`);
};

const namedAim = ({ to, name }: TargetOptions): Aim | undefined => {
  if (to === undefined) return undefined;
  if (name === undefined) throw new UsageError(`--to ${to} needs a name: --to ${to} NAME.`);
  return { kind: to, name };
};

const existing = (clients: { readonly kinesis: KinesisClient; readonly firehose: FirehoseClient }, { kind, name }: Aim) =>
  kind === 'stream' ? existingStream(clients.kinesis, name) : existingDelivery(clients.firehose, name);

/** Runs `work` with the target that the flags name. Throws a UsageError where there is none. */
export const withTarget = async <T>(
  context: PlaceFlags,
  options: TargetOptions,
  work: (target: Target) => Promise<T>,
): Promise<T> => {
  const aim = namedAim(options);
  if (options.region !== undefined) {
    if (context.aws !== undefined)
      throw new UsageError('--region and --aws are both given; --aws takes the region of the stack, so leave --region out.');
    return inRegion(options.region, aim, context.wallMillis, work);
  }
  return connected(context, async (connection) => {
    const { controls, place } = connection;
    const destination = await existing(connection, aim ?? aimAtFeed(place.outputs, options));
    const nowMillis = connection.now;
    if (place.clock === 'wall' || controls === undefined) return work({ destination, nowMillis });
    let present = nowMillis;
    return work({
      destination,
      nowMillis,
      async advanceTo(millis) {
        if (millis <= present) return;
        present = Date.parse((await controls.advance(millis - present)).now);
      },
    });
  });
};

/** The SDK's own chain finds credentials, as in every other program of the person: variables, profiles, roles. */
const inRegion = async <T>(
  region: string,
  aim: Aim | undefined,
  wallMillis: () => number,
  work: (target: Target) => Promise<T>,
): Promise<T> => {
  if (aim === undefined)
    throw new UsageError('--region needs --to stream NAME or --to delivery NAME: feeds are those of a stack, which --aws finds.');
  const clients = { kinesis: new KinesisClient({ region }), firehose: new FirehoseClient({ region }) };
  try {
    return await work({ destination: await existing(clients, aim), nowMillis: wallMillis() });
  } catch (thrown) {
    throw isConnectionFailure(thrown) ? noAws(thrown) : thrown;
  } finally {
    clients.kinesis.destroy();
    clients.firehose.destroy();
  }
};
