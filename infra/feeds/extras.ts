import type * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { Catalog } from '../catalog';
import type { Site } from '../site';
import type { Storage } from '../storage';
import { films } from './films';
import { telemetry } from './telemetry';

/** What a feed's own resources may build on. */
export interface FeedParts {
  readonly site: Site;
  /** The folder whose `handlers/` are deployed. */
  readonly checkout: string;
  readonly catalog: Catalog;
  readonly storage: Storage;
  readonly stream: aws.kinesis.Stream | undefined;
  readonly delivery: aws.kinesis.FirehoseDeliveryStream;
  readonly direct: aws.kinesis.FirehoseDeliveryStream | undefined;
}

/** Resources that a feed has beyond what every feed has; what it returns joins the feed's outputs. */
type Extra = (parts: FeedParts) => Readonly<Record<string, pulumi.Output<string>>>;

const EXTRAS: Readonly<Record<string, Extra>> = { films, telemetry };

export const extras = (feed: string, parts: FeedParts): Readonly<Record<string, pulumi.Output<string>>> =>
  EXTRAS[feed]?.(parts) ?? {};
