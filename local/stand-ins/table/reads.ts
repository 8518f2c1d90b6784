import { meets, projected } from './evaluate';
import { type Condition, parsePaths, type Path, type Placeholders } from './expression-parser';
import type { TableItems } from './items';
import { choiceOf, conditionOf, flagOf, type Input, limitOf, only, optionalItem, placeholdersOf, textOf } from './requests';
import { type AttributeValue, compare, type Item, itemBytes, validation } from './values';

/** "A single Query operation can retrieve a maximum of 1 MB of data", and so can a Scan. */
const PAGE_BYTES = 1024 * 1024;

const pathsOf = (input: Input, placeholders: Placeholders): readonly Path[] | undefined => {
  const source = textOf(input, 'ProjectionExpression');
  return source === undefined ? undefined : parsePaths(source, 'ProjectionExpression', placeholders);
};

export const getItem = (table: TableItems, input: Input): object => {
  only('GetItem', input, ['TableName', 'Key', 'ConsistentRead', 'ProjectionExpression', 'ExpressionAttributeNames']);
  flagOf(input, 'ConsistentRead');
  const placeholders = placeholdersOf(input, ['ProjectionExpression']);
  const paths = pathsOf(input, placeholders);
  placeholders.checkUsed();
  const key = optionalItem(input, 'Key');
  if (key === undefined)
    throw validation("1 validation error detected: Value null at 'key' failed to satisfy constraint: Member must not be null");
  const item = table.get(table.requestedKey(key));
  if (item === undefined) return {};
  return { Item: paths === undefined ? item : projected(paths, item) };
};

const PAGED = [
  'TableName',
  'ConsistentRead',
  'Limit',
  'ExclusiveStartKey',
  'FilterExpression',
  'ProjectionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'Select',
];

export const scan = (table: TableItems, input: Input): object => {
  only('Scan', input, PAGED);
  const placeholders = placeholdersOf(input, ['FilterExpression', 'ProjectionExpression']);
  return page(
    table,
    input,
    placeholders,
    table.all().map(({ item }) => item),
    false,
  );
};

export const query = (table: TableItems, input: Input): object => {
  only('Query', input, [...PAGED, 'KeyConditionExpression', 'ScanIndexForward']);
  const placeholders = placeholdersOf(input, ['KeyConditionExpression', 'FilterExpression', 'ProjectionExpression']);
  const condition = conditionOf(input, 'KeyConditionExpression', placeholders);
  if (condition === undefined)
    throw validation('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
  const hash = hashOf(table, condition);
  const partition = table.partitionOf(hash);
  const items = table
    .all()
    .filter((stored) => stored.partition === partition && meets(condition, stored.item))
    .map(({ item }) => item);
  const backwards = flagOf(input, 'ScanIndexForward') === false;
  return page(table, input, placeholders, backwards ? items.reverse() : items, backwards);
};

const conjuncts = (condition: Condition): readonly Condition[] =>
  condition.kind === 'and' ? [...conjuncts(condition.left), ...conjuncts(condition.right)] : [condition];

/** The one value of the hash key that a key condition names; at most one more condition, on the range key, may stand beside it. */
const hashOf = ({ settings: { hash, range } }: TableItems, condition: Condition): AttributeValue => {
  let found: AttributeValue | undefined;
  let ranges = 0;
  for (const part of conjuncts(condition)) {
    const name = subjectOf(part);
    if (
      name === hash.name &&
      part.kind === 'compare' &&
      part.comparator === '=' &&
      part.right.kind === 'value' &&
      found === undefined
    )
      found = part.right.value;
    else if (name !== undefined && name === range?.name && RANGE_CONDITIONS.has(part.kind) && !isUnequal(part)) ranges++;
    else if (name !== undefined && name !== hash.name && name !== range?.name)
      throw validation(
        `Query condition missed key schema element: ${found === undefined ? hash.name : (range?.name ?? hash.name)}`,
      );
    else throw validation('Query key condition not supported');
  }
  if (found === undefined) throw validation(`Query condition missed key schema element: ${hash.name}`);
  if (ranges > 1) throw validation('KeyConditionExpressions must only contain one condition per key');
  if (!(hash.type in found))
    throw validation('One or more parameter values were invalid: Condition parameter type does not match schema type');
  return found;
};

const RANGE_CONDITIONS = new Set<Condition['kind']>(['compare', 'between', 'begins']);
const isUnequal = (part: Condition): boolean => part.kind === 'compare' && part.comparator === '<>';

const subjectOf = (part: Condition): string | undefined => {
  const operand = part.kind === 'compare' ? part.left : part.kind === 'between' || part.kind === 'begins' ? part.of : undefined;
  return operand?.kind === 'path' && operand.path.length === 1 ? String(operand.path[0]) : undefined;
};

/** Items up to the limit or 1 MB are read, and only then filtered: a page may be empty and still not be the last. */
const page = (
  table: TableItems,
  input: Input,
  placeholders: Placeholders,
  candidates: readonly Item[],
  backwards: boolean,
): object => {
  flagOf(input, 'ConsistentRead');
  const filter = conditionOf(input, 'FilterExpression', placeholders);
  const paths = pathsOf(input, placeholders);
  const select = choiceOf(input, 'Select', ['ALL_ATTRIBUTES', 'COUNT', 'SPECIFIC_ATTRIBUTES']);
  placeholders.checkUsed();
  const limit = limitOf(input) ?? Number.POSITIVE_INFINITY;
  const start = optionalItem(input, 'ExclusiveStartKey');
  const read: Item[] = [];
  let bytes = 0;
  let more = false;
  for (const item of after(table, candidates, start, backwards)) {
    if (read.length >= limit || (read.length > 0 && bytes + itemBytes(item) > PAGE_BYTES)) {
      more = true;
      break;
    }
    read.push(item);
    bytes += itemBytes(item);
  }
  const kept = filter === undefined ? read : read.filter((item) => meets(filter, item));
  const last = read.at(-1);
  // A page that was ended by its limit names its last key even when nothing follows, as the service does not look ahead.
  const ended = more || (read.length === limit && last !== undefined);
  return {
    ...(select === 'COUNT' ? {} : { Items: paths === undefined ? kept : kept.map((item) => projected(paths, item)) }),
    Count: kept.length,
    ScannedCount: read.length,
    ...(ended && last !== undefined ? { LastEvaluatedKey: table.keyOf(last) } : {}),
  };
};

/** What follows a key in the order of the candidates, whether or not the item of that key is still there. */
const after = (table: TableItems, candidates: readonly Item[], start: Item | undefined, backwards: boolean): readonly Item[] => {
  if (start === undefined) return candidates;
  const { hash, range } = table.settings;
  let key: Item;
  try {
    key = table.requestedKey(start);
  } catch {
    throw validation('The provided starting key is invalid');
  }
  const position = candidates.findIndex((item) => table.identity(table.keyOf(item)) === table.identity(key));
  if (position >= 0) return candidates.slice(position + 1);
  const partition = table.partitionOf(key[hash.name]!);
  return candidates.filter((item) => {
    const own = table.partitionOf(item[hash.name]!);
    if (own !== partition) return own > partition;
    if (range === undefined) return false;
    const order = compare(item[range.name]!, key[range.name]!) ?? 0;
    return backwards ? order < 0 : order > 0;
  });
};
