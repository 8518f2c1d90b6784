import { feedNamed } from '../../contracts/feeds';
import { counted, readableCount } from '../format/readable';
import { acknowledgedLines } from '../format/acknowledged';
import type { Audit } from './findings';
import type { Difference } from './accounts';

const SHOWN = 20;

const sentence = ({ partition, what, expected, found }: Difference): string =>
  `    ${partition}: ${what} ${found}, must be ${expected}`;

const differenceLines = (differences: readonly Difference[]): readonly string[] => [
  ...differences.slice(0, SHOWN).map(sentence),
  ...(differences.length > SHOWN ? [`    … and ${readableCount(differences.length - SHOWN)} more; --json has them all`] : []),
];

/** The audit for people: a line per check, differences below. */
export const auditLines = ({ feed, ok, checks, unreadable, changedMeanwhile }: Audit): readonly string[] => {
  const { keys, misfiled, accounts, acknowledged, typeConflicts, raw, routed } = checks;
  const mark = (good: boolean): string => (good ? 'ok  ' : 'FAIL');
  const isKeyless = feedNamed(feed).key === 'none';
  const reasons = [...new Set(raw.skipped.map(({ reason }) => reason))];
  return [
    isKeyless
      ? `${mark(true)} no key: each record is a row of its own, ${counted(keys.rows, 'row')}`
      : `${mark(keys.duplicates === 0)} each key once: ${counted(keys.rows, 'row')}, ${counted(keys.distinct, 'key')}`,
    ...keys.examples.map(({ times, ...key }) => `    ${Object.values(key).join(' ')}: ${times} times`),
    `${mark(misfiled.rows === 0)} each in its partition: ${counted(misfiled.rows, 'row')} misfiled`,
    ...misfiled.partitions.slice(0, SHOWN).map((partition) => `    ${partition}`),
    `${mark(accounts.differences.length === 0)} accounts of ${counted(accounts.partitions, 'partition')}: ` +
      `${counted(accounts.lines, 'line')} = ${readableCount(accounts.copies)} copies + ${readableCount(accounts.notYetCompacted.lines)} not yet compacted` +
      `${accounts.unreadable === 0 ? '' : `, and ${counted(accounts.unreadable, 'object')} unreadable`}`,
    ...differenceLines(accounts.differences),
    `    redelivered: ${counted(accounts.redelivered, 'copy', 'copies')} merged; in conflict: ${readableCount(accounts.conflicts)} times copies of one key differed`,
    `    expired since: ${counted(accounts.expired.objects, 'source')} with ${counted(accounts.expired.lines, 'line')}, which the ledgers remember`,
    ...acknowledgedLines(acknowledged),
    ...(typeConflicts === null
      ? []
      : [`${mark(true)} one type per key: ${counted(typeConflicts.keys, 'key')} under more than one type, all kept`]),
    ...(typeConflicts?.examples ?? []).map(
      (example) =>
        `    ${Object.entries(example)
          .map(([name, value]) => (name === 'types' ? `under ${value}` : value))
          .join(' ')}`,
    ),
    `${mark(raw.differences.length === 0)} raw by SQL: ${counted(raw.lines, 'line')} of ${counted(raw.partitions, 'partition')} and of late`,
    ...differenceLines(raw.differences),
    ...reasons.map(
      (reason) =>
        `    ${counted(raw.skipped.filter((one) => one.reason === reason).length, 'partition')} not compared: ${reason}`,
    ),
    `${mark(routed.differences.length === 0)} routed: ${counted(routed.sources, 'object')}, ${counted(routed.lines, 'line')}, ${readableCount(routed.rejected)} rejected`,
    ...differenceLines(routed.differences),
    ...unreadable.slice(0, SHOWN).map(({ key, reason }) => `unreadable: ${key}: ${reason}`),
    ...(changedMeanwhile.length === 0
      ? []
      : [`not judged, since they changed meanwhile: ${changedMeanwhile.slice(0, SHOWN).join(', ')}`]),
    ok ? `feed ${feed}: everything adds up` : `feed ${feed}: something does not add up`,
  ];
};
