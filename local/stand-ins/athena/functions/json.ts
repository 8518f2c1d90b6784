/** JSON; json_extract_scalar is the translator's own, because it reads all paths of one text at once. */
import type { FunctionRule } from './rules';
import { write } from './rules';

export const JSON_TEXTS: Readonly<Record<string, FunctionRule>> = {
  json_extract: {
    least: 2,
    most: 2,
    write: ([text, path]) => ({ sql: `CAST(lithify_json_extracted(CAST(${text!.sql} AS VARCHAR), ${path!.sql}) AS JSON)` }),
  },
  json_parse: write(1, 1, (text) => `CAST(lithify_json_document(${text}) AS JSON)`),
  json_format: write(1, 1, (json) => `CAST(CAST(${json} AS JSON) AS VARCHAR)`),
  json_array_length: write(
    1,
    1,
    (json) => `CASE WHEN TRY(json_type(${json})) = 'ARRAY' THEN CAST(json_array_length(${json}) AS BIGINT) END`,
  ),
  json_size: write(2, 2, (json, path) => `CAST(lithify_json_size(CAST(${json} AS VARCHAR), ${path}) AS BIGINT)`),
};
