/** What Trino finds wrong with a statement when it analyses it, by what the engine says when it binds it. Pure. */
import type { ErrorContext, Rule } from './error-rule';
import { escaped, place } from './error-rule';
import { at, QueryFailure } from './failure';
import { refused } from './refusals';

/** As the statement writes it: with its table before it, or without. */
export const unresolved = (name: string, { text }: ErrorContext): QueryFailure => {
  const written = new RegExp(`(?<![\\w".])(?:"?(\\w+)"?\\s*\\.\\s*)?"?${escaped(name)}"?(?![\\w"])`, 'i').exec(text);
  const called = written?.[1] === undefined ? name : `${written[1]}.${name}`;
  return new QueryFailure(
    'COLUMN_NOT_FOUND',
    `${at(text, written?.index ?? 0)}: Column '${called}' cannot be resolved or requester is not authorized to access requested resources`,
  );
};

/** A field that a row does not have: of a column, or of another expression. */
export const unknownField = (name: string, { text, columns }: ErrorContext): QueryFailure => {
  const [whole = name, column = ''] = new RegExp(`(\\w+)"?\\s*\\.\\s*"?${escaped(name)}"?(?!\\w)`, 'i').exec(text) ?? [];
  return columns.has(column.toLowerCase())
    ? new QueryFailure(
        'INVALID_COLUMN_REFERENCE',
        `${place(text, column)}: Column reference '${whole.replace(/["\s]/g, '')}' is invalid`,
      )
    : new QueryFailure('COLUMN_NOT_FOUND', `${place(text, name)}: Column '${name}' cannot be resolved`);
};

/** Neither a column of a table nor a name that the statement itself could give: it stands there once. */
export const isNowhere = (name: string, { text, columns }: ErrorContext): boolean =>
  !columns.has(name.toLowerCase()) && (text.match(new RegExp(`(?<!\\w)${escaped(name)}(?!\\w)`, 'gi')) ?? []).length < 2;

/** What Trino finds wrong with a statement when it analyses it. */
export const ANALYSIS: readonly Rule[] = [
  [/lithify wrong (\w+): ([\s\S]*?)" not recognized/, ([, code = '', told = '']) => new QueryFailure(code, told)],
  [
    /Referenced table "([^"]+)" not found/,
    ([, table = ''], context) => {
      const star = new RegExp(`(?<![\\w".])"?${escaped(table)}"?\\s*\\.\\s*\\*`, 'i').exec(context.text);
      if (star !== null)
        return new QueryFailure('TABLE_NOT_FOUND', `${at(context.text, star.index)}: Unable to resolve reference ${table}`);
      const column = new RegExp(`(?<![\\w".])"?${escaped(table)}"?\\s*\\.\\s*"?(\\w+)`, 'i').exec(context.text)?.[1];
      return unresolved(column ?? table, context);
    },
  ],
  [
    /Referenced column "([^"]+)" (?:was )?not found|does not have a column named "([^"]+)"|column named "([^"]+)"|[Cc]olumn "([^"]+)" (?:does not exist on|referenced that exists in the SELECT clause)/,
    ([, one, two, three, four], context) => unresolved(one ?? two ?? three ?? four ?? '', context),
  ],
  [
    /(WHERE|GROUP BY) clause cannot contain (?:aggregates|window functions)|aggregate functions are not allowed in (WHERE|GROUP BY)/,
    ([, one, two]) =>
      new QueryFailure(
        'EXPRESSION_NOT_SCALAR',
        `${one ?? two} clause cannot contain aggregations, window functions or grouping operations`,
      ),
  ],
  [
    /aggregate function calls cannot be nested/,
    () => new QueryFailure('NESTED_AGGREGATION', 'Cannot nest aggregations inside an aggregation'),
  ],
  [/aggregates are not allowed inside the TRY/, () => refused('form', 'TRY of an aggregate')],
  [
    /(ORDER|GROUP BY) term out of range - should be between 1 and \d+/,
    ([, clause = '']) =>
      new QueryFailure('INVALID_COLUMN_REFERENCE', `${clause === 'ORDER' ? 'ORDER BY' : clause} position is not in select list`),
  ],
  [
    /Set operations can only apply to expressions with the same number|VALUES lists must all be the same length/,
    () =>
      new QueryFailure('TYPE_MISMATCH', 'The parts of a set operation, or the rows of VALUES, have different numbers of fields'),
  ],
  [
    /Cannot extract field '[^']*' from expression "([^"]*)"/,
    ([, name = ''], { text }) => new QueryFailure('TYPE_MISMATCH', `${place(text, name)}: Expression ${name} is not of type ROW`),
  ],
  [
    /struct_extract with a string key cannot be used on an unnamed struct/,
    () => new QueryFailure('INVALID_COLUMN_REFERENCE', 'A row without names has no field of that name'),
  ],
  [
    /No function matches the given name and argument types 'array_extract\(([\s\S]*?), ([\s\S]*?)\)'/,
    ([, of = '', key = '']) =>
      new QueryFailure('TYPE_MISMATCH', `Cannot use ${key.toLowerCase()} for subscript of ${of.toLowerCase()}`),
  ],
  [/argument types '!?~~\(/, () => new QueryFailure('TYPE_MISMATCH', 'Left side of LIKE expression must evaluate to a varchar')],
  [
    /Cannot combine types|Cannot deduce template type/,
    () => new QueryFailure('TYPE_MISMATCH', 'Values that must be of one type are not'),
  ],
  [
    /GROUPING child/,
    () => new QueryFailure('INVALID_ARGUMENTS', 'The arguments to GROUPING() must be expressions referenced by the GROUP BY'),
  ],
  [
    /initial value type must be the same as the list child type/,
    () => refused('overload', 'reduce from a value of another type'),
  ],
  [
    /Could not choose a best candidate function for the function call "(\w+)\(([^)]*)\)"|Macro (?:lithify_)?(\w+?)(?:_late)?\(\) does not support the supplied arguments/,
    ([, one, types = '', two]) =>
      new QueryFailure('FUNCTION_NOT_FOUND', `Unexpected parameters (${types.toLowerCase()}) for function ${one ?? two}`),
  ],
  [/lithify json cast type mismatch: ([\s\S]*)/, ([, told = '']) => new QueryFailure('TYPE_MISMATCH', told)],
  [/lithify json cast ([\s\S]*)/, ([, told = '']) => new QueryFailure('INVALID_CAST_ARGUMENT', told)],
  [/lithify argument: ([\s\S]*?)['"] to \w+/, ([, told = '']) => new QueryFailure('INVALID_FUNCTION_ARGUMENT', told)],
];
