import type { Condition, Operand, Path, UpdateAction, UpdateValue } from './expression-parser';
import { addNumbers, type AttributeValue, compare, equal, type Item, typeOf, validation } from './values';

/** What lies at a path of an item; undefined where nothing does. */
export const at = (item: Item, path: Path): AttributeValue | undefined => {
  const [step, ...rest] = path;
  if (typeof step !== 'string' || !Object.hasOwn(item, step)) return undefined;
  return below(item[step], rest);
};

const below = (value: AttributeValue | undefined, [step, ...rest]: Path): AttributeValue | undefined => {
  if (value === undefined || step === undefined) return value;
  if (typeof step === 'number') return 'L' in value ? below(value.L[step], rest) : undefined;
  return 'M' in value && Object.hasOwn(value.M, step) ? below(value.M[step], rest) : undefined;
};

const valueOf = (operand: Operand, item: Item): AttributeValue | undefined => {
  if (operand.kind === 'value') return operand.value;
  const found = at(item, operand.path);
  return operand.kind === 'path' || found === undefined ? found : sizeOf(found);
};

const sizeOf = (value: AttributeValue): AttributeValue | undefined => {
  if ('S' in value) return { N: String(Buffer.byteLength(value.S)) };
  if ('B' in value) return { N: String(Buffer.from(value.B, 'base64').length) };
  if ('L' in value) return { N: String(value.L.length) };
  if ('M' in value) return { N: String(Object.keys(value.M).length) };
  return undefined;
};

/** Whether an item (an empty one stands for none) meets a condition. What is missing or of another type meets no comparison. */
export const meets = (condition: Condition, item: Item): boolean => {
  switch (condition.kind) {
    case 'and':
      return meets(condition.left, item) && meets(condition.right, item);
    case 'or':
      return meets(condition.left, item) || meets(condition.right, item);
    case 'not':
      return !meets(condition.of, item);
    case 'exists':
      return (at(item, condition.path) !== undefined) === condition.wanted;
    case 'type': {
      const found = at(item, condition.path);
      const wanted = valueOf(condition.type, item);
      return found !== undefined && wanted !== undefined && 'S' in wanted && typeOf(found) === wanted.S;
    }
    case 'compare':
      return compared(condition.comparator, valueOf(condition.left, item), valueOf(condition.right, item));
    case 'between': {
      const of = valueOf(condition.of, item);
      return compared('>=', of, valueOf(condition.low, item)) && compared('<=', of, valueOf(condition.high, item));
    }
    case 'in': {
      const of = valueOf(condition.of, item);
      return condition.among.some((operand) => compared('=', of, valueOf(operand, item)));
    }
    case 'begins': {
      const [of, part] = [valueOf(condition.of, item), valueOf(condition.part, item)];
      return of !== undefined && part !== undefined && 'S' in of && 'S' in part && of.S.startsWith(part.S);
    }
    case 'contains': {
      const [of, part] = [valueOf(condition.of, item), valueOf(condition.part, item)];
      if (of === undefined || part === undefined) return false;
      if ('S' in of && 'S' in part) return of.S.includes(part.S);
      return 'L' in of && of.L.some((member) => equal(member, part));
    }
  }
};

const compared = (comparator: string, left: AttributeValue | undefined, right: AttributeValue | undefined): boolean => {
  // A missing attribute is not equal to anything, and so it is different from everything.
  if (left === undefined || right === undefined) return comparator === '<>';
  if (comparator === '=') return equal(left, right);
  if (comparator === '<>') return !equal(left, right);
  const order = compare(left, right);
  if (order === undefined) return false;
  switch (comparator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
};

/** The item after an update: all values are read from the item as it was. */
export const updated = (actions: readonly UpdateAction[], item: Item): Item =>
  actions.reduce<Item>(
    (result, action) =>
      action.kind === 'remove'
        ? placed(result, action.path, undefined)
        : placed(result, action.path, computed(action.value, item)),
    item,
  );

const computed = (value: UpdateValue, item: Item): AttributeValue => {
  switch (value.kind) {
    case 'ifNotExists':
      return at(item, value.path) ?? computed(value.otherwise, item);
    case 'sum': {
      const [left, right] = [computed(value.left, item), computed(value.right, item)];
      if (!('N' in left) || !('N' in right)) throw validation('An operand in the update expression has an incorrect data type');
      return { N: addNumbers(left.N, right.N, value.sign) };
    }
    default: {
      const found = valueOf(value, item);
      if (found === undefined) throw validation('The provided expression refers to an attribute that does not exist in the item');
      return found;
    }
  }
};

const invalidPath = () => validation('The document path provided in the update expression is invalid for update');

const placed = (item: Item, [step, ...rest]: Path, value: AttributeValue | undefined): Item => {
  if (typeof step !== 'string') throw invalidPath();
  const changed = rest.length === 0 ? value : inside(item[step], rest, value);
  const { [step]: _, ...others } = item;
  return changed === undefined ? others : { ...others, [step]: changed };
};

const inside = (holder: AttributeValue | undefined, path: Path, value: AttributeValue | undefined): AttributeValue => {
  if (holder !== undefined && 'M' in holder && typeof path[0] === 'string') return { M: placed(holder.M, path, value) };
  throw invalidPath();
};

/** Only what the paths name, nested as it was. */
export const projected = (paths: readonly Path[], item: Item): Item =>
  paths.reduce<Item>((result, path) => {
    const found = at(item, path);
    if (found === undefined) return result;
    if (path.some((step) => typeof step === 'number'))
      throw validation('Projecting an element of a list is not modelled by the embedded host.');
    return nested(result, path as readonly string[], found);
  }, {});

const nested = (item: Item, [name, ...rest]: readonly string[], value: AttributeValue): Item => {
  if (name === undefined) return item;
  if (rest.length === 0) return { ...item, [name]: value };
  const holder = item[name];
  return { ...item, [name]: { M: nested(holder !== undefined && 'M' in holder ? holder.M : {}, rest, value) } };
};
