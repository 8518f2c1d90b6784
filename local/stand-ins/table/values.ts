import { AwsError } from '../../aws-error';

/** One attribute, in the typed form of the wire: `{"S": "x"}`, `{"N": "1"}`, `{"M": {…}}`. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Item };

export interface Item {
  readonly [name: string]: AttributeValue;
}

export type AttributeType = 'S' | 'N' | 'B' | 'BOOL' | 'NULL' | 'L' | 'M';

/** "A number can have up to 38 digits of precision". https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MOST_DIGITS = 38;
const LARGEST_EXPONENT = 125;
const SMALLEST_EXPONENT = -130;
const DEEPEST = 32;

export const validation = (message: string): AwsError => new AwsError('ValidationException', message);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads one attribute as sent; numbers come out in the one form in which DynamoDB returns them. */
export const attributeOf = (value: unknown, depth = 0): AttributeValue => {
  if (!isRecord(value)) throw new AwsError('SerializationException', 'Start of structure or map found where not expected');
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined)
    throw validation('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  if (others.length > 0)
    throw validation(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  if (depth > DEEPEST) throw validation('Nesting Levels have exceeded supported limits');
  const [type, content] = entry;
  switch (type) {
    case 'S':
      return { S: text(content) };
    case 'N':
      return { N: canonicalNumber(text(content)) };
    case 'B':
      return { B: bytes(text(content)) };
    case 'BOOL':
      if (typeof content !== 'boolean') throw mistyped(content, 'Boolean');
      return { BOOL: content };
    case 'NULL':
      if (content !== true)
        throw validation('One or more parameter values were invalid: Null attribute value types must have the value of true');
      return { NULL: true };
    case 'L':
      if (!Array.isArray(content)) throw mistyped(content, 'List');
      return { L: content.map((member) => attributeOf(member, depth + 1)) };
    case 'M':
      return { M: itemOf(content, depth + 1) };
    case 'SS':
    case 'NS':
    case 'BS':
      throw validation(`The data type ${type} is not modelled by the embedded host; use a list.`);
    default:
      throw validation('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
};

export const itemOf = (value: unknown, depth = 0): Item => {
  if (!isRecord(value)) throw new AwsError('SerializationException', 'Start of structure or map expected');
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, attributeOf(member, depth)]));
};

export const typeOf = (value: AttributeValue): AttributeType => Object.keys(value)[0] as AttributeType;

const mistyped = (content: unknown, type: string): AwsError =>
  new AwsError('SerializationException', `${typeof content} can not be converted to a ${type}`);

const text = (content: unknown): string => {
  if (typeof content !== 'string') throw mistyped(content, 'String');
  return content;
};

const bytes = (content: string): string => {
  const decoded = Buffer.from(content, 'base64');
  if (decoded.toString('base64') !== content)
    throw new AwsError('SerializationException', 'Blob must be base64 encoded: malformed data');
  return content;
};

/** A decimal as sign, digits without zeros at either end, and the power of ten of the last digit. */
interface Decimal {
  readonly sign: -1 | 0 | 1;
  readonly digits: string;
  readonly exponent: number;
}

const decimalOf = (source: string): Decimal => {
  const match = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+))?$/.exec(source.trim());
  if (match === null) throw validation(`The parameter cannot be converted to a numeric value: ${source}`);
  const [, sign, mantissa = '', power = '0'] = match;
  const [whole = '', fraction = ''] = mantissa.split('.');
  const all = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return { sign: 0, digits: '', exponent: 0 };
  const exponent = Number(power) - fraction.length + (all.length - digits.length);
  if (digits.length > MOST_DIGITS) throw validation('Attempting to store more than 38 significant digits in a Number');
  const magnitude = exponent + digits.length - 1;
  if (magnitude > LARGEST_EXPONENT)
    throw validation('Number overflow. Attempting to store a number with magnitude larger than supported range');
  if (magnitude < SMALLEST_EXPONENT)
    throw validation('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  return { sign: sign === '-' ? -1 : 1, digits, exponent };
};

/** `1.50` and `15e-1` are one number, and one key. */
export const canonicalNumber = (source: string): string => {
  const { sign, digits, exponent } = decimalOf(source);
  if (sign === 0) return '0';
  const minus = sign < 0 ? '-' : '';
  if (exponent >= 0) return `${minus}${digits}${'0'.repeat(exponent)}`;
  const point = digits.length + exponent;
  return point > 0 ? `${minus}${digits.slice(0, point)}.${digits.slice(point)}` : `${minus}0.${'0'.repeat(-point)}${digits}`;
};

export const compareNumbers = (left: string, right: string): number => {
  const [a, b] = [decimalOf(left), decimalOf(right)];
  if (a.sign !== b.sign) return a.sign - b.sign;
  const exponent = Math.min(a.exponent, b.exponent);
  const scaled = ({ digits, exponent: own }: Decimal): bigint => BigInt(`${digits || '0'}${'0'.repeat(own - exponent)}`);
  const [x, y] = [scaled(a), scaled(b)];
  return (x < y ? -1 : Number(x > y)) * a.sign;
};

export const addNumbers = (left: string, right: string, sign: 1 | -1): string => {
  const [a, b] = [decimalOf(left), decimalOf(right)];
  const exponent = Math.min(a.exponent, b.exponent);
  const scaled = ({ sign: own, digits, exponent: power }: Decimal): bigint =>
    BigInt(own) * BigInt(`${digits || '0'}${'0'.repeat(power - exponent)}`);
  return canonicalNumber(`${scaled(a) + BigInt(sign) * scaled(b)}e${exponent}`);
};

/** Texts and bytes compare by their UTF-8 bytes, numbers by value; undefined where the two have no order. */
export const compare = (left: AttributeValue, right: AttributeValue): number | undefined => {
  if ('S' in left && 'S' in right) return Buffer.compare(Buffer.from(left.S), Buffer.from(right.S));
  if ('N' in left && 'N' in right) return compareNumbers(left.N, right.N);
  if ('B' in left && 'B' in right) return Buffer.compare(Buffer.from(left.B, 'base64'), Buffer.from(right.B, 'base64'));
  return undefined;
};

/** Maps are equal whatever the order of their names. */
export const equal = (left: AttributeValue, right: AttributeValue): boolean => canonical(left) === canonical(right);

const canonical = (value: AttributeValue): string => {
  if ('M' in value)
    return `{${Object.keys(value.M)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${canonical(value.M[name]!)}`)
      .join(',')}}`;
  if ('L' in value) return `[${value.L.map(canonical).join(',')}]`;
  return JSON.stringify(value);
};

/** Bytes of an item as DynamoDB counts them. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export const itemBytes = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);

const valueBytes = (value: AttributeValue): number => {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return Math.ceil(decimalOf(value.N).digits.length / 2) + 1;
  if ('B' in value) return Buffer.from(value.B, 'base64').length;
  if ('L' in value) return 3 + value.L.reduce((sum, member) => sum + 1 + valueBytes(member), 0);
  if ('M' in value) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
};
