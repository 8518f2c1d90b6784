import type { Helper, Module } from './helper';
import { UsageError } from '../../contracts/errors';
import { distance, nearest } from '../../contracts/nearest';
import { ADDRESS } from './helpers/address';
import { COMMERCE, COMPANY, DATABASE } from './helpers/commerce';
import { CURRENT, DATE, TIME } from './helpers/date';
import { FINANCE } from './helpers/finance';
import { HELPERS } from './helpers/helpers';
import { IMAGE } from './helpers/image';
import { INTERNET, PHONE } from './helpers/internet';
import { LOREM } from './helpers/lorem';
import { NAME } from './helpers/name';
import { DATATYPE, MERSENNE, RANDOM } from './helpers/random';
import { ANIMAL, GIT, HACKER, MUSIC, SYSTEM, VEHICLE } from './helpers/system';
import type { Call } from './template';
import { placeOf } from './template';

/**
 * Every helper of the template language: what the Kinesis Data Generator adds (`date.now`, `date.utc`, `date.simTime`,
 * `random.weightedArrayElement`, `current.timestamp`) and what a template can call of faker.js 3 to 5, which its help refers to, drawn from
 * today's faker. A template calls `module.helper`: what lies deeper (`image.unsplash.food`) cannot be called there either. Seeds of its
 * generator are left out: they draw nothing.
 */
const MODULES: Readonly<Record<string, Module>> = {
  address: ADDRESS,
  animal: ANIMAL,
  commerce: COMMERCE,
  company: COMPANY,
  current: CURRENT,
  database: DATABASE,
  date: DATE,
  finance: FINANCE,
  git: GIT,
  hacker: HACKER,
  helpers: HELPERS,
  image: IMAGE,
  internet: INTERNET,
  lorem: LOREM,
  mersenne: MERSENNE,
  music: MUSIC,
  name: NAME,
  phone: PHONE,
  random: RANDOM,
  system: SYSTEM,
  time: TIME,
  vehicle: VEHICLE,
  // Last: most of it is in `random` as well, which is what templates say.
  datatype: DATATYPE,
};

const TABLE: ReadonlyMap<string, Helper> = new Map(
  Object.entries(MODULES).flatMap(([module, helpers]) =>
    Object.entries(helpers).map(([name, helper]) => [`${module}.${name}`, helper] as const),
  ),
);

/** `module.helper`, in the order of the alphabet. */
export const HELPER_NAMES: readonly string[] = [...TABLE.keys()].sort();

/** The names of the modules, in the order of the alphabet. */
export const MODULE_NAMES: readonly string[] = Object.keys(MODULES).sort();

const KNOWN: readonly string[] = [...TABLE.keys()];
const helperPart = (name: string): string => name.slice(name.indexOf('.') + 1);

/**
 * The helper that was probably meant: of the module that is named, or that is nearest to what is named; one of the same name elsewhere if no
 * other has it. Capitals count for nothing. Undefined where nothing is near.
 */
export const nearestHelper = (name: string): string | undefined => {
  const [module = '', ...rest] = name.toLowerCase().split('.');
  const helper = rest.join('.');
  const within = KNOWN.filter((known) => known.startsWith(`${nearest(module, MODULE_NAMES) ?? ''}.`));
  // Without a dot the one word may be the helper's.
  const called = KNOWN.filter((known) => helperPart(known).toLowerCase() === (helper || module));
  const [elsewhere, another] = called.filter((known) => !known.startsWith('datatype.'));
  if (within.length === 0) return elsewhere ?? called[0];
  const edits = (known: string): number => distance(helper, helperPart(known).toLowerCase());
  const best = within.reduce((least, known) => (edits(known) < edits(least) ? known : least));
  return edits(best) > 0 && elsewhere !== undefined && another === undefined ? elsewhere : best;
};

/** @throws UsageError where there is none of this name: it names the nearest one, or the modules. */
export const helperOf = (call: Call): Helper => {
  const helper = TABLE.get(call.name);
  if (helper !== undefined) return helper;
  const meant = nearestHelper(call.name);
  const hint = meant === undefined ? `the modules are ${MODULE_NAMES.join(', ')}` : `the nearest one is {{${meant}}}`;
  throw new UsageError(`{{${call.name}}} at ${placeOf(call)} of the template is no known helper; ${hint}.`);
};
