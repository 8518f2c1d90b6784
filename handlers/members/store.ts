import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { EXPIRY_ATTRIBUTE } from '../../contracts/console';
import { LOG_PATHS, MEMBER_ROLES, type LogPath, type Member } from '../../contracts/member';

type Attributes = Record<string, AttributeValue>;

/** An event on its way: stored with the change that it logs, and gone when its service has acknowledged it. */
export interface OutboxEntry {
  /** `<created_at>#<event_uuid>`: the oldest first. */
  readonly id: string;
  readonly eventUuid: string;
  readonly path: LogPath;
  /** The very bytes that are sent, by either path and however often. */
  readonly record: string;
  readonly partitionKey: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

export const outboxId = (createdAt: number, eventUuid: string): string => `${String(createdAt).padStart(15, '0')}#${eventUuid}`;

/** How long it is remembered what a request did: whoever lost its answer asks again before that. */
const REMEMBERED_MILLIS = 7 * 24 * 3_600_000;

/** One change, the event that logs it, and the memory of the request that asked for it: all are written, or none. */
export interface MemberWrite {
  /** The member after a creation or an update, before a deletion. */
  readonly member: Member;
  readonly entry: OutboxEntry;
  /** The version that must be there; undefined for a creation: none may be. */
  readonly expectedVersion: number | undefined;
  readonly remove: boolean;
}

const text = z.object({ S: z.string() }).transform(({ S }) => S);
const whole = z.object({ N: z.string() }).transform(({ N }) => z.int().parse(Number(N)));
const memberItem = z.object({
  id: text,
  version: whole,
  member_name: text,
  email: text,
  member_role: text.pipe(z.enum(MEMBER_ROLES)),
  created_at: whole,
  updated_at: whole,
});
const outboxItem = z.object({
  event_uuid: text,
  log_path: text.pipe(z.enum(LOG_PATHS)),
  payload: text,
  partition_key: text,
  created_at: whole,
});

const memberOf = (attributes: Attributes): Member => {
  const { member_name: name, member_role: role, ...rest } = memberItem.parse(attributes);
  const { id, version, email, created_at, updated_at } = rest;
  return { id, version, name, email, role, created_at, updated_at };
};

const entryOf = (attributes: Attributes): OutboxEntry => {
  const item = outboxItem.parse(attributes);
  return {
    id: outboxId(item.created_at, item.event_uuid),
    eventUuid: item.event_uuid,
    path: item.log_path,
    record: item.payload,
    partitionKey: item.partition_key,
    createdAt: item.created_at,
  };
};

const MEMBER = { S: 'member' };
const OUTBOX = { S: 'outbox' };
const REQUEST = { S: 'request' };

/** Members, the outbox and the memory of requests, in one table: `kind` is the hash key, `id` the range key. */
export class MemberStore {
  constructor(
    private readonly table: string,
    private readonly client: Pick<DynamoDBClient, 'send'> = new DynamoDBClient({}),
  ) {}

  async get(id: string): Promise<Member | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: { kind: MEMBER, id: { S: id } }, ConsistentRead: true }),
    );
    return Item === undefined ? undefined : memberOf(Item);
  }

  /** Members, the newest first. `next` is where the following page begins. */
  async list(
    after: string | undefined,
    limit: number,
  ): Promise<{ readonly members: readonly Member[]; readonly next: string | null }> {
    const { Items = [], LastEvaluatedKey } = await this.client.send(
      new QueryCommand({
        TableName: this.table,
        KeyConditionExpression: 'kind = :kind',
        ExpressionAttributeValues: { ':kind': MEMBER },
        ScanIndexForward: false,
        ConsistentRead: true,
        Limit: limit,
        ...(after === undefined ? {} : { ExclusiveStartKey: { kind: MEMBER, id: { S: after } } }),
      }),
    );
    return { members: Items.map(memberOf), next: LastEvaluatedKey?.['id']?.S ?? null };
  }

  /** False where another version than the expected one is there, or the request did its work before; and then nothing was written. */
  async write({ member, entry, expectedVersion, remove }: MemberWrite): Promise<boolean> {
    const condition =
      expectedVersion === undefined
        ? { ConditionExpression: 'attribute_not_exists(id)' }
        : {
            ConditionExpression: '#version = :version',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':version': { N: String(expectedVersion) } },
          };
    const key = { kind: MEMBER, id: { S: member.id } };
    const change: TransactWriteItem = remove
      ? { Delete: { TableName: this.table, Key: key, ...condition } }
      : { Put: { TableName: this.table, Item: { ...key, ...attributesOf(member) }, ...condition } };
    const added = [
      { kind: OUTBOX, id: { S: entry.id }, ...eventOf(entry) },
      { kind: REQUEST, id: { S: entry.eventUuid }, ...eventOf(entry), ...expiring(entry) },
    ];
    const puts = added.map((Item): TransactWriteItem => {
      return { Put: { TableName: this.table, Item, ConditionExpression: 'attribute_not_exists(id)' } };
    });
    try {
      await this.client.send(new TransactWriteItemsCommand({ TransactItems: [change, ...puts] }));
      return true;
    } catch (thrown) {
      if (thrown instanceof TransactionCanceledException && isConditional(thrown)) return false;
      throw thrown;
    }
  }

  /** An event that nobody has acknowledged yet. */
  entry(id: string): Promise<OutboxEntry | undefined> {
    return this.#event(OUTBOX, id);
  }

  /** What the request of this id logged, whether or not it was acknowledged since; undefined where it did nothing that is remembered. */
  logged(requestId: string): Promise<OutboxEntry | undefined> {
    return this.#event(REQUEST, requestId);
  }

  async #event(kind: AttributeValue, id: string): Promise<OutboxEntry | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: { kind, id: { S: id } }, ConsistentRead: true }),
    );
    return Item === undefined ? undefined : entryOf(Item);
  }

  /** A page of what waits, the oldest first. */
  async waiting(
    limit: number,
    after?: string,
  ): Promise<{ readonly entries: readonly OutboxEntry[]; readonly next: string | undefined }> {
    const { Items = [], LastEvaluatedKey } = await this.client.send(
      new QueryCommand({
        TableName: this.table,
        KeyConditionExpression: 'kind = :kind',
        ExpressionAttributeValues: { ':kind': OUTBOX },
        ConsistentRead: true,
        Limit: limit,
        ...(after === undefined ? {} : { ExclusiveStartKey: { kind: OUTBOX, id: { S: after } } }),
      }),
    );
    return { entries: Items.map(entryOf), next: LastEvaluatedKey?.['id']?.S };
  }

  /** An acknowledged entry leaves the outbox; one that left already is no mistake. */
  async acknowledged(id: string): Promise<void> {
    await this.client.send(new DeleteItemCommand({ TableName: this.table, Key: { kind: OUTBOX, id: { S: id } } }));
  }
}

/** The only reasons are conditions that did not hold: what else cancels a transaction is no answer to a person. */
const isConditional = ({ CancellationReasons = [] }: TransactionCanceledException): boolean => {
  const codes = CancellationReasons.map(({ Code }) => Code ?? 'None').filter((code) => code !== 'None');
  return codes.length > 0 && codes.every((code) => code === 'ConditionalCheckFailed');
};

const attributesOf = (member: Member): Attributes => ({
  version: { N: String(member.version) },
  member_name: { S: member.name },
  email: { S: member.email },
  member_role: { S: member.role },
  created_at: { N: String(member.created_at) },
  updated_at: { N: String(member.updated_at) },
});

const eventOf = (entry: OutboxEntry): Attributes => ({
  event_uuid: { S: entry.eventUuid },
  log_path: { S: entry.path },
  payload: { S: entry.record },
  partition_key: { S: entry.partitionKey },
  created_at: { N: String(entry.createdAt) },
});

const expiring = ({ createdAt }: OutboxEntry): Attributes => ({
  [EXPIRY_ATTRIBUTE]: { N: String(Math.ceil((createdAt + REMEMBERED_MILLIS) / 1_000)) },
});
