import type { Helper, Module } from './helper';
import { UsageError } from '../../contracts/errors';
import { distance } from '../../contracts/nearest';
import { ADDRESS } from './helpers/address';
import { COMMERCE, COMPANY, DATABASE } from './helpers/commerce';
import { CURRENT, DATE, TIME } from './helpers/date';
import { FINANCE } from './helpers/finance';
import { HELPERS } from './helpers/helpers';
import { IMAGE } from './helpers/image';
import { INTERNET, PHONE } from './helpers/internet';
import { LOREM } from './helpers/lorem';
import { NAME } from './helpers/name';
import { DATATYPE, RANDOM } from './helpers/random';
import { GIT, HACKER, MUSIC, SYSTEM, VEHICLE } from './helpers/system';
import type { Call } from './template';
import { placeOf } from './template';

/**
 * Every helper of the template language: what the Kinesis Data Generator adds (`date.now`, `date.utc`, `date.simTime`,
 * `random.weightedArrayElement`, `current.timestamp`) and the API of faker.js 3 to 5, which its help refers to, drawn from today's faker.
 */
const MODULES: Readonly<Record<string, Module>> = {
  address: ADDRESS,
  commerce: COMMERCE,
  company: COMPANY,
  current: CURRENT,
  database: DATABASE,
  datatype: DATATYPE,
  date: DATE,
  finance: FINANCE,
  git: GIT,
  hacker: HACKER,
  helpers: HELPERS,
  image: IMAGE,
  internet: INTERNET,
  lorem: LOREM,
  music: MUSIC,
  name: NAME,
  phone: PHONE,
  random: RANDOM,
  system: SYSTEM,
  time: TIME,
  vehicle: VEHICLE,
};

const TABLE: ReadonlyMap<string, Helper> = new Map(
  Object.entries(MODULES).flatMap(([module, helpers]) =>
    Object.entries(helpers).map(([name, helper]) => [`${module}.${name}`, helper] as const),
  ),
);

/** `module.helper`, in the order of the alphabet. */
export const HELPER_NAMES: readonly string[] = [...TABLE.keys()].sort();

/** The known name with the fewest edits, capitals apart; of several the first. */
export const nearestHelper = (name: string): string => {
  const edits = (known: string): number => distance(name.toLowerCase(), known.toLowerCase());
  return HELPER_NAMES.reduce((best, known) => (edits(known) < edits(best) ? known : best));
};

/** @throws UsageError where there is none of this name: it names the nearest one. */
export const helperOf = (call: Call): Helper => {
  const helper = TABLE.get(call.name);
  if (helper !== undefined) return helper;
  throw new UsageError(
    `{{${call.name}}} at ${placeOf(call)} of the template is no known helper; the nearest one is {{${nearestHelper(call.name)}}}.`,
  );
};
