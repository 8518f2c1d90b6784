/** Days that a host plays on either engine. What is said of a day names what was wrong with it; nothing where all of it holds. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FEED_NAMES } from '../../contracts/feeds';
import { reportKey, runsPrefix } from '../../contracts/lake';
import type { CorpusName } from '../../corpora/corpus';
import { feedPassed, runFeedDemo } from '../../cli/demo/feed-run';
import { passed } from '../../cli/demo/result';
import { runDemo } from '../../cli/demo/run';
import { shippedTemplate } from '../../cli/produce/shipped';
import type { Host } from '../../local/host-types';
import { reportSchema } from '../../workflows/documents';

export interface Played {
  readonly what: string;
  readonly wrong: readonly string[];
}

const HOURS = 2;
const SEED = 7;

const CHECKOUT = resolve(__dirname, '..', '..');

/** `lithify demo --corpus …`, to its second night. */
export const playEvents = async (host: Host, folder: string, corpus: CorpusName, events: number): Promise<Played> => {
  const day = { events, hours: HOURS, types: 25, duplicates: 0.05, late: 0.02, malformed: 0.01, seed: SEED, corpus };
  const silent = { progress: () => undefined, chapter: () => undefined };
  const result = await runDemo({ ...day, stack: 'dev' }, host, folder, silent);
  const { curated, checks } = result;
  return {
    what: `the ${corpus} day: ${curated.rows} rows in ${curated.partitions} partitions, ${JSON.stringify(checks)}`,
    wrong: passed(result) ? [] : [JSON.stringify(result)],
  };
};

/** `lithify demo --feed …` of every feed beside events, one after another on one lake. */
export const playFeeds = async (host: Host, records: number): Promise<Played> => {
  const day = { records, hours: 1, duplicates: 0.05, malformed: 0.02, seed: SEED };
  const told: string[] = [];
  const wrong: string[] = [];
  for (const feed of FEED_NAMES.filter((name) => name !== 'events')) {
    const template = await shippedTemplate(CHECKOUT, feed);
    const result = await runFeedDemo({ ...day, feed, template }, host, () => undefined);
    told.push(`${result.curated.rows} ${feed}`);
    if (!feedPassed(result) || result.curated.rows === 0) wrong.push(JSON.stringify(result));
  }
  return { what: `the days of the feeds: ${told.join(', ')}`, wrong };
};

/** `lithify compact --rebuild --full` of some feeds: what is rebuilt must equal what is published. */
export const rebuild = async (host: Host, folder: string, feeds: readonly string[]): Promise<Played> => {
  const told: string[] = [];
  const wrong: string[] = [];
  for (const feed of feeds) {
    const { executionArn } = (await host.call('states', 'StartExecution', {
      stateMachineArn: String(host.outputs['stateMachineArn']),
      input: JSON.stringify({ feed, rebuild: true, full: true }),
    })) as { readonly executionArn: string };
    // Time passes only where the run waits for it.
    await host.advance(1_000);
    const { status, cause = '' } = (await host.call('states', 'DescribeExecution', { executionArn })) as {
      readonly status: string;
      readonly cause?: string;
    };
    const lake = join(folder, 's3', String(host.outputs['bucket']));
    const run =
      readdirSync(join(lake, runsPrefix(feed)))
        .sort()
        .at(-1) ?? '';
    const { compared, leftOut } =
      status === 'SUCCEEDED'
        ? reportSchema.parse(JSON.parse(readFileSync(join(lake, reportKey(feed, run)), 'utf8')))
        : { compared: [], leftOut: [] };
    told.push(`${compared.length} partitions of ${feed}`);
    if (compared.length === 0 || leftOut.length > 0 || compared.some(({ equal }) => !equal))
      wrong.push(`${feed}, ${status} ${cause}: ${JSON.stringify({ compared, leftOut })}`);
  }
  return { what: `rebuilt, and equal to what is published: ${told.join(', ')}`, wrong };
};
