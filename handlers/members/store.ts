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

/** A member, and the id of the request that made its current version. */
export interface StoredMember {
  readonly member: Member;
  readonly requestId: string;
}

/** One change and the event that logs it: both are written, or neither. */
export interface MemberWrite {
  /** The member after a creation or an update, before a deletion. */
  readonly member: Member;
  readonly requestId: string;
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
  request_id: text,
});
const outboxItem = z.object({
  id: text,
  event_uuid: text,
  log_path: text.pipe(z.enum(LOG_PATHS)),
  payload: text,
  partition_key: text,
  created_at: whole,
});

const memberOf = (attributes: Attributes): StoredMember => {
  const { id, member_name: name, member_role: role, request_id: requestId, ...rest } = memberItem.parse(attributes);
  const { version, email, created_at, updated_at } = rest;
  return { member: { id, version, name, email, role, created_at, updated_at }, requestId };
};

const entryOf = (attributes: Attributes): OutboxEntry => {
  const item = outboxItem.parse(attributes);
  return {
    id: item.id,
    eventUuid: item.event_uuid,
    path: item.log_path,
    record: item.payload,
    partitionKey: item.partition_key,
    createdAt: item.created_at,
  };
};

const MEMBER = { S: 'member' };
const OUTBOX = { S: 'outbox' };

/** Members and the outbox, in one table: `kind` is the hash key, `id` the range key. */
export class MemberStore {
  constructor(
    private readonly table: string,
    private readonly client: Pick<DynamoDBClient, 'send'> = new DynamoDBClient({}),
  ) {}

  async get(id: string): Promise<StoredMember | undefined> {
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
    return { members: Items.map((item) => memberOf(item).member), next: LastEvaluatedKey?.['id']?.S ?? null };
  }

  /** False where another version than the expected one is there, and then nothing was written. */
  async write({ member, requestId, entry, expectedVersion, remove }: MemberWrite): Promise<boolean> {
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
      : { Put: { TableName: this.table, Item: { ...key, ...attributesOf(member, requestId) }, ...condition } };
    try {
      await this.client.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            change,
            {
              Put: {
                TableName: this.table,
                Item: itemOf(entry),
                ConditionExpression: 'attribute_not_exists(id)',
              },
            },
          ],
        }),
      );
      return true;
    } catch (thrown) {
      if (thrown instanceof TransactionCanceledException && thrown.CancellationReasons?.[0]?.Code === 'ConditionalCheckFailed')
        return false;
      throw thrown;
    }
  }

  async entry(id: string): Promise<OutboxEntry | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: { kind: OUTBOX, id: { S: id } }, ConsistentRead: true }),
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

const attributesOf = (member: Member, requestId: string): Attributes => ({
  version: { N: String(member.version) },
  member_name: { S: member.name },
  email: { S: member.email },
  member_role: { S: member.role },
  created_at: { N: String(member.created_at) },
  updated_at: { N: String(member.updated_at) },
  request_id: { S: requestId },
});

const itemOf = (entry: OutboxEntry): Attributes => ({
  kind: OUTBOX,
  id: { S: entry.id },
  event_uuid: { S: entry.eventUuid },
  log_path: { S: entry.path },
  payload: { S: entry.record },
  partition_key: { S: entry.partitionKey },
  created_at: { N: String(entry.createdAt) },
});
