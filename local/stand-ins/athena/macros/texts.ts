/** Functions of texts. */
import { fails, unary, where } from './forms';

export const TEXTS: readonly string[] = [
  `CREATE MACRO lithify_upper(x) AS CASE WHEN contains(x, 'ß') THEN replace(upper(replace(x, 'ß', chr(57344))), chr(57344), 'ß') ELSE upper(x) END`,
  `CREATE MACRO lithify_substr(x, s) AS CASE WHEN s = 0 OR (s < 0 AND s < -length(x)) THEN '' ELSE substr(x, s) END`,
  `CREATE MACRO lithify_substr_of(x, s, n) AS CASE WHEN s = 0 OR n <= 0 OR (s < 0 AND s < -length(x)) THEN '' ELSE substr(x, s, n) END`,
  `CREATE MACRO lithify_part(x, d, n) AS CASE WHEN n < 1 THEN ${fails("'argument: Index must be greater than zero'", 'CAST(NULL AS VARCHAR)')}
    WHEN len(string_split(x, d)) >= n THEN split_part(x, d, n) END`,
  `CREATE MACRO lithify_split(x, d) AS CASE WHEN d = '' THEN ${fails("'argument: The delimiter may not be the empty string'", 'string_split(x, d)')}
    ELSE string_split(x, d) END`,
  // In a place of nothing, which is between all characters.
  `CREATE MACRO lithify_replace(x, w, b) AS CASE WHEN w = '' THEN b || array_to_string(string_split(x, ''), b) || (CASE WHEN x = '' THEN '' ELSE b END)
    ELSE replace(x, w, b) END`,
  `CREATE MACRO lithify_length(x) AS ${where(
    `typeof(x) IN ('VARCHAR', 'BLOB', '"NULL"')`,
    'FUNCTION_NOT_FOUND',
    "'Unexpected parameters (' || lower(typeof(x)) || ') for function length'",
    "CASE WHEN typeof(x) = 'BLOB' THEN octet_length(CAST(x AS BLOB)) ELSE length(CAST(x AS VARCHAR)) END",
  )}`,
  `CREATE MACRO lithify_from_utf8(x) AS CASE WHEN TRY(decode(x)) IS NULL THEN lithify_utf8(hex(x)) ELSE decode(x) END`,
  unary('lithify_reverse', ['VARCHAR', 'reverse(x)'], ['any', 'list_reverse(x)']),
  'CREATE MACRO lithify_reverse_late(x) AS reverse(x)',
  // '' is what the engine says of a group that took no part, too.
  `CREATE MACRO lithify_regexp_extract(x, p, g) AS CASE WHEN regexp_matches(x, p) THEN
    (CASE WHEN g > 0 AND regexp_extract(x, p, g) = '' THEN lithify_regexp_group(x, p, CAST(g AS VARCHAR)) ELSE regexp_extract(x, p, g) END) END`,
];
