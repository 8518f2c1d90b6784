/** Arrays and maps. */
import { quoteText } from '../lexer';
import { refused } from '../refusals';
import type { FunctionRule } from './rules';
import { same, write } from './rules';

/** `lambda "k", "v": body` called with values. */
const applied = (lambda: string, values: readonly string[]): string => {
  const [, names = '', body = ''] = /^lambda ((?:"(?:[^"]|"")*"(?:, )?)+): ([\s\S]*)$/.exec(lambda) ?? [];
  const all = names.match(/"(?:[^"]|"")*"/g) ?? [];
  if (all.length !== values.length) throw refused('form', 'A lambda that is no lambda');
  return all.reduceRight((inner, name, index) => `list_transform([${values[index]!}], lambda ${name}: ${inner})[1]`, body);
};

/** A lambda with another body. */
const tested = (lambda: string, writer: (body: string) => string): string =>
  lambda.replace(
    /^(lambda (?:"(?:[^"]|"")*"(?:, )?)+: )([\s\S]*)$/,
    (_, names: string, body: string) => `${names}${writer(body)}`,
  );

/** The items for which a test holds, and those of which it is not known. */
const holding = (list: string, test: string): string =>
  `list_filter(${list}, ${test}), list_filter(${list}, ${tested(test, (body) => `(${body}) IS NULL`)})`;

const itemOf = (list: string, value: string, call: string): string =>
  value === 'NULL' ? value : `lithify_item_of(${value}, ${list}, ${quoteText(call)})`;

const ENTRY = ['lithify_entry.key', 'lithify_entry.value'];
const entries = (map: string, written: string): string =>
  `map_from_entries(list_transform(map_entries(${map}), lambda lithify_entry: ${written}))`;

export const COLLECTIONS: Readonly<Record<string, FunctionRule>> = {
  cardinality: { name: 'lithify_cardinality', least: 1, most: 1 },
  ...same('map_keys', 'map_values', 'map_from_entries', 'map_concat', 'flatten'),
  map: { name: 'map' },
  element_at: write(2, 2, (from, key) =>
    /^(-? ?[1-9]\d*|NULL)$/.test(key) ? `(${from})[${key}]` : `lithify_element(${from}, ${key})`,
  ),
  map_entries: write(
    1,
    1,
    (map) => `list_transform(map_entries(${map}), lambda lithify_entry: row(lithify_entry.key, lithify_entry.value))`,
  ),
  map_filter: write(
    2,
    2,
    (map, test) => `map_from_entries(list_filter(map_entries(${map}), lambda lithify_entry: ${applied(test, ENTRY)}))`,
  ),
  transform_values: write(2, 2, (map, made) => entries(map, `row(lithify_entry.key, ${applied(made, ENTRY)})`)),
  transform_keys: write(2, 2, (map, made) => entries(map, `row(${applied(made, ENTRY)}, lithify_entry.value)`)),
  contains: write(2, 2, (list, value) => `lithify_contains(${list}, ${itemOf(list, value, 'contains')})`),
  array_max: write(1, 1, (list) => `lithify_max(${list})`),
  array_min: write(1, 1, (list) => `lithify_min(${list})`),
  array_distinct: write(1, 1, (list) => `lithify_distinct(${list})`),
  array_union: write(2, 2, (one, other) => `lithify_distinct((${one}) || (${other}))`),
  array_except: write(
    2,
    2,
    (one, other) => `lithify_distinct(list_filter(${one}, lambda lithify_kept: list_position(${other}, lithify_kept) IS NULL))`,
  ),
  repeat: write(2, 2, (value, times) => `list_transform(generate_series(1, ${times}), lambda lithify_time: ${value})`),
  trim_array: write(2, 2, (list, count) => `(${list})[1:len(${list}) - (${count})]`),
  zip: write(2, 5, (...lists) => `list_zip(${lists.join(', ')})`),
  zip_with: write(
    3,
    3,
    (one, other, made) =>
      `list_transform(generate_series(1, greatest(len(${one}), len(${other}))), lambda lithify_place: ${applied(made, [`(${one})[lithify_place]`, `(${other})[lithify_place]`])})`,
  ),
  reduce: write(4, 4, (list, start, step, last) => applied(last, [`list_reduce(${list}, ${step}, ${start})`])),
  array_sort: write(1, 1, (list) => `list_sort(${list}, 'ASC', 'NULLS LAST')`),
  array_position: write(
    2,
    2,
    (list, value) =>
      `CASE WHEN (${list}) IS NULL OR (${value}) IS NULL THEN NULL ELSE CAST(coalesce(list_position(${list}, ${itemOf(list, value, 'array_position')}), 0) AS BIGINT) END`,
  ),
  array_remove: write(
    2,
    2,
    (list, value) =>
      `list_filter(${list}, lambda lithify_item: lithify_item IS NULL OR lithify_item <> ${itemOf(list, value, 'array_remove')})`,
  ),
  array_join: write(2, 3, (list, by, missing) =>
    missing === undefined
      ? `array_to_string(${list}, ${by})`
      : `array_to_string(list_transform(${list}, lambda lithify_item: coalesce(CAST(lithify_item AS VARCHAR), ${missing})), ${by})`,
  ),
  array_intersect: write(
    2,
    2,
    (one, other) =>
      `lithify_distinct(list_filter(${one}, lambda lithify_kept: list_position(${other}, lithify_kept) IS NOT NULL))`,
  ),
  arrays_overlap: { name: 'lithify_overlap', least: 2, most: 2 },
  slice: write(3, 3, (list, start, length) => `(${list})[${start}:(${start}) + (${length}) - 1]`),
  sequence: write(2, 3, (from, to, step) =>
    step === undefined ? `lithify_steps(${from}, ${from}, ${to})` : `lithify_steps_by(${from}, ${from}, ${to}, ${step})`,
  ),
  transform: { name: 'list_transform', least: 2, most: 2 },
  filter: { name: 'list_filter', least: 2, most: 2 },
  any_match: write(2, 2, (list, test) => `lithify_any(${holding(list, test)})`),
  none_match: write(2, 2, (list, test) => `(NOT lithify_any(${holding(list, test)}))`),
  all_match: write(
    2,
    2,
    (list, test) =>
      `(NOT lithify_any(${holding(
        list,
        tested(test, (body) => `NOT (${body})`),
      )}))`,
  ),
};
