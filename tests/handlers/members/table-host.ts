import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EXPIRY_ATTRIBUTE } from '../../../contracts/console';
import { MemberStore } from '../../../handlers/members/store';
import { ManualClock } from '../../../local/clock';
import { startEndpoint } from '../../../local/endpoint/endpoint';
import { TABLE_TYPE, tableSettings } from '../../../local/stand-ins/table/settings';
import { TableStandIn } from '../../../local/stand-ins/table/table-stand-in';

export interface TableHost {
  readonly store: MemberStore;
  readonly clock: ManualClock;
  close(): Promise<void>;
}

/** The members' table behind the wire, and the store of the function on it through the real client. */
export const openTable = async (): Promise<TableHost> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lithify-members-'));
  const clock = new ManualClock(0);
  const settings = tableSettings({
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
      ttl: { attributeName: EXPIRY_ATTRIBUTE, enabled: true },
    },
    outputs: {},
  });
  const tables = new TableStandIn({ tables: [settings], clock, dataDir });
  const endpoint = await startEndpoint({
    port: 0,
    accountId: '000000000000',
    roles: [],
    services: [tables.service],
    restRoutes: [],
    s3: async () => undefined,
    admin: async () => ({ status: 404, body: {} }),
    trace: () => undefined,
    clock,
  });
  const client = new DynamoDBClient({
    endpoint: endpoint.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'me', secretAccessKey: 'x' },
  });
  return {
    store: new MemberStore('members', client),
    clock,
    close: async () => {
      client.destroy();
      await endpoint.close();
      tables.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};
