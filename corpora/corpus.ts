import type { Random } from './random';

/** Where generated events come from: what kinds of records there are, and how one is written. */
export interface Corpus {
  readonly name: CorpusName;
  /** The types that its records have, as the lake calls them. */
  readonly eventTypes: readonly string[];
  /** Draws one of its kinds of records. */
  draw(random: Random): CorpusRecord;
}

export interface CorpusRecord {
  /** As sent: `payment:order:completed`. */
  readonly eventName: string;
  /** First part, lower case. */
  readonly eventType: string;
  /** The JSON text of a record. `createdAt` is the JSON text of its value: `1795341600`, `"1795341600000"`. */
  write(random: Random, eventUuid: string, createdAt: string): string;
}

export const CORPUS_NAMES = ['synthetic', 'github'] as const;
export type CorpusName = (typeof CORPUS_NAMES)[number];
