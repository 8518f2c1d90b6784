/**
 * The program under the real Pulumi CLI: for every stack preview and up from a copy of the checkout, then, after that has moved to another
 * folder, up again and destroy. It needs `pulumi` and `pulumi-resource-aws` on PATH, the latter a pretend provider that creates nothing: AWS
 * credentials are taken out of its reach.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { outputsOf, type StackOutputs } from '../../cli/connection';
import { deployedStack } from '../../cli/deployed';
import { FEED_NAMES, feedNamed } from '../../contracts/feeds';
import { textOf } from '../docs/shell-blocks';
import { missingTools, own, PulumiCli, typeAndName } from './cli';

interface StackUnderTest {
  readonly stack: string;
  /** `type::name` of what is protected, and retained on AWS. */
  readonly keeps: readonly string[];
  /** With the members page as docs/console.md configures it. */
  readonly hasPage: boolean;
  readonly feeds: readonly string[];
  /** Only made, read and destroyed: the code behind the rest is that of the other stacks, and a start of the program takes long. */
  readonly briefly?: boolean;
}

const DELIVERY = 'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream';
/** Whatever holds data: what the feeds take and gather, and the members of the page. */
const DATA = [
  'aws:s3/bucket:Bucket::lake',
  'aws:glue/catalogDatabase:CatalogDatabase::lake',
  'aws:dynamodb/table:Table::members',
  ...FEED_NAMES.map(feedNamed).flatMap(({ name, sources: { stream, direct } }) => [
    `aws:glue/catalogTable:CatalogTable::${name}`,
    `${DELIVERY}::${name}`,
    ...(stream ? [`aws:kinesis/stream:Stream::${name}`] : []),
    ...(stream && direct ? [`${DELIVERY}::${name}-direct`] : []),
  ]),
].sort();

const STACKS: readonly StackUnderTest[] = [
  { stack: 'dev', keeps: [], hasPage: false, feeds: FEED_NAMES },
  { stack: 'prod', keeps: DATA, hasPage: true, feeds: FEED_NAMES },
  { stack: 'films', keeps: [], hasPage: false, feeds: ['events', 'films'], briefly: true },
];

const missing = missingTools();
if (missing.length > 0) {
  console.log(`skipped: no ${missing.join(', no ')}`);
  process.exit(0);
}

let passed = 0;
let failed = 0;
/** One named statement; what went wrong is shown whole. */
const check = (sentence: string, holds: boolean, detail: () => string = () => ''): void => {
  if (holds) passed++;
  else failed++;
  console.log(`${holds ? 'ok' : 'FAILED'}  ${sentence}`);
  if (!holds) console.log(detail());
};

const cli = new PulumiCli();

const existing = (cwd: string, stack: string): readonly string[] => own(cli.registered(cwd, stack).map(({ urn }) => urn));

const kept = (cwd: string, stack: string): readonly string[] =>
  cli
    .registered(cwd, stack)
    .filter(({ protect, retainOnDelete }) => protect === true || retainOnDelete === true)
    .filter(({ protect, retainOnDelete }) => protect === retainOnDelete)
    .map(({ urn }) => typeAndName(urn))
    .sort();

const difference = (left: readonly string[], right: readonly string[]): string =>
  [
    ...left.filter((urn) => !right.includes(urn)).map((urn) => `- ${urn}`),
    ...right.filter((urn) => !left.includes(urn)).map((urn) => `+ ${urn}`),
  ].join('\n');

/** Puts the page into a stack's file, as the document shows it. */
const addPage = (file: string): void => {
  const [, sample] = /^```yaml\n([\s\S]*?)^```$/m.exec(textOf('docs/console.md')) ?? [];
  const document = parse(readFileSync(file, 'utf8')) as { readonly config: object };
  writeFileSync(file, stringify({ ...document, config: { ...document.config, ...(parse(sample ?? '') as object) } }));
};

/** What the command makes of `pulumi stack output --json`. The pretend provider makes ARNs up: the machine's is put as AWS writes it. */
const readByCommand = async (cwd: string, stack: string): Promise<StackOutputs> => {
  const { stdout } = cli.run(cwd, stack, 'stack', 'output', '--json');
  const stateMachineArn = `arn:aws:states:eu-west-1:123456789012:stateMachine:lithify-${stack}-compaction`;
  const text = JSON.stringify({ ...(JSON.parse(stdout) as object), stateMachineArn });
  const { outputs } = await deployedStack({
    stack,
    aws: { outputs: '-' },
    projectDirectory: cwd,
    readInput: () => Promise.resolve(text),
  });
  return outputsOf(outputs, 'AWS');
};

const checkOutputs = async (cwd: string, { stack, feeds }: StackUnderTest): Promise<void> => {
  const sentence = `${stack}: its outputs are what the command's --aws takes, feed by feed`;
  try {
    const outputs = await readByCommand(cwd, stack);
    const names = Object.keys(outputs.feeds).sort();
    check(sentence, difference([...feeds].sort(), names) === '', () => difference([...feeds].sort(), names));
  } catch (thrown) {
    check(sentence, false, () => String(thrown));
  }
};

const make = async (folder: string, tried: StackUnderTest): Promise<void> => {
  const { stack, keeps, hasPage, briefly = false } = tried;
  if (hasPage) addPage(join(folder, `Pulumi.${stack}.yaml`));
  const init = cli.run(folder, stack, 'stack', 'init');
  check(`${stack}: the stack can be made`, init.ok, () => init.all);

  const preview = briefly ? undefined : cli.run(folder, stack, 'preview', '--json');
  if (preview !== undefined) check(`${stack}: preview, where no id and no ARN is known`, preview.ok, () => preview.all);
  const up = cli.run(folder, stack, 'up', '--yes', '--skip-preview');
  const made = existing(folder, stack);
  check(`${stack}: up`, up.ok && made.length > 0, () => up.all);
  if (preview !== undefined) {
    const planned = cli.previewed(preview);
    check(
      `${stack}: preview registers the ${made.length} resources of up`,
      difference(planned, made) === '',
      () => `preview -, up +\n${difference(planned, made)}`,
    );
  }
  const pages = made.filter((urn) => typeAndName(urn).startsWith('aws:apigatewayv2/'));
  check(`${stack}: ${hasPage ? 'the members page is' : 'no members page is'} there`, pages.length > 0 === hasPage);

  const holders = kept(folder, stack);
  check(
    `${stack}: ${keeps.length > 0 ? 'data, and nothing else, is' : 'nothing is'} protected and retained`,
    difference(keeps, holders) === '',
    () => difference(keeps, holders),
  );
  await checkOutputs(folder, tried);
};

const makeAgainAndDestroy = (folder: string, { stack, keeps, briefly = false }: StackUnderTest): void => {
  if (!briefly) {
    const again = cli.run(folder, stack, 'up', '--yes', '--skip-preview', '--expect-no-changes');
    check(`${stack}: up again, from another folder, changes nothing`, again.ok, () => again.all);
  }

  if (keeps.length > 0) {
    const refused = cli.run(folder, stack, 'destroy', '--yes', '--skip-preview');
    check(`${stack}: destroy is refused while data is protected`, !refused.ok && /protect/.test(refused.all), () => refused.all);
    const unprotect = cli.run(folder, stack, 'state', 'unprotect', '--all', '--yes');
    check(`${stack}: protection can be taken away by hand`, unprotect.ok, () => unprotect.all);
  }
  const destroy = cli.run(folder, stack, 'destroy', '--yes', '--skip-preview');
  const left = existing(folder, stack);
  check(
    `${stack}: destroy leaves nothing in the state`,
    destroy.ok && left.length === 0,
    () => `${destroy.all}\n${left.join('\n')}`,
  );
};

const main = async (): Promise<void> => {
  try {
    // One folder for all stacks: the CLI compiles the program anew in each.
    const first = cli.copyOfCheckout('first');
    for (const stack of STACKS) await make(first, stack);
    const second = join(cli.folder, 'moved');
    renameSync(first, second);
    for (const stack of STACKS) makeAgainAndDestroy(second, stack);
  } finally {
    cli.remove();
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
};

void main();
