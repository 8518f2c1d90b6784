/** Bytes, hashes and addresses. */
import type { FunctionRule } from './rules';
import { write } from './rules';

const bytesHex = (bytes: string): string => `hex(CAST(${bytes} AS BLOB))`;

/** Functions written in JavaScript: one text in, one text out. */
const javaScript = (...names: readonly string[]): Record<string, FunctionRule> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      write(1, 2, (...args) => `lithify_${name}(${args.map((arg) => `CAST(${arg} AS VARCHAR)`).join(', ')})`),
    ]),
  );

export const BYTES: Readonly<Record<string, FunctionRule>> = {
  to_utf8: { name: 'encode', least: 1, most: 1 },
  from_utf8: { name: 'lithify_from_utf8', least: 1, most: 1 },
  to_hex: { name: 'hex', least: 1, most: 1 },
  from_hex: { name: 'unhex', least: 1, most: 1 },
  to_base64: { name: 'to_base64', least: 1, most: 1 },
  from_base64: { name: 'from_base64', least: 1, most: 1 },
  md5: write(1, 1, (bytes) => `unhex(md5(${bytes}))`),
  sha1: write(1, 1, (bytes) => `unhex(sha1(${bytes}))`),
  sha256: write(1, 1, (bytes) => `unhex(sha256(${bytes}))`),
  sha512: write(1, 1, (bytes) => `unhex(lithify_sha512(${bytesHex(bytes)}))`),
  crc32: write(1, 1, (bytes) => `CAST(lithify_crc32(${bytesHex(bytes)}) AS BIGINT)`),
  ...javaScript(
    'url_extract_protocol',
    'url_extract_host',
    'url_extract_path',
    'url_extract_query',
    'url_extract_fragment',
    'url_extract_parameter',
  ),
  ...javaScript('url_encode', 'url_decode'),
  url_extract_port: write(1, 1, (url) => `CAST(lithify_url_extract_port(CAST(${url} AS VARCHAR)) AS BIGINT)`),
};
