/**
 * The film dimension: a thousand films that nobody made. Titles, years and lengths are drawn from a seed, so that every deployment has the
 * same ones and a second deployment changes nothing.
 */
export interface Film {
  /** 1 to 1,000, as the generator of streamings draws it. */
  readonly film_id: number;
  readonly title: string;
  readonly category: string;
  readonly release_year: number;
  readonly length_minutes: number;
}

export const FILM_COUNT = 1_000;
const SEED = 0x5f11a7;

const FIRST = (
  'Amber Ancient Borrowed Brass Broken Burning Careless Copper Crimson Distant Electric Empty Endless Fading Feather Final Forgotten Frozen ' +
  'Gentle Glass Golden Hidden Hollow Honest Infinite Iron Ivory Lonely Lucky Marble Midnight Northern Paper Patient Quiet Restless Salted ' +
  'Silent Silver Sleeping Solar Stolen Stubborn Sudden Tender Velvet Wandering Western Winter'
).split(' ');
const SECOND = (
  'Avenue Ballad Bridge Cargo Carnival Castle Circus Compass Corridor Covenant Detour Echo Embers Express Farewell Ferry Festival Garden ' +
  'Harbor Harvest Hotel Island Journey Lantern Letter Lighthouse Machine Masquerade Meridian Mirror Orchard Orchestra Parade Passage ' +
  'Pilgrim Postcard Promise Railway Rehearsal Reunion River Shadow Signal Staircase Station Summer Theory Voyage Waltz Witness'
).split(' ');
const CATEGORIES = ['Action', 'Animation', 'Classic', 'Comedy', 'Documentary', 'Drama', 'Family', 'Horror', 'Music', 'Travel'];

/** Mulberry32: from 0 to below 1. */
const sequence = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
};

/** All films in the order of their ids; no two have the same title. */
export const films = (): readonly Film[] => {
  const random = sequence(SEED);
  const below = (bound: number): number => Math.floor(random() * bound);
  const titles = FIRST.flatMap((first) => SECOND.map((second) => `${first} ${second}`));
  return Array.from({ length: FILM_COUNT }, (_, index) => ({
    film_id: index + 1,
    title: titles.splice(below(titles.length), 1)[0]!,
    category: CATEGORIES[below(CATEGORIES.length)]!,
    release_year: 1_920 + below(80),
    length_minutes: 45 + below(140),
  }));
};

/** As the table reads them: one JSON object a line. */
export const filmLines = (): string =>
  films()
    .map((film) => `${JSON.stringify(film)}\n`)
    .join('');
