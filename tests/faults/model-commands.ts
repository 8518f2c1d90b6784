import { lockKey, temporaryTablePrefix } from '../../contracts/lake';
import { Random } from '../../corpora/random';
import type { InterceptedCall } from '../../local/interceptor';
import type { Lake } from '../flow/lake';
import { fc } from '../properties';
import { spelled, type Identity, type Row, type Sent } from './duplicates-oracle';
import { DELIVERY_MILLIS, type Model } from './model';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Longer than the policy's grace period. */
const GRACE = DAY + HOUR;

/** The system under test, and what a command may do to the run that it starts. */
export interface Real {
  readonly lake: Lake;
  /** The commands that were played so far. */
  readonly script: string[];
  /** Called for every transition and every intercepted call while set; a crash hooks in here. */
  readonly hooks: {
    onState?: ((executionArn: string) => void) | undefined;
    onCall?: ((call: InterceptedCall) => void) | undefined;
  };
}

type Step = fc.AsyncCommand<Model, Real>;

/** A command is written as one line, and read back from it: a failing sequence is a script. */
interface Verb {
  readonly line: fc.Arbitrary<string>;
  readonly run: (numbers: readonly number[], model: Model, real: Real) => Promise<void>;
  readonly check?: (model: Readonly<Model>) => boolean;
}

const numbers = (...bounds: readonly (readonly [number, number])[]): fc.Arbitrary<string> =>
  fc.tuple(...bounds.map(([min, max]) => fc.integer({ min, max }))).map((values) => values.join(' '));

const put = async ({ lake }: Real, identities: readonly Identity[], random: Random): Promise<readonly Sent[]> => {
  const texts = identities.map((identity) => spelled(identity, random));
  await lake.put(...texts);
  const arrival = lake.host.now();
  return identities.map((identity, index): Sent => ({ ...identity, text: texts[index]!, arrival }));
};

const putAndDeliver = async (real: Real, model: Model, identities: readonly Identity[], random: Random): Promise<void> => {
  const records = await put(real, identities, random);
  await real.lake.host.advance(DELIVERY_MILLIS);
  model.passed(real.lake.host.now());
  model.arrived(records);
};

/** Events that nobody sent before, created up to so many hours ago. */
const newEvents = ({ lake }: Real, count: number, ageHours: number, random: Random): readonly Identity[] => {
  const createdAt = lake.host.now() - ageHours * HOUR - random.below(HOUR);
  return Array.from({ length: count }, () => ({
    eventType: random.pick(['a', 'b', 'c']),
    eventUuid: random.uuid(),
    createdAt: createdAt - random.below(1_000),
  }));
};

const readRows = async (lake: Lake): Promise<Row[]> =>
  (
    await lake.rows(
      `SELECT event_type, created_date, event_uuid, created_at, copies, payload FROM events ORDER BY event_type, event_uuid, created_at`,
    )
  ).map((row) => {
    const [eventType, createdDate, eventUuid, createdAt, copies, payload] = row.map(String) as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    return { eventType, createdDate, eventUuid, createdAt: Number(createdAt), copies: Number(copies), payload };
  });

const look = async (model: Model, { lake }: Real): Promise<void> => {
  const difference = model.observed(await readRows(lake));
  if (difference !== undefined) throw new Error(difference);
};

/** Starts a run and lets time pass until it has ended: a predecessor's lock may have to be waited out. */
const ended = async (model: Model, { lake }: Real, input: object): Promise<string> => {
  model.passed(lake.host.now());
  const { executionArn, ...started } = await lake.compact(input);
  let { status } = started;
  for (let waited = 0; status === 'RUNNING'; waited += 10 * MINUTE) {
    if (waited > DAY) throw new Error(`${String(executionArn)} still runs after a day`);
    await lake.host.advance(10 * MINUTE);
    const described = (await lake.host.call('states', 'DescribeExecution', { executionArn })) as { status: 'RUNNING' };
    status = described.status;
  }
  return String(status);
};

const succeed = async (model: Model, real: Real, input: object): Promise<void> => {
  const status = await ended(model, real, input);
  if (status !== 'SUCCEEDED') throw new Error(`the run ended as ${status}`);
  model.succeeded();
  await look(model, real);
  const locks = await real.lake.keys(lockKey('events'));
  if (locks.length > 0) throw new Error(`${locks.join()} is left`);
};

/** The end of every history: one more run brings the lake to what arrived, and one after the grace period leaves nothing lying about. */
export const settle = async (model: Model, real: Real): Promise<void> => {
  await real.lake.host.advance(DELIVERY_MILLIS);
  await succeed(model, real, { force: true, full: true });
  await real.lake.host.advance(GRACE);
  await succeed(model, real, { force: true, full: true });
  const { TableList } = (await real.lake.host.call('glue', 'GetTables', {
    DatabaseName: String(real.lake.host.outputs['database']),
  })) as {
    TableList: { Name: string }[];
  };
  const left = TableList.filter(({ Name }) => Name.startsWith(temporaryTablePrefix('events')));
  if (left.length > 0) throw new Error(`table ${left[0]!.Name} is left`);
};

const VERBS: Readonly<Record<string, Verb>> = {
  // produce <seed> <events> <age in hours>
  produce: {
    line: numbers([0, 999], [1, 12], [0, 80]),
    run: async ([seed = 0, count = 0, age = 0], model, real) => {
      const random = new Random(seed, model.sent.length);
      await putAndDeliver(real, model, newEvents(real, count, age, random), random);
    },
  },
  // delay <seed> <events> <copies>: new events and copies of earlier ones stay on their way until time passes, in a run's midst perhaps
  delay: {
    line: numbers([0, 999], [1, 6], [0, 4]),
    run: async ([seed = 0, count = 0, copies = 0], model, real) => {
      const random = new Random(seed, model.sent.length, 2);
      const known = model.sent.length === 0 ? [] : Array.from({ length: copies }, () => random.pick(model.sent));
      model.accepted(await put(real, [...newEvents(real, count, 1, random), ...known], random));
    },
  },
  // duplicate <seed> <copies>: of whatever was sent before, in other spellings, now and then with other content
  duplicate: {
    line: numbers([0, 999], [1, 8]),
    check: ({ sent }) => sent.length > 0,
    run: async ([seed = 0, count = 0], model, real) => {
      const random = new Random(seed, model.sent.length, 1);
      await putAndDeliver(
        real,
        model,
        Array.from({ length: count }, () => random.pick(model.sent)),
        random,
      );
    },
  },
  // advance <hours>
  advance: {
    line: numbers([1, 60]),
    run: async ([hours = 0], _model, { lake }) => lake.host.advance(hours * HOUR),
  },
  run: { line: numbers(), run: async (_, model, real) => succeed(model, real, { force: true, full: true }) },
  query: { line: numbers(), run: async (_, model, real) => look(model, real) },
  // abort <state>: the run is aborted when it enters or leaves its so-many-th state
  abort: {
    line: numbers([1, 90]),
    run: async ([state = 0], model, real) => {
      let seen = 0;
      real.hooks.onState = (executionArn) => {
        if (++seen !== state) return;
        const parent = executionArn.replace(/:execution:([^:/]+)\/[^:]+:.*$/, ':execution:$1');
        void abort(real.lake, parent === executionArn ? executionArn : undefined);
      };
      await cutShort(model, real);
    },
  },
  // kill <call>: the process of a function dies at the so-many-th call to AWS that the run's functions make
  kill: {
    line: numbers([1, 120]),
    run: async ([number = 0], model, real) => {
      let seen = 0;
      real.hooks.onCall = (call) => {
        if (call.from !== undefined && ++seen === number) call.from.kill();
      };
      await cutShort(model, real);
    },
  },
  // rebuild: from raw objects and pieces alone, wherever they still are
  rebuild: {
    line: numbers(),
    run: async (_, model, real) => {
      const status = await ended(model, real, { rebuild: true, full: true });
      if (status !== 'SUCCEEDED') throw new Error(`the rebuild ended as ${status}`);
      model.cutShort();
      await look(model, real);
      model.unsure = false;
    },
  },
  // expire <days>: whatever waits is compacted; then the bucket's lifecycle takes raw objects, and later pieces too
  expire: {
    line: numbers([31, 70]),
    run: async ([days = 0], model, real) => {
      await real.lake.host.advance(DELIVERY_MILLIS);
      await succeed(model, real, { force: true, full: true });
      await real.lake.host.advance(days * DAY);
      await look(model, real);
    },
  },
};

const cutShort = async (model: Model, real: Real): Promise<void> => {
  const status = await ended(model, real, { force: true });
  real.hooks.onState = undefined;
  real.hooks.onCall = undefined;
  if (status === 'SUCCEEDED') model.succeeded();
  else model.cutShort();
  await look(model, real);
};

const abort = async (lake: Lake, executionArn: string | undefined): Promise<void> => {
  const { executions } = (await lake.host.call('states', 'ListExecutions', {
    stateMachineArn: String(lake.host.outputs['stateMachineArn']),
    statusFilter: 'RUNNING',
  })) as { executions: { executionArn: string }[] };
  for (const running of executions)
    await lake.host.call('states', 'StopExecution', { executionArn: executionArn ?? running.executionArn });
};

/** The command that a line of a script spells. */
export const commandOf = (line: string): Step => {
  const [name = '', ...rest] = line.trim().split(/\s+/);
  const verb = VERBS[name];
  if (verb === undefined) throw new RangeError(`unknown command "${name}"; known: ${Object.keys(VERBS).join(', ')}`);
  return {
    check: (model) => verb.check?.(model) ?? true,
    run: (model, real) => {
      real.script.push(line);
      return verb.run(rest.map(Number), model, real);
    },
    toString: () => line,
  };
};

/** Most histories are made of arrivals; the first thing that happens is one. */
const FREQUENT = ['produce', 'duplicate'];

const arbitraryOf = (name: string): fc.Arbitrary<Step> =>
  VERBS[name]!.line.map((values) => commandOf(`${name} ${values}`.trim()));

export const ALL_VERBS: readonly string[] = [...Object.keys(VERBS), ...FREQUENT];

/** Each verb as often as it is named. */
export const commandArbitraries = (verbs: readonly string[]): fc.Arbitrary<Step>[] => verbs.map(arbitraryOf);
export const firstCommand: fc.Arbitrary<Step> = arbitraryOf('produce');
