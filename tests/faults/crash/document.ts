import { replaceSection } from '../document-section';
import { MENDED } from './mended';
import type { Fault, Outcome } from './play';
import type { Played } from './play-each';

const HEALED = ['within', 'next', 'after next', 'not'] as const;

const placeOf = (fault: Fault): string => {
  if ('boundary' in fault) return 'state boundaries';
  const [where = ''] = fault.site.id.split('/');
  return `${where.replace(/\.b\d+$/, '')} ${fault.site.call}`;
};
const modeOf = (fault: Fault): string => ('mode' in fault ? fault.mode.name : 'aborted');

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const counted = (played: readonly Played[], keyOf: (fault: Fault) => string): readonly (readonly (string | number)[])[] => {
  const groups = new Map<string, Played[]>();
  for (const one of played) groups.set(keyOf(one.fault), [...(groups.get(keyOf(one.fault)) ?? []), one]);
  return [...groups]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, all]) => [
      `\`${key}\``,
      all.length,
      ...HEALED.map((healed) => all.filter((one) => one.healed === healed).length),
      all.filter((one) => one.defects.length > 0).length,
    ]);
};

const COLUMNS = ['points', 'healed within the run', 'by the next run', 'by the one after', 'not', 'defects'];

/** What of the crash matrix was tried, and what was found. */
export const writeSection = (played: readonly Played[], all: number, seed: number): void =>
  replaceSection(
    'crash matrix',
    `## Crash matrix

Tried: ${played.length} of the ${all} fault points of one run with three batches, in an order drawn with seed ${seed}; ${played.filter(({ hit }) => hit > 0).length} struck.
Readers looked ${played.reduce((sum, { looks }) => sum + looks, 0)} times meanwhile. Points that left a defect: ${played.filter(({ defects }) => defects.length > 0).length}.

### By how it fails

${table(['mode', ...COLUMNS], counted(played, modeOf))}

### By where it fails

${table(['call site', ...COLUMNS], counted(played, placeOf))}

### Found and mended

${MENDED.map((sentence) => `- ${sentence}`).join('\n')}`,
  );

const defective = (played: readonly Outcome[]): number => played.filter(({ defects }) => defects.length > 0).length;

/** What of a rebuild was tried: of the points that it alone has, and how they failed. */
export const writeRebuild = (played: readonly Played[], all: number, seed: number): void =>
  replaceSection(
    'rebuild',
    `## A rebuild

The same for a rebuild of everything, started by hand after the nightly run while news wait, at the points that no other run has: the comparison of its rows with the published ones.
Tried: ${played.length} of ${all}, in an order drawn with seed ${seed}; ${played.filter(({ hit }) => hit > 0).length} struck; ${defective(played)} left a defect.

${table(['mode', ...COLUMNS], counted(played, modeOf))}`,
  );

export const writePairs = (played: readonly Outcome[], seed: number): void =>
  replaceSection(
    'pairs of faults',
    `## Two faults

Tried: ${played.length} pairs, drawn with seed ${seed}: every other one in a single night, the rest with the second fault in the night that heals the first.
In ${played.filter(({ struck }) => struck.every((times) => times > 0)).length} of them both struck; in the others the first kept the run from ever reaching the second, or the night that healed it had no such call.
${HEALED.map((healed) => `${played.filter((one) => one.healed === healed).length} healed ${healed === 'within' ? 'within the run' : healed === 'next' ? 'by the next run' : healed === 'after next' ? 'by the one after' : 'not'}`).join(', ')}; ${played.filter(({ defects }) => defects.length > 0).length} left a defect.`,
  );
