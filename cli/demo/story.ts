import { relative } from 'node:path';
import type { Output } from '../output';
import type { DemoResult, QueryCost } from './result';
import type { Teller } from './run';

const BAR = 30;
const number = (value: number): string => value.toLocaleString('en-US');
const size = (bytes: number): string => {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1_000)));
  return `${power === 0 ? bytes : (bytes / 1_000 ** power).toFixed(1)} ${units[power]}`;
};

/** Progress on stderr: a bar for what is under way, a line for what is over; nothing where nobody watches. */
export const tellerTo = (output: Output): Teller => ({
  progress(what, done, total) {
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const filled = Math.round(share * BAR);
    output.progress(
      total <= 1
        ? `  ${what} …`
        : `  ${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${what}: ${number(done)} of ${number(total)}`,
    );
  },
  chapter(text) {
    output.progress('');
    output.say(`  ${text}`);
  },
});

const cost = ({ objects, bytesScanned, millis }: QueryCost): string =>
  `${number(objects).padStart(6)} objects ${size(bytesScanned).padStart(9)} ${number(millis).padStart(6)} ms`;

/** The end of the story: what became of the day, whether it adds up, and what to try next. */
export const closing = (result: DemoResult, hours: number, seconds: number): readonly string[] => {
  const { produced, raw, curated, compaction, checks, queries, errors } = result;
  const good = Object.values(checks).every((count) => count === 0);
  const rows = `${number(curated.rows)} rows in ${number(curated.objects)} Parquet objects of ${number(curated.partitions)} partitions`;
  const directory = relative(process.cwd(), result.dataDir) || '.';
  return [
    '',
    `  ${hours} hours of stream in ${seconds.toFixed(0)} s:`,
    `    produced   ${number(produced.records)} records: ${number(produced.uniqueEvents)} events, ${number(produced.duplicates)} copies, ${number(produced.malformed)} malformed; ${number(produced.late)} events late`,
    `    raw        ${number(raw.objects)} objects, ${size(raw.bytes)}`,
    `    errors     ${number(errors.records)} records with their original bytes and a reason`,
    `    compacted  ${number(result.gathered.objects)} gathered objects, ${number(compaction.batches)} batches, ${size(compaction.bytesScanned)} scanned, $${compaction.dollars.toFixed(4)} on Athena, ${(compaction.wallMillis / 1_000).toFixed(1)} s`,
    `    curated    ${rows}, ${size(curated.bytes)}`,
    ...(compaction.unreadable > 0
      ? [`    unreadable ${number(compaction.unreadable)} objects were set aside; \`lithify status\` names them`]
      : []),
    '',
    `  The same question, before and after:`,
    ...queries.flatMap(({ name, before, after }) => [
      `    ${name.padEnd(18)} raw     ${cost(before)}`,
      `    ${''.padEnd(18)} curated ${cost(after)}`,
    ]),
    '',
    `  ${good ? '✔' : '✘'} audit against the generator: ${number(checks.lost)} lost, ${number(checks.duplicatesLeft)} duplicates left, ${number(checks.unexpected)} unexpected, ${number(checks.misfiled)} misfiled`,
    `  ${result.secondRun.queriesStarted === 0 ? '✔' : '✘'} second night, nothing new: ${result.secondRun.queriesStarted} queries started`,
    '',
    `  The lake is plain files under ${directory}/s3. Look around:`,
    `    npx lithify local --data-dir ${directory} --clock manual     # start the same host on it, then in another terminal:`,
    `    npx lithify status`,
    `    npx lithify query "SELECT event_type, count(*) AS events, sum(copies) AS records FROM events GROUP BY event_type ORDER BY events DESC LIMIT 10"`,
    '',
  ];
};
