/**
 * A query that fails: the engine's error name and sentence, as they stand in `StateChangeReason`, and Athena's category:
 * 1 the system, 2 the user, 3 other. https://docs.aws.amazon.com/athena/latest/APIReference/API_AthenaError.html
 */
export class QueryFailure extends Error {
  override readonly name = 'QueryFailure';

  constructor(
    readonly code: string,
    readonly detail: string,
    readonly category: 1 | 2 | 3 = 2,
  ) {
    super(`${code}: ${detail}`);
  }
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where a character of the statement stands, as the engine counts: from 1. */
export const positionOf = (text: string, offset: number): Position => {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
};

export const at = (text: string, offset: number): string => {
  const { line, column } = positionOf(text, offset);
  return `line ${line}:${column}`;
};

export const syntaxError = (text: string, offset: number, message: string): QueryFailure =>
  new QueryFailure('SYNTAX_ERROR', `${at(text, offset)}: ${message}`);

export const mismatched = (text: string, offset: number, found: string): QueryFailure =>
  syntaxError(text, offset, `mismatched input '${found}'`);

export const notSupported = (message: string): QueryFailure => new QueryFailure('NOT_SUPPORTED', message);

/** The message of anything thrown; errors of native code may be of another realm, where `instanceof Error` fails. */
export const reasonOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown);

/** The same of what was the cause of it, where that is told: `fetch failed` says nothing, its cause does. */
export const rootReasonOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'cause' in thrown && thrown.cause !== undefined
    ? rootReasonOf(thrown.cause)
    : reasonOf(thrown);
