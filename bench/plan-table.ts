import { planOf } from './plan-curve';

/** `npx tsx bench/plan-table.ts 10000 100000 1000000 10000000`: the curve as a table of Markdown. */
const main = async (): Promise<void> => {
  const sizes = process.argv.slice(2).map(Number);
  process.stdout.write(
    '| objects | new | LIST calls | ledgers read | rounds | seconds | processor seconds | peak memory |\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n',
  );
  for (const objects of sizes) {
    const planned = await planOf(objects);
    const number = (value: number): string => Math.round(value).toLocaleString('en');
    process.stdout.write(
      `| ${number(planned.objects)} | ${number(planned.newObjects)} | ${number(planned.lists)} | ${number(planned.gets)} | ${planned.rounds.length} | ${planned.seconds.toFixed(0)} | ${planned.cpuSeconds.toFixed(0)} | ${number(planned.peakMebibytes)} MiB |\n`,
    );
  }
};

void main();
