import { createHash } from 'node:crypto';
import { AwsError } from '../../aws-error';
import type { Items } from './items';
import { type Input, only, textOf } from './requests';
import { type Write, type WriteKind, writeOf } from './writes';
import { itemBytes, validation } from './values';

/** "up to 100 actions", "the aggregate size of the items in the transaction cannot exceed 4 MB". TransactWriteItems API reference. */
const MOST_ACTIONS = 100;
const MOST_BYTES = 4 * 1024 * 1024;
const LONGEST_TOKEN = 36;
const KINDS: readonly WriteKind[] = ['Put', 'Update', 'Delete', 'ConditionCheck'];

interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: unknown;
}

/**
 * All of the writes or none of them. A request whose token was used within ten minutes is an answer without an effect when it is the
 * same request, and an IdempotentParameterMismatchException when it is not.
 */
export const transact = (items: Items, input: Input, now: number): object => {
  only('TransactWriteItems', input, ['TransactItems', 'ClientRequestToken']);
  const actions = actionsOf(input);
  const token = textOf(input, 'ClientRequestToken');
  if (token !== undefined && (token.length < 1 || token.length > LONGEST_TOKEN))
    throw validation(
      `1 validation error detected: Value '${token}' at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to ${LONGEST_TOKEN}`,
    );
  const digest = createHash('sha256').update(JSON.stringify(input['TransactItems'])).digest('hex');
  const known = token === undefined ? undefined : items.digestOf(token, now);
  if (known === digest) return {};
  if (known !== undefined)
    throw new AwsError(
      'IdempotentParameterMismatchException',
      'The request uses the same client token as a previous, but non-identical request.',
    );
  const writes = actions.map(({ kind, action }) => writeOf(items, kind, action));
  refuseTwice(writes);
  const outcomes = writes.map((write) => outcomeOf(write));
  const reasons = outcomes.map(({ reason }) => reason);
  if (reasons.some(({ Code }) => Code !== 'None'))
    throw new AwsError(
      'TransactionCanceledException',
      `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
      400,
      { CancellationReasons: reasons },
    );
  const changes = outcomes.flatMap(({ change }) => (change === undefined ? [] : [change]));
  if (changes.reduce((sum, { item }) => sum + (item === undefined ? 0 : itemBytes(item)), 0) > MOST_BYTES)
    throw validation('Collection size exceeded: the aggregate size of the items in the transaction cannot exceed 4 MB');
  items.write({ changes, ...(token === undefined ? {} : { token: { id: token, digest, at: now } }) });
  return {};
};

const actionsOf = (input: Input): readonly { readonly kind: WriteKind; readonly action: Input }[] => {
  const list = input['TransactItems'];
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_ACTIONS)
    throw validation(
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to ${MOST_ACTIONS}, and greater than or equal to 1`,
    );
  return list.map((entry: unknown) => {
    const given = Object.entries((entry ?? {}) as Input).filter(([, value]) => value !== undefined && value !== null);
    const [only_, ...others] = given;
    const kind = KINDS.find((name) => name === only_?.[0]);
    if (only_ === undefined || others.length > 0 || kind === undefined)
      throw validation('TransactItems can only contain one of Check, Put, Update or Delete');
    return { kind, action: only_[1] as Input };
  });
};

const refuseTwice = (writes: readonly Write[]): void => {
  const seen = new Set(writes.map(({ table, key }) => `${table.settings.name} ${table.identity(key)}`));
  if (seen.size !== writes.length) throw validation('Transaction request cannot include multiple operations on one item');
};

const outcomeOf = ({
  table,
  key,
  run,
}: Write): { readonly reason: Reason; readonly change?: ReturnType<Write['run']>['change'] } => {
  try {
    return { reason: { Code: 'None' }, change: run(table.get(key)).change };
  } catch (thrown) {
    if (!(thrown instanceof AwsError)) throw thrown;
    const Code = thrown.code === 'ConditionalCheckFailedException' ? 'ConditionalCheckFailed' : 'ValidationError';
    return { reason: { Code, Message: thrown.message, ...thrown.members } };
  }
};
