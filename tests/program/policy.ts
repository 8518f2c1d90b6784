import type { Graph } from '../../local/graph';
import type { InterceptedCall } from '../../local/interceptor';
import { listOf, statementsOf, type PolicyStatement } from './captured';

/** What IAM is asked before a call: one action on one resource, with what conditions may look at. */
export interface Access {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

/** Operations that need the permission of another name. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html */
const S3_ACTIONS: Readonly<Record<string, string>> = {
  HeadObject: 's3:GetObject',
  CreateMultipartUpload: 's3:PutObject',
  UploadPart: 's3:PutObject',
  CompleteMultipartUpload: 's3:PutObject',
  DeleteObjects: 's3:DeleteObject',
  ListObjectsV2: 's3:ListBucket',
};

const accessToS3 = ({ operation, input }: InterceptedCall): readonly Access[] => {
  const action = S3_ACTIONS[operation] ?? `s3:${operation}`;
  const { Bucket, Key, Keys, Prefix } = input as Readonly<Record<string, unknown>> & { readonly Keys?: readonly string[] };
  const bucket = `arn:aws:s3:::${String(Bucket)}`;
  if (action === 's3:ListBucket')
    return [{ action, resource: bucket, context: typeof Prefix === 'string' ? { 's3:prefix': Prefix } : {} }];
  return (Keys ?? [String(Key)]).map((key) => ({ action, resource: `${bucket}/${key}` }));
};

/** Glue judges a call by the catalog, the database and the table. */
const accessToGlue = ({ operation, input, caller }: InterceptedCall, region: string): readonly Access[] => {
  const place = `arn:aws:glue:${region}:${caller.arn.split(':')[4] ?? ''}`;
  const { DatabaseName, TableName, Name } = input as Readonly<Record<string, string | undefined>>;
  const table = TableName ?? Name;
  return [
    `${place}:catalog`,
    `${place}:database/${DatabaseName ?? ''}`,
    ...(table === undefined ? [] : [`${place}:table/${DatabaseName ?? ''}/${table}`]),
  ].map((resource) => ({ action: `glue:${operation}`, resource }));
};

/** What the caller of an intercepted call has to be allowed. `workgroup`: of the query that an Athena call names by its id. */
export const accessOf = (call: InterceptedCall, region: string, workgroup: string): readonly Access[] => {
  const { service, operation, input, caller } = call;
  const account = caller.arn.split(':')[4] ?? '';
  switch (service) {
    case 's3':
      return accessToS3(call);
    case 'glue':
      return accessToGlue(call, region);
    case 'lambda':
      return [{ action: 'lambda:InvokeFunction', resource: String(input['FunctionName']) }];
    case 'athena':
      return [{ action: `athena:${operation}`, resource: `arn:aws:athena:${region}:${account}:workgroup/${workgroup}` }];
    case 'states':
      return [{ action: `states:${operation}`, resource: String(input['executionArn']) }];
    case 'monitoring':
      return [{ action: `cloudwatch:${operation}`, resource: '*' }];
    default:
      throw new Error(`who may call ${service}:${operation} is not told`);
  }
};

/** `*` stands for any text, `?` for one character, in ARNs and in StringLike. */
const matches = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  ).test(text);

const conditionsHold = (statement: PolicyStatement, context: Readonly<Record<string, string>>): boolean =>
  Object.entries(statement.Condition ?? {}).every(([operator, conditions]) => {
    if (operator !== 'StringLikeIfExists') throw new Error(`the condition ${operator} is not told here`);
    return Object.entries(conditions).every(([key, allowed]) => {
      const value = context[key];
      return value === undefined || listOf(allowed as string | readonly string[]).some((pattern) => matches(pattern, value));
    });
  });

/** The statements of each role's own policies. */
export const rolePolicies = (
  graph: Graph,
): readonly { readonly role: string; readonly statements: readonly PolicyStatement[] }[] =>
  graph.resources
    .filter(({ type }) => type === 'aws:iam/rolePolicy:RolePolicy')
    .map((policy) => ({ role: String(policy.inputs['role']), statements: statementsOf(policy) }));

/** Says of a role's ARN and what it wants to do whether a policy in the graph allows it, and none denies it. */
export const allowedBy = (graph: Graph): ((roleArn: string, access: Access) => boolean) => {
  const policies = rolePolicies(graph);
  return (roleArn, { action, resource, context = {} }) => {
    const applying = policies
      .filter(({ role }) => role === roleArn.slice(roleArn.lastIndexOf('/') + 1))
      .flatMap(({ statements }) => statements)
      .filter(
        (statement) =>
          listOf(statement.Action).some((pattern) => matches(pattern, action)) &&
          listOf(statement.Resource).some((pattern) => matches(pattern, resource)) &&
          conditionsHold(statement, context),
      );
    return applying.length > 0 && applying.every(({ Effect }) => Effect === 'Allow');
  };
};
