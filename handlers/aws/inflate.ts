import { gunzipSync } from 'node:zlib';

/** What one object may inflate to, so that it fits a function's memory with its text beside it; Firehose's own objects end at 128 MiB. */
export const MAX_INFLATED_BYTES = 256 * 1024 * 1024;

/**
 * Inflates a gzip object of one or more members, whole. A cut member, a wrong checksum, plain text under a `.gz` name and bytes behind
 * the last member are all refused: readers disagree on what to make of them.
 */
export const inflate = (
  body: Buffer,
): { readonly ok: true; readonly text: Buffer } | { readonly ok: false; readonly reason: string } => {
  try {
    const { buffer, engine } = gunzipSync(body, { maxOutputLength: MAX_INFLATED_BYTES, info: true }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    if (engine.bytesWritten !== body.length)
      return { ok: false, reason: `${body.length - engine.bytesWritten} bytes behind the last gzip member` };
    return { ok: true, text: buffer };
  } catch (thrown) {
    return { ok: false, reason: `not readable as gzip: ${thrown instanceof Error ? thrown.message : String(thrown)}` };
  }
};
