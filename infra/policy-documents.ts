/** One statement of an IAM policy that allows. */
export interface Statement {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Conditions;
}

/** `{StringEquals: {'aws:SourceAccount': '…'}}`. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

const document = (statements: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements });

/** What a role may do. */
export const rolePolicy = (statements: readonly Statement[]): string =>
  document(
    statements.map(({ sid, actions, resources, conditions }) => ({
      Sid: sid,
      Effect: 'Allow',
      Action: actions,
      Resource: resources,
      ...(conditions === undefined ? {} : { Condition: conditions }),
    })),
  );

/** Who may take a role: one AWS service, on the conditions that keep it from being used for somebody else. */
export const trustPolicy = (service: string, conditions?: Conditions): string =>
  document([
    {
      Sid: 'Assume',
      Effect: 'Allow',
      Principal: { Service: service },
      Action: 'sts:AssumeRole',
      ...(conditions === undefined ? {} : { Condition: conditions }),
    },
  ]);

/** Refuses every call that does not come over TLS. */
export const tlsOnlyPolicy = (service: 's3' | 'sqs', resources: readonly string[]): string =>
  document([
    {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: `${service}:*`,
      Resource: resources,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ]);
