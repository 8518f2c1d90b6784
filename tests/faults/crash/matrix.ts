import { failsInItsOwnWords, type Family, kindOfCall, MODES } from './modes';
import type { Fault, Golden } from './play';

/**
 * Every fault point of a run, by id: each site with each mode that applies to it, and each boundary. Throws for a call of a service
 * whose words are unknown: it would fail in a way that no service does.
 */
export const faultPoints = ({ sites, boundaries }: Golden): ReadonlyMap<string, Fault> => {
  const points = new Map<string, Fault>();
  for (const site of sites) {
    if (!failsInItsOwnWords(site.service)) throw new Error(`${site.id}: in which words ${site.service} fails is not known`);
    for (const mode of MODES) {
      const id = `${site.id}/${mode.name}`;
      if (mode.applies(site)) points.set(id, { id, site, mode });
    }
  }
  for (const boundary of boundaries) points.set(`${boundary}/aborted`, { id: `${boundary}/aborted`, boundary });
  return points;
};

/** Small and seeded: the same sample everywhere. */
export const randomOf = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export const shuffled = <T>(items: readonly T[], random: () => number): readonly T[] => {
  const copy = [...items];
  for (let index = copy.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [copy[index], copy[other]] = [copy[other]!, copy[index]!];
  }
  return copy;
};

/** From the coarsest to the finest: what of a call fails in which way, which mode it is, and which call. */
const KINDS: readonly ((fault: Fault) => string)[] = [
  (fault) => ('mode' in fault ? `${kindOfCall(fault.site)} ${fault.mode.family}` : 'aborted'),
  (fault) => ('mode' in fault ? fault.mode.name : 'aborted'),
  (fault) => ('mode' in fault ? `${fault.site.call} ${fault.mode.name}` : 'aborted'),
];

/** How many points a sample needs for one of every kind of call in every way that it can fail. */
export const familiesOf = (points: Iterable<Fault>): number => new Set([...points].map((fault) => KINDS[0]!(fault))).size;

/** As many points as asked for: first one of each kind, the coarsest first, then any, in an order drawn from the seed. */
export const sampleOf = (points: Iterable<Fault>, count: number, seed: number): readonly Fault[] => {
  let rest = shuffled([...points], randomOf(seed));
  const chosen: Fault[] = [];
  for (const kindOf of KINDS) {
    const kinds = new Set(chosen.map(kindOf));
    const left: Fault[] = [];
    for (const fault of rest) {
      (kinds.has(kindOf(fault)) ? left : chosen).push(fault);
      kinds.add(kindOf(fault));
    }
    rest = left;
  }
  return [...chosen, ...rest].slice(0, count);
};

/** Of a rebuild, what no other run has: the comparison with what is published. */
export const isOfComparison = ({ id }: Fault): boolean =>
  /^(comparison\b|state\.(Compare|Note-comparison)\b|machine\.b\d+\/(athena:\w+#3|lambda:verify#2)\/)/.test(id);

/** Two faults: in one night (`a + b`), or the second one in the night that heals the first (`a > b`). */
export interface Pair {
  readonly id: string;
  readonly nights: readonly (readonly Fault[])[];
}

export const pairOf = (left: Fault, right: Fault, sameNight: boolean): Pair => ({
  id: `${left.id} ${sameNight ? '+' : '>'} ${right.id}`,
  nights: sameNight ? [[left, right]] : [[left], [right]],
});

/** Families of failures that a run goes on after, and those that end it. */
const GOES_ON: ReadonlySet<string> = new Set<Family>([
  'before it',
  'after it, before its answer',
  'throttled',
  'once',
  'item errors',
]);
const ENDS: ReadonlySet<string> = new Set<Family>(['for good', 'execution timed out']);
const goesOn = (fault: Fault): boolean => 'mode' in fault && fault.mode.scope !== 'night' && GOES_ON.has(fault.mode.family);
const ends = (fault: Fault): boolean => !('mode' in fault) || ENDS.has(fault.mode.family);

/**
 * Every other pair in one night, the rest in two. Half of both are drawn from all points; of the other half the first fault is one that lets
 * the second strike: in one night one that the run goes on after, in two one that leaves the second night its work.
 */
export const pairsOf = (points: Iterable<Fault>, count: number, seed: number): readonly Pair[] => {
  const random = randomOf(seed);
  const all = [...points];
  const any = (faults: readonly Fault[] = all): Fault => faults[Math.floor(random() * faults.length)]!;
  const first = { goesOn: all.filter(goesOn), ends: all.filter(ends) };
  return Array.from({ length: count }, (_, index) => {
    const sameNight = index % 2 === 0;
    const left = index % 4 < 2 ? any() : any(sameNight ? first.goesOn : first.ends);
    return pairOf(left, any(), sameNight);
  });
};

/** The point or the pair of an id. Throws where there is none. */
export const pointNamed = (points: ReadonlyMap<string, Fault>, id: string): Pair => {
  const one = (name: string): Fault => {
    const fault = points.get(name);
    if (fault === undefined) throw new Error(`there is no fault point "${name}"; all of them: npm run test:faults -- --points`);
    return fault;
  };
  for (const sign of [' + ', ' > ']) {
    const [left, right] = id.split(sign);
    if (left !== undefined && right !== undefined) return pairOf(one(left), one(right), sign === ' + ');
  }
  return { id, nights: [[one(id)]] };
};
