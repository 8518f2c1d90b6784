import { namesOf, type Place } from './names';

/** AWS names of what the members page has for itself. Stream and delivery streams are the feed's, and so are their names. */
export const membersNames = (stack: string) => {
  const name = `lithify-${stack}-members`;
  return {
    table: name,
    function: name,
    functionLogGroup: `/aws/lambda/${name}`,
    api: name,
    // Under /aws/vendedlogs/ the log delivery needs no entry in the resource policy, which is limited to 5,120 characters.
    apiLogGroup: `/aws/vendedlogs/apis/${name}`,
    sweep: `${name}-sweep`,
  };
};
export type MembersNames = ReturnType<typeof membersNames>;

/** ARNs of the same, and of the workgroup that it asks, for its policies. */
export const membersArns = (stack: string, { accountId, region }: Place) => {
  const names = membersNames(stack);
  const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${accountId}:${rest}`;
  return {
    table: arn('dynamodb', `table/${names.table}`),
    function: arn('lambda', `function:${names.function}`),
    functionLogGroup: arn('logs', `log-group:${names.functionLogGroup}`),
    workgroup: arn('athena', `workgroup/${namesOf(stack).analystsWorkgroup}`),
  };
};
