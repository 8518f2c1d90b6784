import type { InterceptedCall } from '../../../local/interceptor';
import type { Transition } from '../../../local/stand-ins/state-machine/integrations';

/** One place of a run where an AWS call is made, the same in every run that goes the same way. */
export interface Site {
  /** `publish.b0003/glue:CreatePartition#2`, `machine.b0001/athena:StartQueryExecution#1`. */
  readonly id: string;
  readonly via: 'wire' | 'machine';
  /** `glue:UpdatePartition`; of a machine's invocations `lambda:publish`. */
  readonly call: string;
  readonly service: string;
  readonly operation: string;
}

/** One passage of a call at its site. */
export interface Passage {
  readonly site: Site;
  /** The same over all tries that an SDK makes of the call. */
  readonly logical: string;
  /** Which try, from 1. */
  readonly attempt: number;
}

const shortName = (functionName: string): string => functionName.slice(functionName.lastIndexOf('-') + 1);
const batchIn = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && 'batch' in value ? String(value.batch) : undefined;

/** Of the machine's own calls, the batch that they are made for. */
const machineBatch = ({ input }: InterceptedCall): string | undefined =>
  batchIn(input['Payload']) ?? /_(b\d{4})_[0-9a-f]{12}\b/.exec(`${String(input['QueryString'])} ${String(input['Name'])}`)?.[1];

/** Names the calls of one night by where they are made: function or machine, batch, operation, and the how-many-eth of that. */
export class CallSites {
  readonly #counts = new Map<string, number>();
  /** Of calls under way, by the SDK's id. */
  readonly #known = new Map<string, Site>();
  /** Batches by query, for the calls that name only the query. */
  readonly #batchOfQuery = new Map<string, string>();

  /** Undefined for calls that are not the compaction's. */
  passage(call: InterceptedCall): Passage | undefined {
    if (call.via === 'wire') return call.from === undefined ? undefined : this.#overTheWire(call, call.from);
    const query = call.input['QueryExecutionId'];
    const batch = machineBatch(call) ?? (typeof query === 'string' ? this.#batchOfQuery.get(query) : undefined);
    const name = call.service === 'lambda' ? shortName(String(call.resource)) : call.operation;
    const where = batch === undefined ? 'machine' : `machine.${batch}`;
    const site = this.#site(where, '', call, `${call.service}:${name}`);
    return { site, logical: site.id, attempt: 1 };
  }

  /** Remembers for which batch a query was started. */
  started(queryExecutionId: string, call: InterceptedCall): void {
    const batch = machineBatch(call);
    if (batch !== undefined) this.#batchOfQuery.set(queryExecutionId, batch);
  }

  #overTheWire(call: InterceptedCall, from: NonNullable<InterceptedCall['from']>): Passage {
    const logical = call.invocationId ?? `${from.requestId} ${this.#known.size}`;
    const batch = batchIn(from.event);
    // A rebuild's comparison is made by the function that verifies, after it has verified.
    const compares = (from.event as { readonly kind?: unknown } | null)?.kind === 'comparison';
    const name = compares ? 'comparison' : shortName(from.functionName);
    const where = batch === undefined ? name : `${name}.${batch}`;
    const site = this.#known.get(logical) ?? this.#site(where, from.requestId, call, `${call.service}:${call.operation}`);
    this.#known.set(logical, site);
    return { site, logical, attempt: call.attempt ?? 1 };
  }

  #site(where: string, scope: string, call: InterceptedCall, name: string): Site {
    const key = `${where} ${scope} ${name}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return { id: `${where}/${name}#${count}`, via: call.via, call: name, service: call.service, operation: call.operation };
  }
}

/** Names the boundaries of states: `state.Publish.c2/entered#1`, where `c2` is the second child of the Distributed Map. */
export class Boundaries {
  readonly #children = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  nameOf({ executionArn, state, phase }: Transition): string {
    const child = executionArn.includes('/') ? this.#childOf(executionArn) : '';
    const name = `state.${state.replaceAll(' ', '-')}${child}/${phase}`;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return `${name}#${count}`;
  }

  #childOf(executionArn: string): string {
    const known = this.#children.get(executionArn) ?? `.c${this.#children.size + 1}`;
    this.#children.set(executionArn, known);
    return known;
  }
}
