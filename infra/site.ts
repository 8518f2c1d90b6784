import type * as pulumi from '@pulumi/pulumi';
import type { Arns } from './arns';
import type { Feed } from '../contracts/feeds';
import type { FeedNames, Names } from './names';
import type { FeedConfig, Settings } from './settings';

/** One feed of the stack: its declaration, its names and what the stack decides otherwise. */
export interface FeedSite {
  readonly feed: Feed;
  readonly names: FeedNames;
  readonly config: Partial<FeedConfig>;
}

/** What every stage is given: the settings, and what follows from them for names, policies, tags and protection. */
export interface Site {
  readonly settings: Settings;
  readonly names: Names;
  /** What the stack deploys, events first. */
  readonly feeds: readonly FeedSite[];
  readonly arns: pulumi.Output<Arns>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Options of a resource that holds data: in a protected stack it cannot be deleted, and stays on AWS when it leaves the program. */
export const keepsData = ({
  settings: { protection },
}: Site): { readonly protect: boolean; readonly retainOnDelete: boolean } => ({
  protect: protection.protect,
  retainOnDelete: protection.protect,
});
