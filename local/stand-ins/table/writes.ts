import { AwsError } from '../../aws-error';
import { meets, updated } from './evaluate';
import { parseUpdate } from './expression-parser';
import { type Change, checkItemSize, type Items, type TableItems } from './items';
import { choiceOf, conditionOf, type Input, only, placeholdersOf, requiredItem, requiredText } from './requests';
import { equal, type Item, validation } from './values';

export type WriteKind = 'Put' | 'Delete' | 'Update' | 'ConditionCheck';

/** One write as it was asked for, checked as far as the request alone goes. */
export interface Write {
  readonly table: TableItems;
  readonly key: Item;
  /** What the write makes of the item that is there now. Throws AwsError where its condition does not hold. */
  readonly run: (current: Item | undefined) => { readonly change: Change | undefined; readonly item: Item | undefined };
}

const EXPRESSION = ['ConditionExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues'];
const KNOWN: Readonly<Record<WriteKind, readonly string[]>> = {
  Put: ['TableName', 'Item', ...EXPRESSION],
  Delete: ['TableName', 'Key', ...EXPRESSION],
  Update: ['TableName', 'Key', 'UpdateExpression', ...EXPRESSION],
  ConditionCheck: ['TableName', 'Key', ...EXPRESSION],
};

export const tableOf = (items: Items, input: Input): TableItems => {
  const name = requiredText(input, 'TableName');
  const table = items.tables.get(name.slice(name.lastIndexOf('/') + 1));
  if (table === undefined) throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
  return table;
};

/** Reads a write; `more` are members that the operation knows beside it. */
export const writeOf = (items: Items, kind: WriteKind, input: Input, more: readonly string[] = []): Write => {
  only(kind, input, [...KNOWN[kind], 'ReturnValuesOnConditionCheckFailure', ...more]);
  const table = tableOf(items, input);
  const placeholders = placeholdersOf(
    input,
    kind === 'Update' ? ['ConditionExpression', 'UpdateExpression'] : ['ConditionExpression'],
  );
  const condition = conditionOf(input, 'ConditionExpression', placeholders);
  const showOld = choiceOf(input, 'ReturnValuesOnConditionCheckFailure', ['NONE', 'ALL_OLD']) === 'ALL_OLD';
  const item = kind === 'Put' ? requiredItem(input, 'Item') : undefined;
  const key = item === undefined ? table.requestedKey(requiredItem(input, 'Key')) : table.keyOf(item);
  const source = kind === 'Update' && typeof input['UpdateExpression'] === 'string' ? input['UpdateExpression'] : undefined;
  const actions = source === undefined ? [] : parseUpdate(source, 'UpdateExpression', placeholders);
  const keyed = actions.find(({ path: [name] }) => Object.hasOwn(key, String(name)));
  if (keyed !== undefined)
    throw validation(
      `One or more parameter values were invalid: Cannot update attribute ${keyed.path[0]}. This attribute is part of the key`,
    );
  if (kind === 'ConditionCheck' && condition === undefined)
    throw validation(
      "1 validation error detected: Value null at 'conditionExpression' failed to satisfy constraint: Member must not be null",
    );
  if (item !== undefined) checkItemSize(item);
  placeholders.checkUsed();
  return {
    table,
    key,
    run: (current) => {
      if (condition !== undefined && !meets(condition, current ?? {})) {
        const old = showOld && current !== undefined ? { Item: current } : {};
        throw new AwsError('ConditionalCheckFailedException', 'The conditional request failed', 400, old);
      }
      if (kind === 'ConditionCheck') return { change: undefined, item: current };
      if (kind === 'Delete') return { change: { table: table.settings.name, key }, item: undefined };
      const next = item ?? updated(actions, current ?? key);
      checkItemSize(next);
      return { change: { table: table.settings.name, key, item: next }, item: next };
    },
  };
};

/** What a single write answers beside its effect: the item before or after it, or what an update changed of either. */
export const returned = (choice: string, before: Item | undefined, after: Item | undefined, key: Item): object => {
  const changedOf = (item: Item | undefined, other: Item | undefined): Item =>
    Object.fromEntries(
      Object.entries(item ?? {}).filter(
        ([name, value]) => !Object.hasOwn(key, name) && (other?.[name] === undefined || !equal(other[name], value)),
      ),
    );
  const attributes = {
    NONE: undefined,
    ALL_OLD: before,
    ALL_NEW: after,
    UPDATED_OLD: changedOf(before, after),
    UPDATED_NEW: changedOf(after, before),
  }[choice];
  return attributes === undefined ? {} : { Attributes: attributes };
};
