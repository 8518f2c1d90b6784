import type { Place } from './names';
import { namesOf } from './names';

/** The feed that the members page logs to: the page's own resources are called after it. */
const FEED = 'members';

/** AWS names of the members page. */
export const membersNames = (stack: string) => {
  const name = `lithify-${stack}-${FEED}`;
  return {
    table: name,
    function: name,
    functionLogGroup: `/aws/lambda/${name}`,
    api: name,
    // Under /aws/vendedlogs/ the log delivery needs no entry in the resource policy, which is limited to 5,120 characters.
    apiLogGroup: `/aws/vendedlogs/apis/${name}`,
    sweep: `${name}-sweep`,
    /** Of the feed: one name for the stream and the delivery stream that takes records directly. */
    stream: name,
    delivery: `${name}-direct`,
  };
};
export type MembersNames = ReturnType<typeof membersNames>;

/** ARNs that the policies of the members page name. */
export const membersArns = (stack: string, { accountId, region }: Place) => {
  const names = membersNames(stack);
  const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${accountId}:${rest}`;
  return {
    table: arn('dynamodb', `table/${names.table}`),
    function: arn('lambda', `function:${names.function}`),
    functionLogGroup: arn('logs', `log-group:${names.functionLogGroup}`),
    stream: arn('kinesis', `stream/${names.stream}`),
    delivery: arn('firehose', `deliverystream/${names.delivery}`),
    workgroup: arn('athena', `workgroup/${namesOf(stack).analystsWorkgroup}`),
  };
};
