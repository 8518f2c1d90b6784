/** From the graph's Athena resources to what the stand-in holds. Pure. */
import { LithifyError } from '../../../contracts/errors';
import type { Graph, Resource } from '../../graph';
import { resourcesOf } from '../../graph';

export const WORKGROUP = 'aws:athena/workgroup:Workgroup';
export const NAMED_QUERY = 'aws:athena/namedQuery:NamedQuery';

export interface Workgroup {
  readonly name: string;
  readonly description?: string;
  readonly enabled: boolean;
  /** The workgroup's settings win over the client's. */
  readonly enforces: boolean;
  /** `s3://bucket/prefix/` */
  readonly outputLocation?: string;
  readonly bytesScannedCutoff?: number;
}

export interface NamedQuery {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly database: string;
  readonly query: string;
  readonly workgroup: string;
}

export interface AthenaSettings {
  readonly accountId: string;
  readonly workgroups: readonly Workgroup[];
  readonly namedQueries: readonly NamedQuery[];
}

export const honouredInputs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [WORKGROUP]: {
    name: 'the workgroup’s name',
    description: 'answered by GetWorkGroup',
    state: 'a disabled workgroup refuses queries',
    'configuration.enforceWorkgroupConfiguration':
      'the client’s output location is ignored, and CTAS with external_location refused',
    'configuration.bytesScannedCutoffPerQuery': 'a query that would scan more is cancelled before it reads',
    'configuration.resultConfiguration.outputLocation': 'where results go',
  },
  [NAMED_QUERY]: {
    name: 'answered by GetNamedQuery',
    description: 'answered by GetNamedQuery',
    database: 'answered by GetNamedQuery',
    query: 'answered by GetNamedQuery',
    workgroup: 'which workgroup lists it',
  },
};

export const ignoredInputs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [WORKGROUP]: {
    'configuration.publishCloudwatchMetricsEnabled': 'there are no CloudWatch metrics here',
    'configuration.engineVersion': 'the engine is the embedded one',
    'configuration.requesterPaysEnabled': 'nobody pays here',
    'configuration.executionRole': 'it is for Spark',
    'configuration.resultConfiguration.encryptionConfiguration': 'results are plain files',
    'configuration.resultConfiguration.expectedBucketOwner': 'there is one account',
    'configuration.resultConfiguration.aclConfiguration': 'there is one account',
    forceDestroy: 'nothing is destroyed here',
    tags: 'kept in the graph only',
    region: 'there is one region',
  },
  [NAMED_QUERY]: { region: 'there is one region' },
};

/** What the embedded engine answers otherwise than Athena would, without failing. */
export const differences: readonly string[] = [
  'types are checked less strictly: a text may be compared with a number, and an alias used in the select list that defines it',
  'a decimal divided by a decimal is a double, and a double divided by zero is NULL',
  'an array subscript beyond the end is NULL, where Athena fails',
  'a cast of an array, map or row to varchar gives a text, where Athena fails',
  'approx_distinct and approx_percentile are other approximations; regular expressions are RE2',
  'timestamps with a time zone are kept in UTC alone',
  'rows are hashed into buckets by another function than Hive’s',
  'a query takes no time on the host’s clock; a workgroup’s scan limit is checked before the query reads, not while it does',
];

const members = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const need = (resource: Resource, input: string): string => {
  const value = text(resource.inputs[input] ?? resource.outputs[input]);
  if (value === undefined) throw new LithifyError('graph', `${resource.type} "${resource.name}" has no ${input}.`);
  return value;
};

const workgroupOf = (resource: Resource): Workgroup => {
  const configuration = members(resource.inputs['configuration']);
  const output = text(members(configuration['resultConfiguration'])['outputLocation']);
  const cutoff = configuration['bytesScannedCutoffPerQuery'];
  const description = text(resource.inputs['description']);
  return {
    name: need(resource, 'name'),
    enabled: resource.inputs['state'] !== 'DISABLED',
    // The provider's default.
    enforces: configuration['enforceWorkgroupConfiguration'] !== false,
    ...(description === undefined ? {} : { description }),
    ...(output === undefined ? {} : { outputLocation: output.endsWith('/') ? output : `${output}/` }),
    ...(typeof cutoff === 'number' && cutoff > 0 ? { bytesScannedCutoff: cutoff } : {}),
  };
};

export const athenaSettings = (graph: Graph): AthenaSettings => {
  const declared = resourcesOf(graph, WORKGROUP).map(workgroupOf);
  // Every account has it, without an output location.
  const primary: Workgroup = { name: 'primary', enabled: true, enforces: false };
  return {
    accountId: graph.accountId,
    workgroups: declared.some(({ name }) => name === 'primary') ? declared : [primary, ...declared],
    namedQueries: resourcesOf(graph, NAMED_QUERY).map((resource) => {
      const description = text(resource.inputs['description']);
      return {
        id: resource.id,
        name: need(resource, 'name'),
        database: need(resource, 'database'),
        query: need(resource, 'query'),
        workgroup: text(resource.inputs['workgroup']) ?? 'primary',
        ...(description === undefined ? {} : { description }),
      };
    }),
  };
};
