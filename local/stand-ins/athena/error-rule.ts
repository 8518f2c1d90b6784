/** How a message of the engine becomes an error of Athena. Pure. */
import type { QueryFailure } from './failure';
import { at } from './failure';

export interface ErrorContext {
  /** The statement as it was sent. */
  readonly text: string;
  /** The columns of the tables that it reads, lower case. */
  readonly columns: ReadonlySet<string>;
  /** From the files that the engine read to what they are called. */
  readonly uris: ReadonlyMap<string, string>;
}

export const escaped = (name: string): string => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Where a name stands in the statement, as well as can be told. */
export const place = (text: string, name: string): string => {
  const found = new RegExp(`(?<![\\w"])"?${escaped(name)}"?(?![\\w"])`, 'i').exec(text);
  return at(text, found?.index ?? 0);
};

export type Rule = readonly [RegExp, (match: RegExpExecArray, context: ErrorContext) => QueryFailure];
