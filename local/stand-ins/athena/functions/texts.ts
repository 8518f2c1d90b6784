/** Text and regular expressions. */
import { concatenated } from '../arithmetic';
import { QueryFailure } from '../failure';
import { quoteText } from '../lexer';
import { refused } from '../refusals';
import { enginePattern, engineReplacement, groupCount } from '../regular-expressions';
import type { Argument, FunctionRule } from './rules';
import { constant, held, pieceOf, typed } from './rules';

type TextWriter = (text: string, ...rest: readonly string[]) => string;

/** A function of a text and what else there is. */
const ofText = (name: string, least: number, most: number, writer?: TextWriter): Record<string, FunctionRule> => ({
  [name]: {
    least,
    most,
    write: (args) => {
      const [text, ...rest] = args.map((arg, index) => (index === 0 ? held('text', arg, name) : arg.sql));
      return { sql: writer === undefined ? `${name}(${[text, ...rest].join(', ')})` : writer(text!, ...rest) };
    },
  },
});

/** Trino counts from 1, or from the end; there is nothing at 0. */
const substring = (name: string): Record<string, FunctionRule> =>
  ofText(name, 2, 3, (text, from = '', length) => {
    const plain = /^[1-9]\d*$/.test(from) && (length === undefined || /^\d+$/.test(length));
    if (plain) return `substr(${[text, from, ...(length === undefined ? [] : [length])].join(', ')})`;
    return length === undefined ? `lithify_substr(${text}, ${from})` : `lithify_substr_of(${text}, ${from}, ${length})`;
  });

const pattern = (argument: Argument | undefined): string =>
  argument?.literal === undefined ? argument!.sql : quoteText(enginePattern(argument.literal));

/** Throws QueryFailure for a group that a literal pattern does not have. */
const grouped = (expression: Argument | undefined, group: Argument | undefined): string => {
  const wanted = Number(group?.sql ?? '0');
  const there = expression?.literal === undefined ? undefined : groupCount(expression.literal);
  if (there !== undefined && wanted > there)
    throw new QueryFailure('INVALID_FUNCTION_ARGUMENT', `Pattern has ${there} groups. Cannot access group ${wanted}`);
  return group?.sql ?? '0';
};

const onPattern = (
  name: string,
  most: number,
  writer: (text: string, pattern: string, group: string) => string,
): Record<string, FunctionRule> => ({
  [name]: {
    least: 2,
    most,
    write: ([text, expression, group]) => ({
      sql: writer(held('text', text!, name), pattern(expression), grouped(expression, group)),
    }),
  },
});

/** One character alone has a code point: Trino takes no longer text, whatever it holds. */
const codepoint = ([text]: readonly Argument[]): { readonly sql: string } => {
  if (text?.literal === undefined ? !/^left\([\s\S]*, 1\)$/.test(text!.sql) : [...text.literal].length !== 1)
    throw new QueryFailure(
      'FUNCTION_NOT_FOUND',
      'Unexpected parameters (varchar) for function codepoint. Expected: codepoint(varchar(1))',
    );
  return { sql: `unicode(${text!.sql})` };
};

/** A literal that is not empty: what is to be found or cut at. */
const isSomething = (sql = ''): boolean => /^'([^']|'')+'$/.test(sql);

export const TEXTS: Readonly<Record<string, FunctionRule>> = {
  ...ofText('lower', 1, 1),
  ...ofText('upper', 1, 1, (text) => `lithify_upper(${text})`),
  ...ofText('trim', 1, 2),
  ...ofText('ltrim', 1, 2),
  ...ofText('rtrim', 1, 2),
  ...ofText('lpad', 3, 3),
  ...ofText('rpad', 3, 3),
  ...ofText('translate', 3, 3),
  ...ofText('starts_with', 2, 2),
  ...substring('substr'),
  ...substring('substring'),
  ...ofText('split_part', 3, 3, (text, by, index) =>
    index === '1' ? `split_part(${text}, ${by}, 1)` : `lithify_part(${text}, ${by}, ${index})`,
  ),
  ...ofText('strpos', 2, 2),
  ...ofText('replace', 2, 3, (text, what, by) =>
    /^'([^']|'')+'$/.test(what ?? '')
      ? `replace(${text}, ${what}, ${by ?? "''"})`
      : `lithify_replace(${text}, ${what}, ${by ?? "''"})`,
  ),
  ...ofText('split', 2, 2, (text, by) => (isSomething(by) ? `string_split(${text}, ${by})` : `lithify_split(${text}, ${by})`)),
  ...ofText('levenshtein_distance', 2, 2, (one, other) => `levenshtein(${one}, ${other})`),
  ...ofText('hamming_distance', 2, 2, (one, other) => `hamming(${one}, ${other})`),
  position: { name: 'position' },
  chr: { name: 'chr', least: 1, most: 1 },
  length: { name: 'lithify_length', least: 1, most: 1 },
  reverse: typed('lithify_reverse'),
  codepoint: { least: 1, most: 1, write: codepoint },
  concat_ws: {
    least: 2,
    most: 127,
    write: ([by, ...texts]) => {
      // A list is joined by its own rules there, and would be written as one text here.
      const joined = texts.map(({ sql }) => (sql === 'NULL' ? sql : `lithify_joined(${sql})`));
      return { sql: `concat_ws(${[by!.sql, ...joined].join(', ')})` };
    },
  },
  concat: {
    least: 1,
    most: 127,
    write: (args) => {
      if (args.length < 2)
        throw new QueryFailure('INVALID_FUNCTION_ARGUMENT', 'There must be two or more concatenation arguments');
      if (args.some(({ sql }) => sql === 'NULL')) throw refused('overload', 'concat of a NULL without a type');
      return { sql: args.map(pieceOf).reduce(concatenated).sql };
    },
  },
  ...onPattern('regexp_like', 2, (text, expression) => `regexp_matches(${text}, ${expression})`),
  ...onPattern('regexp_extract', 3, (text, expression, group) => `lithify_regexp_extract(${text}, ${expression}, ${group})`),
  ...onPattern('regexp_extract_all', 3, (text, expression, group) => `regexp_extract_all(${text}, ${expression}, ${group})`),
  ...onPattern('regexp_count', 2, (text, expression) => `CAST(len(regexp_extract_all(${text}, ${expression})) AS BIGINT)`),
  ...onPattern('regexp_split', 2, (text, expression) => `string_split_regex(${text}, ${expression})`),
  regexp_replace: {
    least: 2,
    most: 3,
    write: ([text, expression, by]) => {
      const written =
        by === undefined ? '' : engineReplacement(constant(by, 'The replacement of regexp_replace'), expression?.literal);
      return {
        sql: `regexp_replace(${held('text', text!, 'regexp_replace')}, ${pattern(expression)}, ${quoteText(written)}, 'g')`,
      };
    },
  },
};
