import { gzipSync } from 'node:zlib';

/** A gathered object is closed when it reaches this size, compressed: large enough for any engine, small enough to hold in memory. */
export const GATHERED_BYTES = 64 * 1024 * 1024;

/** A line break as a gzip member of its own: appended where an object's last line lacks one. */
export const LINE_BREAK = gzipSync('\n');

/** The gzip bytes that an inflated object contributes: itself, and a line break where its last line has none. */
export const contribution = (compressed: Buffer, inflated: Buffer): readonly Buffer[] =>
  inflated[inflated.length - 1] === 10 ? [compressed] : [compressed, LINE_BREAK];
