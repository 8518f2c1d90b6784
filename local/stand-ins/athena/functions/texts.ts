/** Text and regular expressions. */
import { concatenated } from '../arithmetic';
import { quoteText } from '../lexer';
import { enginePattern, engineReplacement } from '../regular-expressions';
import type { Argument, FunctionRule } from './rules';
import { constant, same, typed, write } from './rules';

/** Trino counts from 1, or from the end; there is nothing at 0. */
const substring: FunctionRule = write(2, 3, (text, from, length) => {
  const plain = /^[1-9]\d*$/.test(from) && (length === undefined || /^\d+$/.test(length));
  if (plain) return `substr(${[text, from, ...(length === undefined ? [] : [length])].join(', ')})`;
  return length === undefined ? `lithify_substr(${text}, ${from})` : `lithify_substr_of(${text}, ${from}, ${length})`;
});

const pattern = (argument: Argument | undefined): string =>
  argument?.literal === undefined ? argument!.sql : quoteText(enginePattern(argument.literal));

const onPattern = (
  least: number,
  most: number,
  writer: (text: string, pattern: string, group?: string) => string,
): FunctionRule => ({
  least,
  most,
  write: ([text, expression, group]) => ({ sql: writer(text!.sql, pattern(expression), group?.sql) }),
});

export const TEXTS: Readonly<Record<string, FunctionRule>> = {
  ...same('lower', 'trim', 'ltrim', 'rtrim', 'lpad', 'rpad', 'translate', 'chr', 'starts_with'),
  ...same('position'),
  length: typed('lithify_length'),
  upper: write(1, 1, (text) => `lithify_upper(${text})`),
  reverse: typed('lithify_reverse'),
  substr: substring,
  substring,
  split_part: write(3, 3, (text, by, index) =>
    index === '1' ? `split_part(${text}, ${by}, 1)` : `lithify_part(${text}, ${by}, ${index})`,
  ),
  concat_ws: write(2, 127, (by, ...texts) => {
    // A list is joined by its own rules there, and would be written as one text here.
    return `concat_ws(${[by, ...texts.map((text) => (text === 'NULL' ? text : `lithify_joined(${text})`))].join(', ')})`;
  }),
  strpos: { name: 'strpos', least: 2, most: 2 },
  codepoint: { name: 'unicode' },
  concat: {
    least: 2,
    most: 127,
    write: (args) => ({
      sql: args.map(({ sql }) => sql).reduce((one, other) => concatenated(one, other)),
    }),
  },
  replace: write(2, 3, (text, what, by) => `replace(${text}, ${what}, ${by ?? "''"})`),
  split: { name: 'string_split', least: 2, most: 2 },
  levenshtein_distance: { name: 'levenshtein' },
  hamming_distance: { name: 'hamming' },
  regexp_like: onPattern(2, 2, (text, expression) => `regexp_matches(${text}, ${expression})`),
  regexp_extract: onPattern(2, 3, (text, expression, group) => `lithify_regexp_extract(${text}, ${expression}, ${group ?? '0'})`),
  regexp_extract_all: onPattern(2, 3, (text, expression, group) => `regexp_extract_all(${text}, ${expression}, ${group ?? '0'})`),
  regexp_count: onPattern(2, 2, (text, expression) => `CAST(len(regexp_extract_all(${text}, ${expression})) AS BIGINT)`),
  regexp_split: onPattern(2, 2, (text, expression) => `string_split_regex(${text}, ${expression})`),
  regexp_replace: {
    least: 2,
    most: 3,
    write: ([text, expression, by]) => {
      const written =
        by === undefined ? '' : engineReplacement(constant(by, 'The replacement of regexp_replace'), expression?.literal);
      return { sql: `regexp_replace(${text!.sql}, ${pattern(expression)}, ${quoteText(written)}, 'g')` };
    },
  },
};
