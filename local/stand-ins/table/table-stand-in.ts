import type { Clock } from '../../clock';
import type { JsonService, Operation } from '../../service';
import { Items } from './items';
import { getItem, query, scan } from './reads';
import { choiceOf, type Input, only, textOf } from './requests';
import type { TableSettings } from './settings';
import { transact } from './transaction';
import { returned, tableOf, type WriteKind, writeOf } from './writes';

/**
 * DynamoDB. Pages followed: the API reference of the operations below, "Condition and filter expressions", "Key condition expressions",
 * "Update expressions", "Transactions", "Constraints". Inputs honoured and ignored: `honouredInputs` and `ignoredInputs` in settings.ts.
 *
 * Like AWS: conditions, transactions with their reasons and idempotency, pages by limit and by 1 MB, numbers of 38 digits, keys in order.
 * Every read is consistent, whether or not it asks to be, and an item is gone when its time is over. Not modelled: sets, indexes, streams, batches, PartiQL, capacity.
 */
export interface TableStandInOptions {
  readonly tables: readonly TableSettings[];
  readonly clock: Clock;
  /** All tables are kept in `<dataDir>/tables.jsonl`. */
  readonly dataDir: string;
}

export class TableStandIn {
  readonly service: JsonService;
  readonly #items: Items;

  constructor({ tables, clock, dataDir }: TableStandInOptions) {
    this.#items = new Items(tables, dataDir);
    const operations: Record<string, (input: Input) => object> = {
      PutItem: (input) => this.#write('Put', input, ['NONE', 'ALL_OLD']),
      DeleteItem: (input) => this.#write('Delete', input, ['NONE', 'ALL_OLD']),
      UpdateItem: (input) => this.#write('Update', input, ['NONE', 'ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW']),
      GetItem: (input) => getItem(tableOf(this.#items, input), input),
      Query: (input) => query(tableOf(this.#items, input), input),
      Scan: (input) => scan(tableOf(this.#items, input), input),
      TransactWriteItems: (input) => transact(this.#items, input, clock.now()),
      DescribeTable: (input) => this.#describe(input),
      ListTables: (input) => this.#list(input),
    };
    this.service = {
      name: 'dynamodb',
      targetPrefix: 'DynamoDB_20120810',
      jsonVersion: '1.0',
      operations: Object.fromEntries(
        Object.entries(operations).map(([name, operation]): [string, Operation] => [
          name,
          async (input) => {
            this.#items.expire(clock.now());
            return operation(input);
          },
        ]),
      ),
    };
  }

  close(): void {
    this.#items.close();
  }

  #write(kind: WriteKind, input: Input, choices: readonly [string, ...string[]]): object {
    const { table, key, run } = writeOf(this.#items, kind, input, ['ReturnValues']);
    const choice = choiceOf(input, 'ReturnValues', choices);
    const before = table.get(key);
    const { change, item } = run(before);
    if (change !== undefined) this.#items.write({ changes: [change] });
    return returned(choice, before, item, key);
  }

  #describe(input: Input): object {
    only('DescribeTable', input, ['TableName']);
    const { settings, count, bytes } = tableOf(this.#items, input);
    const parts = [settings.hash, ...(settings.range === undefined ? [] : [settings.range])];
    return {
      Table: {
        TableName: settings.name,
        TableArn: settings.arn,
        TableStatus: 'ACTIVE',
        AttributeDefinitions: parts.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
        KeySchema: parts.map(({ name }, index) => ({ AttributeName: name, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
        DeletionProtectionEnabled: settings.deletionProtection,
        ItemCount: count,
        TableSizeBytes: bytes,
      },
    };
  }

  #list(input: Input): object {
    only('ListTables', input, ['ExclusiveStartTableName', 'Limit']);
    const after = textOf(input, 'ExclusiveStartTableName') ?? '';
    const limit = Number(input['Limit'] ?? 100);
    const names = [...this.#items.tables.keys()].filter((name) => name > after).sort();
    const page = names.slice(0, limit);
    return { TableNames: page, ...(names.length > page.length ? { LastEvaluatedTableName: page.at(-1) } : {}) };
  }
}
