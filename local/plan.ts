import { LithifyError } from '../contracts/errors';
import { temporaryTablePrefix } from '../contracts/lake';
import { FEED_NAMES } from '../contracts/feeds';
import type { Graph, Resource } from './graph';
import { STAND_INS, type StandInName, SUPPORT, type Support } from './support';

/** What runs locally, and for whom. */
export interface HostPlan {
  /** The resources of each stand-in, in the order of the graph. */
  readonly standIns: Readonly<Record<StandInName, readonly Resource[]>>;
  readonly inert: readonly { readonly resource: Resource; readonly because: string }[];
}

/** The graph asks for what the host cannot do; all problems at once. */
export class HostPlanError extends LithifyError {
  override readonly name = 'HostPlanError';

  constructor(readonly problems: readonly string[]) {
    super('host-plan', `The embedded host cannot run this program:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  }
}

/**
 * Gives every resource of the graph to a stand-in, or says why nothing needs to be done for it.
 * @throws HostPlanError with every unknown type, unknown input and ARN that leads nowhere
 */
export const planHost = (graph: Graph, support: Readonly<Record<string, Support>> = SUPPORT): HostPlan => {
  const problems = [
    ...graph.resources.flatMap((resource) => [...unsupported(resource, support[resource.type])]),
    ...danglingArns(graph),
  ];
  if (problems.length > 0) throw new HostPlanError(problems);
  const of = (standIn: StandInName): readonly Resource[] =>
    graph.resources.filter(({ type }) => {
      const known = support[type];
      return known !== undefined && 'standIn' in known && known.standIn === standIn;
    });
  return {
    standIns: Object.fromEntries(STAND_INS.map((standIn) => [standIn, of(standIn)])) as Record<StandInName, readonly Resource[]>,
    inert: graph.resources.flatMap((resource) => {
      const known = support[resource.type];
      return known !== undefined && 'inert' in known ? [{ resource, because: known.inert }] : [];
    }),
  };
};

const unsupported = (resource: Resource, known: Support | undefined): readonly string[] => {
  if (known === undefined) return [`${label(resource)}: the type is not modelled`];
  if ('inert' in known) return [];
  return [...new Set(inputPaths(resource.inputs).filter((path) => !covered(path, known)))].map(
    (path) => `${label(resource)}: the input ${path} is neither honoured nor ignored`,
  );
};

const label = ({ type, name }: Resource): string => `${type} "${name}"`;

/** A listed path covers what lies below it, but for a structure of which single parts are honoured. */
const covered = (path: string, { honoured, ignored }: Extract<Support, { readonly standIn: StandInName }>): boolean =>
  [...honoured, ...Object.keys(ignored)].some(
    (entry) => entry === path || (path.startsWith(`${entry}.`) && !honoured.some((part) => part.startsWith(`${entry}.`))),
  );

/** The paths of all values; the items of a list have the path of the list. */
const inputPaths = (value: unknown, path = ''): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap((item) => inputPaths(item, path));
  if (typeof value !== 'object' || value === null) return value === undefined || path === '' ? [] : [path];
  return Object.entries(value).flatMap(([name, member]) => inputPaths(member, path === '' ? name : `${path}.${name}`));
};

const ARN = /arn:aws:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:[^\s"',\\)}]+/g;

/** What exists without the program: Athena's own catalog and Glue's, Scheduler's own group. */
const givenArns = ({ accountId, region }: Graph): readonly string[] => {
  const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${accountId}:${rest}`;
  return [
    arn('glue', 'catalog'),
    arn('glue', 'database/default'),
    arn('athena', 'datacatalog/AwsDataCatalog'),
    arn('scheduler', 'schedule-group/default'),
  ];
};

/** ARNs in any input, in JSON text as well, that name no resource of the graph. */
const danglingArns = (graph: Graph): readonly string[] => {
  const known = [
    ...givenArns(graph),
    ...graph.resources.flatMap(({ outputs }) =>
      [outputs['arn'], outputs['executionArn']].filter((arn) => typeof arn === 'string'),
    ),
  ];
  return graph.resources.flatMap((resource) =>
    [...new Set(textsOf({ ...resource.inputs, code: undefined }).flatMap((text) => text.match(ARN) ?? []))]
      .filter((arn) => !leadsSomewhere(arn, graph, known))
      .map((arn) => `${label(resource)}: ${arn} names no resource of the program`),
  );
};

const textsOf = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
};

const leadsSomewhere = (arn: string, { accountId, region }: Graph, known: readonly string[]): boolean => {
  // Integrations of Step Functions are no resources: `arn:aws:states:::lambda:invoke`.
  if (arn.startsWith('arn:aws:states:::')) return true;
  const machineOf = (kind: string): string | undefined => {
    const prefix = `arn:aws:states:${region}:${accountId}:${kind}:`;
    return arn.startsWith(prefix) ? arn.slice(prefix.length).split(/[:/]/)[0] : undefined;
  };
  const machine = machineOf('execution') ?? machineOf('mapRun');
  if (machine !== undefined) return known.includes(`arn:aws:states:${region}:${accountId}:stateMachine:${machine}`);
  // Temporary tables come and go in a database of the program.
  const table = /^(arn:aws:glue:[^:]*:[^:]*:)table\/([^/]+)\/(.+)$/.exec(arn);
  if (table !== null && FEED_NAMES.some((feed) => table[3]!.startsWith(temporaryTablePrefix(feed)))) {
    return known.includes(`${table[1]}database/${table[2]}`);
  }
  return known.some((entry) => arn === entry || arn.startsWith(`${entry}/`) || arn.startsWith(`${entry}:`));
};
