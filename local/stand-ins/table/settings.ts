import { LithifyError } from '../../../contracts/errors';
import type { Resource } from '../../graph';
import type { AttributeType } from './values';

export const TABLE_TYPE = 'aws:dynamodb/table:Table';

export interface KeyPart {
  readonly name: string;
  readonly type: Extract<AttributeType, 'S' | 'N' | 'B'>;
}

export interface TableSettings {
  readonly name: string;
  readonly arn: string;
  readonly hash: KeyPart;
  readonly range: KeyPart | undefined;
  readonly deletionProtection: boolean;
  /** The attribute that says when an item expires, in Unix seconds. */
  readonly expiry: string | undefined;
}

export const honouredInputs: readonly string[] = [
  'name',
  'hashKey',
  'rangeKey',
  'attributes',
  'billingMode',
  'deletionProtectionEnabled',
  'ttl',
];

export const ignoredInputs: Readonly<Record<string, string>> = {
  region: 'the host has one region',
  tags: 'tags change no behaviour',
  pointInTimeRecovery: 'a local table is a file, to be copied by hand',
  serverSideEncryption: 'nothing is encrypted at rest on a laptop',
  tableClass: 'a matter of price',
};

/** A table as the program declares it. Throws a LithifyError that names what the stand-in cannot model. */
export const tableSettings = ({ name: resourceName, inputs, outputs }: Resource): TableSettings => {
  const refuse = (sentence: string): never => {
    throw new LithifyError('unsupported', `table ${resourceName}: ${sentence}`);
  };
  const attributes = new Map(
    ((inputs['attributes'] ?? []) as readonly { readonly name: string; readonly type: string }[]).map(({ name, type }) => [
      name,
      type,
    ]),
  );
  const partOf = (name: string): KeyPart => {
    const type = attributes.get(name);
    if (type !== 'S' && type !== 'N' && type !== 'B')
      return refuse(`the key "${name}" has the type ${JSON.stringify(type)}; it must be S, N or B`);
    return { name, type };
  };
  const { hashKey, rangeKey, billingMode, ttl = {} } = inputs;
  const { attributeName: expiry, enabled: expires } = ttl as { readonly attributeName?: unknown; readonly enabled?: unknown };
  if (typeof hashKey !== 'string') return refuse('it has no hashKey');
  if (billingMode !== 'PAY_PER_REQUEST')
    return refuse(`billingMode ${JSON.stringify(billingMode)} is not modelled; modelled: PAY_PER_REQUEST`);
  if (expires === true && (typeof expiry !== 'string' || expiry === '')) return refuse('its ttl names no attribute');
  const keys = [hashKey, ...(typeof rangeKey === 'string' ? [rangeKey] : [])];
  const spare = [...attributes.keys()].filter((name) => !keys.includes(name));
  if (spare.length > 0) return refuse(`the attribute "${spare[0]}" is part of no key; DynamoDB refuses such a table`);
  return {
    name: String(inputs['name'] ?? outputs['name']),
    arn: String(outputs['arn']),
    hash: partOf(hashKey),
    range: typeof rangeKey === 'string' ? partOf(rangeKey) : undefined,
    deletionProtection: inputs['deletionProtectionEnabled'] === true,
    expiry: expires === true ? String(expiry) : undefined,
  };
};
