import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** A gathered object is closed when it reaches this size, compressed: large enough for any engine, small enough to hold in memory. */
export const GATHERED_BYTES = 64 * 1024 * 1024;

/** A line break as a gzip member of its own: appended where an object's last line lacks one. */
export const LINE_BREAK = gzipSync('\n');

/** The gzip bytes that an inflated object contributes: itself, and a line break where its last line has none. */
export const contribution = (compressed: Buffer, inflated: Buffer): readonly Buffer[] =>
  inflated[inflated.length - 1] === 10 ? [compressed] : [compressed, LINE_BREAK];

/**
 * The name of a gathered object follows from what is in it. Two invocations of one task (one of them believed dead) that read the
 * same write the same object; where one could not read what the other could, both objects lie there, and verification finds too many lines.
 * Were they called the same, the later one would replace what the earlier one's outcome, and so the ledger, speaks of.
 */
export const gatheredName = (task: number, sources: readonly { readonly key: string; readonly etag: string }[]): string => {
  const hash = createHash('sha256');
  for (const { key, etag } of sources) hash.update(`${key}\n${etag}\n`);
  return `${String(task).padStart(4, '0')}-${hash.digest('hex').slice(0, 16)}.gz`;
};
