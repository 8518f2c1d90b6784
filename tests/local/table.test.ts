import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsError } from '../../local/aws-error';
import { operator } from '../../local/caller';
import { ManualClock } from '../../local/clock';
import { TABLE_TYPE, tableSettings } from '../../local/stand-ins/table/settings';
import { TableStandIn } from '../../local/stand-ins/table/table-stand-in';
import { addNumbers, type AttributeValue, canonicalNumber, compareNumbers, itemBytes } from '../../local/stand-ins/table/values';
import { fc } from '../properties';

const resource = (inputs: object = {}) => ({
  type: TABLE_TYPE,
  name: 'members',
  id: 'members',
  inputs: {
    name: 'members',
    billingMode: 'PAY_PER_REQUEST',
    hashKey: 'kind',
    rangeKey: 'id',
    attributes: [
      { name: 'kind', type: 'S' },
      { name: 'id', type: 'S' },
    ],
    ...inputs,
  },
  outputs: { arn: 'arn:aws:dynamodb:eu-west-1:000000000000:table/members' },
});

const TableName = 'members';
const key = (id: string, kind = 'member') => ({ kind: { S: kind }, id: { S: id } });

class Table {
  readonly clock = new ManualClock(0);
  #standIn: TableStandIn;

  constructor(readonly dataDir = mkdtempSync(join(tmpdir(), 'lithify-table-'))) {
    this.#standIn = this.#open();
  }

  #open(): TableStandIn {
    const ttl = { attributeName: 'expires_at', enabled: true };
    return new TableStandIn({ tables: [tableSettings(resource({ ttl }))], clock: this.clock, dataDir: this.dataDir });
  }

  restart(): void {
    this.#standIn.close();
    this.#standIn = this.#open();
  }

  remove(): void {
    this.#standIn.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  async call(operation: string, input: object): Promise<Record<string, unknown>> {
    const run = this.#standIn.service.operations[operation];
    if (run === undefined) throw new Error(`no operation ${operation}`);
    return (await run({ TableName, ...input }, operator('000000000000'))) as Record<string, unknown>;
  }

  async transact(TransactItems: readonly object[], ClientRequestToken?: string): Promise<object> {
    const run = this.#standIn.service.operations['TransactWriteItems']!;
    return run({ TransactItems, ...(ClientRequestToken === undefined ? {} : { ClientRequestToken }) }, operator('0'));
  }

  async failure(work: Promise<unknown>): Promise<AwsError> {
    const thrown: unknown = await work.then(
      () => new Error('it succeeded'),
      (error: unknown) => error,
    );
    if (thrown instanceof AwsError) return thrown;
    throw thrown;
  }

  put(id: string, rest: Record<string, AttributeValue> = {}, more: object = {}): Promise<object> {
    return this.call('PutItem', { Item: { ...key(id), ...rest }, ...more });
  }

  async get(id: string): Promise<unknown> {
    return (await this.call('GetItem', { Key: key(id), ConsistentRead: true }))['Item'];
  }
}

let table: Table;
beforeEach(() => {
  table = new Table();
});
afterEach(() => table.remove());

describe('items', () => {
  test('are put, read, changed and deleted, and survive a restart', async () => {
    await table.put('a', { n: { N: '01.50' }, list: { L: [{ BOOL: true }, { NULL: true }] } });
    await table.put('b');
    await table.call('DeleteItem', { Key: key('b') });
    const changed = await table.call('UpdateItem', {
      Key: key('a'),
      UpdateExpression: 'SET n = n + :one, extra = if_not_exists(extra, :text) REMOVE #list',
      ExpressionAttributeNames: { '#list': 'list' },
      ExpressionAttributeValues: { ':one': { N: '1' }, ':text': { S: 'x' } },
      ReturnValues: 'UPDATED_NEW',
    });
    expect(changed).toEqual({ Attributes: { n: { N: '2.5' }, extra: { S: 'x' } } });
    table.restart();
    expect(await table.get('a')).toEqual({ ...key('a'), n: { N: '2.5' }, extra: { S: 'x' } });
    expect(await table.get('b')).toBeUndefined();
    expect((await table.call('DescribeTable', {}))['Table']).toMatchObject({ TableStatus: 'ACTIVE', ItemCount: 1 });
  });

  test('are guarded by conditions, which tell what was there instead', async () => {
    const create = { ConditionExpression: 'attribute_not_exists(id)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
    await table.put('a', { version: { N: '1' } }, create);
    const error = await table.failure(table.put('a', { version: { N: '9' } }, create));
    expect([error.code, error.message]).toEqual(['ConditionalCheckFailedException', 'The conditional request failed']);
    expect(error.members).toEqual({ Item: { ...key('a'), version: { N: '1' } } });
    expect(await table.get('a')).toMatchObject({ version: { N: '1' } });
  });

  test.each([
    ['a missing key', { Item: { kind: { S: 'x' } } }, 'Missing the key id in the item'],
    ['a key of another type', { Item: { kind: { S: 'x' }, id: { N: '1' } } }, 'Type mismatch for key id expected: S actual: N'],
    ['an empty key', { Item: key('') }, 'empty string value. Key: id'],
    ['a long key', { Item: key('x'.repeat(1_025)) }, 'exceeded the maximum size limit of 1024 bytes'],
    [
      'an item above 400 KB',
      { Item: { ...key('a'), text: { S: 'x'.repeat(410_000) } } },
      'Item size has exceeded the maximum allowed size',
    ],
    ['two types at once', { Item: { ...key('a'), n: { S: 'x', N: '1' } } }, 'more than one datatypes set'],
    ['a set', { Item: { ...key('a'), n: { SS: ['x'] } } }, 'SS is not modelled'],
    ['39 digits', { Item: { ...key('a'), n: { N: '1'.repeat(39) } } }, 'more than 38 significant digits'],
    [
      'a parameter that is not modelled',
      { Item: key('a'), ReturnConsumedCapacity: 'TOTAL' },
      'ReturnConsumedCapacity of Put is not modelled',
    ],
    [
      'a value that nothing uses',
      { Item: key('a'), ConditionExpression: 'attribute_exists(id)', ExpressionAttributeValues: { ':x': { S: 'x' } } },
      'unused in expressions: keys: {:x}',
    ],
    ['a value that is not given', { Item: key('a'), ConditionExpression: 'id = :x' }, 'attribute value: :x'],
    ['a reserved word', { Item: key('a'), ConditionExpression: 'attribute_exists(name)' }, 'reserved keyword: name'],
    ['a broken expression', { Item: key('a'), ConditionExpression: 'id = ' }, 'Syntax error; token: "<EOF>"'],
    ['an unknown function', { Item: key('a'), ConditionExpression: 'starts(id, id)' }, 'Invalid function name; function: starts'],
  ])('are refused for %s', async (_, input, sentence) => {
    const error = await table.failure(table.call('PutItem', input));
    expect(error.code).toBe('ValidationException');
    expect(error.message).toContain(sentence);
    expect((await table.call('Scan', {}))['Count']).toBe(0);
  });

  test('are gone when their time is over, across a restart too, and only where a number says so', async () => {
    const at = (seconds: number): Record<string, AttributeValue> => ({ expires_at: { N: String(seconds) } });
    const day = 24 * 3_600;
    await table.clock.advance(2_000 * day * 1_000);
    await table.put('soon', at(2_001 * day));
    await table.put('later', at(2_002 * day));
    await table.put('text', { expires_at: { S: String(2_001 * day) } });
    await table.put('long ago', at(1));
    const ids = async () => ((await table.call('Scan', {}))['Items'] as { id: { S: string } }[]).map(({ id }) => id.S).sort();
    await table.clock.advance(day * 1_000 - 1);
    expect(await ids()).toEqual(['later', 'long ago', 'soon', 'text']);
    await table.clock.advance(1);
    expect(await ids()).toEqual(['later', 'long ago', 'text']);
    await table.put('later', at(2_003 * day));
    table.restart();
    await table.clock.advance(day * 1_000);
    expect(await ids()).toEqual(['later', 'long ago', 'text']);
    await table.clock.advance(day * 1_000);
    expect(await ids()).toEqual(['long ago', 'text']);
    table.restart();
    expect(await ids()).toEqual(['long ago', 'text']);
  });

  test('of another table are not found', async () => {
    const error = await table.failure(table.call('GetItem', { TableName: 'others', Key: key('a') }));
    expect([error.code, error.message]).toEqual(['ResourceNotFoundException', 'Requested resource not found']);
  });
});

describe('transactions', () => {
  const put = (id: string, condition?: string) => ({
    Put: { TableName, Item: key(id), ...(condition === undefined ? {} : { ConditionExpression: condition }) },
  });

  test('write all or nothing, and give a reason per action in their order', async () => {
    await table.put('there');
    const error = await table.failure(table.transact([put('new'), put('there', 'attribute_not_exists(id)')]));
    expect(error.code).toBe('TransactionCanceledException');
    expect(error.message).toContain('[None, ConditionalCheckFailed]');
    expect(error.members['CancellationReasons']).toEqual([
      { Code: 'None' },
      { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
    ]);
    expect(await table.get('new')).toBeUndefined();
    await table.transact([
      put('new'),
      { Delete: { TableName, Key: key('there'), ConditionExpression: 'attribute_exists(id)' } },
      { ConditionCheck: { TableName, Key: key('none'), ConditionExpression: 'attribute_not_exists(id)' } },
    ]);
    table.restart();
    expect([await table.get('new'), await table.get('there')]).toEqual([key('new'), undefined]);
  });

  test('of one token have one effect for ten minutes, across a restart, and only for the same request', async () => {
    const request = [put('a', 'attribute_not_exists(id)')];
    await table.transact(request, 'token');
    await table.transact(request, 'token');
    table.restart();
    await table.transact(request, 'token');
    expect((await table.failure(table.transact([put('b')], 'token'))).code).toBe('IdempotentParameterMismatchException');
    await table.clock.advance(10 * 60_000);
    expect((await table.failure(table.transact(request, 'token'))).code).toBe('TransactionCanceledException');
  });

  test.each([
    ['nothing', [], 'less than or equal to 100'],
    ['101 actions', Array.from({ length: 101 }, (_, index) => put(String(index))), 'less than or equal to 100'],
    ['one item twice', [put('a'), { Delete: { TableName, Key: key('a') } }], 'multiple operations on one item'],
    ['two actions in one', [{ ...put('a'), Delete: { TableName, Key: key('b') } }], 'one of Check, Put, Update or Delete'],
  ])('are refused for %s', async (_, actions, sentence) => {
    const error = await table.failure(table.transact(actions));
    expect([error.code, error.message]).toEqual(['ValidationException', expect.stringContaining(sentence)]);
  });
});

describe('queries', () => {
  const all = async (input: object): Promise<readonly string[]> => {
    const ids: string[] = [];
    let ExclusiveStartKey: unknown;
    do {
      const page = await table.call('Query', {
        KeyConditionExpression: 'kind = :kind',
        ExpressionAttributeValues: { ':kind': { S: 'member' } },
        ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
        ...input,
      });
      ids.push(...(page['Items'] as { id: { S: string } }[]).map(({ id }) => id.S));
      ExclusiveStartKey = page['LastEvaluatedKey'];
    } while (ExclusiveStartKey !== undefined);
    return ids;
  };

  test('answer every item once, in order, whatever the size of a page and the direction', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 6 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        async (ids, Limit, forward) => {
          const own = new Table();
          const before = table;
          try {
            table = own;
            for (const id of ids) await own.put(id);
            await own.call('PutItem', { Item: key('z', 'other') });
            const sorted = [...ids].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
            expect(await all({ Limit, ScanIndexForward: forward })).toEqual(forward ? sorted : sorted.reverse());
          } finally {
            table = before;
            own.remove();
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('go on behind a key that is not there any more, in either direction', async () => {
    for (const id of ['a', 'c', 'e']) await table.put(id);
    expect(await all({ ExclusiveStartKey: key('b'), Limit: 9 })).toEqual(['c', 'e']);
    expect(await all({ ExclusiveStartKey: key('b'), ScanIndexForward: false, Limit: 9 })).toEqual(['a']);
  });

  test('filter after reading, so that a page may be empty and not the last', async () => {
    for (const id of ['a', 'b', 'c']) await table.put(id, { even: { BOOL: id === 'b' } });
    const page = await table.call('Query', {
      KeyConditionExpression: 'kind = :kind AND begins_with(id, :none)',
      FilterExpression: 'even = :true',
      ExpressionAttributeValues: { ':kind': { S: 'member' }, ':none': { S: '' }, ':true': { BOOL: true } },
      Limit: 1,
      Select: 'ALL_ATTRIBUTES',
    });
    expect(page).toMatchObject({ Items: [], Count: 0, ScannedCount: 1, LastEvaluatedKey: key('a') });
  });

  test('of a megabyte end a page', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await table.put(id, { text: { S: 'x'.repeat(390_000) } });
    const page = await table.call('Scan', {});
    expect(page).toMatchObject({ Count: 2, LastEvaluatedKey: key('b') });
  });

  test.each([
    ['no hash key', 'id = :x', 'missed key schema element: kind'],
    ['a range of hash keys', 'kind > :x', 'not supported'],
    ['an attribute that is no key', 'kind = :x AND email = :x', 'missed key schema element'],
    ['an alternative', 'kind = :x OR id = :x', 'not supported'],
    ['two conditions on the range', 'kind = :x AND id > :x AND id < :x', 'only contain one condition per key'],
  ])('are refused with %s', async (_, KeyConditionExpression, sentence) => {
    const error = await table.failure(
      table.call('Query', { KeyConditionExpression, ExpressionAttributeValues: { ':x': { S: 'x' } } }),
    );
    expect([error.code, error.message]).toEqual(['ValidationException', expect.stringContaining(sentence)]);
  });
});

describe('numbers', () => {
  const number = fc
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: -20, max: 20 }))
    .map(([mantissa, exponent]) => `${mantissa}e${exponent}`);

  test('have one form, whatever they were written like', () => {
    expect(['1', '1.0', '+1e0', '0.1E1', '10e-1'].map(canonicalNumber)).toEqual(['1', '1', '1', '1', '1']);
    expect(['-0', '0.000', '-12.50', '1e3', '5e-3'].map(canonicalNumber)).toEqual(['0', '0', '-12.5', '1000', '0.005']);
    fc.assert(fc.property(number, (text) => canonicalNumber(canonicalNumber(text)) === canonicalNumber(text)));
  });

  test('are added exactly, and compared by value', () => {
    expect(addNumbers('0.1', '0.2', 1)).toBe('0.3');
    expect(addNumbers('9007199254740993', '1', 1)).toBe('9007199254740994');
    fc.assert(
      fc.property(number, number, (left, right) => {
        const order = compareNumbers(left, right);
        expect(Math.sign(order)).toBe(-Math.sign(compareNumbers(right, left)) || 0);
      }),
    );
    expect(['10', '9', '-1', '0.5', '-20'].sort(compareNumbers)).toEqual(['-20', '-1', '0.5', '9', '10']);
  });

  test.each(['', 'x', '1..2', '1e126', '1e-140'])('refuse %p', (text) => {
    expect(() => canonicalNumber(text)).toThrow(AwsError);
  });
});

test('the size of an item counts names and values as DynamoDB does', () => {
  expect(itemBytes({ ab: { S: 'é' }, n: { N: '1234' }, b: { BOOL: true } })).toBe(2 + 2 + (1 + 3) + (1 + 1));
});

test.each([
  ['provisioned capacity', { billingMode: 'PROVISIONED' }, 'billingMode "PROVISIONED" is not modelled'],
  [
    'an attribute that is no key',
    {
      attributes: [
        { name: 'kind', type: 'S' },
        { name: 'id', type: 'S' },
        { name: 'x', type: 'S' },
      ],
    },
    'the attribute "x" is part of no key',
  ],
  ['an expiry of no attribute', { ttl: { enabled: true } }, 'its ttl names no attribute'],
  ['a key without a type', { attributes: [{ name: 'kind', type: 'S' }] }, 'the key "id" has the type undefined'],
])('a table with %s is refused', (_, inputs, sentence) => {
  expect(() => tableSettings(resource(inputs))).toThrow(sentence);
});
