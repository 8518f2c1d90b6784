import type { InterceptedCall, Interceptor, Proceed } from '../../../local/interceptor';
import type { Lake } from '../../flow/lake';
import { registeredPartitions } from './asking';
import { Boundaries, CallSites, type Site } from './call-sites';
import { problemsOf, rowsOf, tooYoung } from './checks';
import { copyOf, discard, type Lakes } from './lake-under-test';
import type { Mode } from './modes';
import { Readers } from './readers';
import { executionsOf, type Model, night } from './scenario';

/** One fault: a call that goes wrong in a way, or a boundary at which the execution is aborted. */
export type Fault = { readonly id: string } & ({ readonly site: Site; readonly mode: Mode } | { readonly boundary: string });

/** `within` the run, `next` run, the run `after next`: when the lake had settled. */
export interface Outcome {
  readonly hit: number;
  /** How often each of the faults struck, in their order. */
  readonly struck: readonly number[];
  /** How the execution under test ended. */
  readonly status: string;
  readonly healed: 'within' | 'next' | 'after next' | 'not';
  /** What is wrong: nothing, in a lake that can be trusted. */
  readonly defects: readonly string[];
  readonly looks: number;
}

export interface Golden {
  readonly sites: readonly Site[];
  readonly boundaries: readonly string[];
  /** Rows after the night in which nothing goes wrong … */
  readonly rows: readonly string[];
  /** … and what is not settled then: the pieces that the night made, which are the next one's. */
  readonly unsettled: readonly string[];
}

type Play = Outcome & Pick<Golden, 'rows' | 'unsettled'>;

export interface Prepared {
  readonly directory: string;
  readonly model: Model;
  /** What the first night of a play is; by default the scheduled run's. */
  readonly firstNight?: (lake: Lake) => Promise<void>;
}

/** Every so many transitions a reader looks, after each flip, and before and after each deletion. */
const LOOK_EVERY = 60;
const FLIPS = ['UpdatePartition', 'CreatePartition'];
const PATIENT_SECONDS = 12 * 3_600;

/** Watches every call of a play for what must never happen, whatever fails. */
class Watch {
  readonly violations: string[] = [];
  lake: Lake | undefined;
  readers: Readers | undefined;

  guard(call: InterceptedCall, proceed: Proceed): Proceed {
    return async (input) => {
      await this.#refuse(call);
      const flips = call.from !== undefined && FLIPS.includes(call.operation);
      const deletes = call.from !== undefined && call.operation === 'DeleteObjects';
      if (deletes) await this.readers?.look(`before ${call.operation} ${call.resource}`);
      const answer = await proceed(input);
      if (flips || deletes) await this.readers?.look(`after ${call.operation} ${call.resource}`);
      return answer;
    };
  }

  async #refuse(call: InterceptedCall): Promise<void> {
    if (this.lake === undefined || call.service !== 's3' || call.from === undefined) return;
    if (!/^(Put|Delete|Copy)/.test(call.operation)) return;
    const { Keys, Key } = call.input;
    const keys = (Array.isArray(Keys) ? Keys : [Key]).map(String);
    for (const key of keys) if (key.startsWith('raw/')) this.violations.push(`${call.operation} of ${key}: raw is never touched`);
    if (!call.operation.startsWith('Delete')) return;
    const live = [...(await registeredPartitions(this.lake)).values()];
    for (const key of keys)
      if (live.some(({ folder, ledger }) => key.startsWith(folder) || key === ledger))
        this.violations.push(`${call.operation} of ${key}, which a partition names`);
    const young = tooYoung(this.lake, keys);
    for (const key of young) this.violations.push(`${call.operation} of ${key} within the grace period`);
  }
}

/** The faults of one night, and how often they struck. */
class Armed {
  readonly #sites = new CallSites();
  readonly #boundaries = new Boundaries();
  /** The logical call that a fault of one call is bound to. */
  readonly #bound = new Map<Fault, string>();
  readonly struck = new Map<Fault, number>();

  constructor(
    private readonly faults: readonly Fault[],
    private readonly seen: { sites: Map<string, Site>; boundaries: string[] } | undefined,
    private readonly abort: () => void,
  ) {}

  readonly intercept: Interceptor = async (call, proceed) => {
    const passage = this.#sites.passage(call);
    if (passage === undefined) return proceed();
    const { site, logical, attempt } = passage;
    this.seen?.sites.set(site.id, site);
    const remembering: Proceed = async (input) => {
      const answer = await proceed(input);
      if (answer.kind === 'json' && call.operation === 'StartQueryExecution' && 'QueryExecutionId' in answer.output)
        this.#sites.started(String(answer.output.QueryExecutionId), call);
      return answer;
    };
    for (const fault of this.faults) {
      if (!('site' in fault)) continue;
      const { scope } = fault.mode;
      const family = (id: string): string => (site.via === 'machine' ? id.slice(0, id.lastIndexOf('#')) : id);
      const here = scope === 'night' ? family(fault.site.id) === family(site.id) : fault.site.id === site.id;
      if (!here) continue;
      if (scope !== 'night') {
        const bound = this.#bound.get(fault) ?? logical;
        this.#bound.set(fault, bound);
        if (bound !== logical || (scope === 'try' && attempt > 1)) continue;
      }
      this.#strikes(fault);
      return fault.mode.act({ call, proceed: remembering });
    }
    return remembering();
  };

  crossed(name: (boundaries: Boundaries) => string): void {
    const boundary = name(this.#boundaries);
    this.seen?.boundaries.push(boundary);
    const fault = this.faults.find((one) => 'boundary' in one && one.boundary === boundary);
    if (fault === undefined) return;
    this.#strikes(fault);
    this.abort();
  }

  #strikes(fault: Fault): void {
    this.struck.set(fault, (this.struck.get(fault) ?? 0) + 1);
  }
}

const same = (left: readonly string[], right: readonly string[]): boolean => left.join('\n') === right.join('\n');

const LEFT_TABLE = 'left behind: table ';
const UNNOTICED = 'no sweep noticed ';
const LINES = /^(\d+) lines in all ledgers, (\d+) accepted$/;

/** Whether a count of lines lies between what an undisturbed run leaves and all of them. */
const isPartly = (problem: string, expected: readonly string[]): boolean => {
  const [, lines, accepted] = LINES.exec(problem) ?? [];
  const least = expected.flatMap((one) => LINES.exec(one)?.slice(1, 2) ?? [])[0];
  return least !== undefined && Number(least) <= Number(lines) && Number(lines) <= Number(accepted);
};

/**
 * What no undisturbed run may leave to the one after it: all but what a night without faults leaves as well, and things that nobody
 * names. A sweep notes those first and takes them a grace period later: a dead run's temporary table, too, once it is noted.
 */
const unforgiven = (problems: readonly string[], expected: readonly string[]): readonly string[] => {
  const unnoticed = new Set(
    problems.flatMap((problem) => (problem.startsWith(UNNOTICED) ? [problem.slice(UNNOTICED.length)] : [])),
  );
  return problems.filter((problem) => {
    if (expected.includes(problem) || isPartly(problem, expected) || problem.startsWith(UNNOTICED)) return false;
    return !problem.startsWith(LEFT_TABLE) || unnoticed.has(problem.slice(LEFT_TABLE.length));
  });
};

/**
 * Whether all is there that an undisturbed night publishes, each row as it publishes it or as it is in the end, and nothing else: where a part
 * of what the last night of faults had to route is routed already, the next one publishes that part, and the one after it the rest.
 */
const isBetween = (rows: readonly string[], undisturbed: readonly string[], end: readonly string[]): boolean => {
  const keyOf = (row: string): string => row.slice(0, row.lastIndexOf(' '));
  const there = new Set(rows.map(keyOf));
  const allowed = new Set([...undisturbed, ...end]);
  return rows.every((row) => allowed.has(row)) && undisturbed.every((row) => there.has(keyOf(row)));
};

/** Plays nights on a copy of the prepared lake, the first ones with faults, until it has settled. */
export const play = async (
  lakes: Lakes,
  { directory, model, firstNight = night }: Prepared,
  nights: readonly (readonly Fault[])[],
  golden?: Golden,
  seen?: { sites: Map<string, Site>; boundaries: string[] },
): Promise<Play> => {
  const watch = new Watch();
  let armed: Armed | undefined;
  let transitions = 0;
  const lake = await lakes.open(copyOf(directory), {
    intercept: (call, proceed) => {
      const guarded = watch.guard(call, proceed);
      return armed === undefined ? guarded() : armed.intercept(call, guarded);
    },
    onTransition: (transition) => {
      armed?.crossed((boundaries) => boundaries.nameOf(transition));
      if (armed !== undefined && ++transitions % LOOK_EVERY === 0) void watch.readers?.look(`at the state ${transition.state}`);
    },
    ...(nights.flat().some((fault) => 'mode' in fault && fault.mode.patientTasks === true)
      ? { taskSeconds: PATIENT_SECONDS }
      : {}),
  });
  try {
    const readers = new Readers(lake);
    [watch.lake, watch.readers] = [lake, readers];
    const abort = (): void => void abortAll(lake);
    const struck: number[] = [];
    let status = '';
    let rows: readonly string[] = [];
    let unsettled: readonly string[] = [];
    for (const [index, faults] of nights.entries()) {
      armed = new Armed(faults, seen, abort);
      await (index === 0 ? firstNight : night)(lake);
      const { struck: times } = armed;
      struck.push(...faults.map((fault) => times.get(fault) ?? 0));
      if (index > 0) continue;
      status = (await executionsOf(lake))[0]?.status ?? 'none';
      rows = await rowsOf(lake);
      unsettled = await problemsOf(lake, model);
    }
    armed = undefined;
    const hit = struck.reduce((sum, times) => sum + times, 0);
    await readers.look('after the nights of faults');
    const asGolden = golden === undefined || (same(rows, golden.rows) && same(unsettled, golden.unsettled));
    const within = nights.length === 1 && status === 'SUCCEEDED' && asGolden;
    // Nothing tells this lake from one in which nothing went wrong.
    if (within && golden !== undefined) {
      const defects = [...watch.violations, ...readers.wrong];
      return { hit, struck, status, healed: 'within', defects, looks: readers.looks, rows, unsettled };
    }
    await night(lake);
    // What a night finds in an object of somebody else's lines is the next one's; everything else must be there by now.
    const now = await rowsOf(lake);
    const caughtUp = isBetween(now, golden?.rows ?? rows, model.rows());
    let problems = await problemsOf(lake, model);
    const behind = [
      ...(caughtUp ? [] : ['the next scheduled run did not catch up']),
      ...unforgiven(problems, golden?.unsettled ?? unsettled).map((problem) => `after the next scheduled run: ${problem}`),
    ];
    const nextSettles = problems.length === 0;
    if (!nextSettles) {
      await night(lake);
      problems = await problemsOf(lake, model);
    }
    await readers.look('at the end');
    const defects = [...watch.violations, ...readers.wrong, ...behind, ...problems];
    const healed = problems.length > 0 ? 'not' : within ? 'within' : nextSettles ? 'next' : 'after next';
    return { hit, struck, status, healed, defects, looks: readers.looks, rows, unsettled };
  } finally {
    await lake.close();
    discard(lake.dataDir);
  }
};

const abortAll = async (lake: Lake): Promise<void> => {
  for (const { executionArn, status } of await executionsOf(lake))
    if (status === 'RUNNING') await lake.host.call('states', 'StopExecution', { executionArn });
};

/** The night in which nothing goes wrong: names every site and boundary that there is. */
export const goldenRun = async (lakes: Lakes, prepared: Prepared): Promise<Golden> => {
  const seen = { sites: new Map<string, Site>(), boundaries: [] as string[] };
  const { rows, unsettled, defects, status, healed } = await play(lakes, prepared, [[]], undefined, seen);
  if (defects.length > 0 || status !== 'SUCCEEDED' || healed !== 'within')
    throw new Error(`without any fault the run ${status}, healed ${healed}:\n${defects.join('\n')}`);
  const left = unsettled.filter((problem) => problem.startsWith('left behind'));
  if (left.length > 0) throw new Error(`without any fault the run ended and something was ${left.join(', ')}`);
  return { sites: [...seen.sites.values()], boundaries: seen.boundaries, rows, unsettled };
};
