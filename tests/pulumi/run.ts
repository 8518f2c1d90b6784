/**
 * The program under the real Pulumi CLI: for every stack preview, up, up again, destroy, from a copy of the checkout. It needs `pulumi`
 * and `pulumi-resource-aws` on PATH, the latter a pretend provider that creates nothing: AWS credentials are taken out of its reach.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

const CHECKOUT = resolve(__dirname, '..', '..');
const STACKS = [
  { stack: 'dev', keepsData: false },
  { stack: 'prod', keepsData: true },
];
/** `type::name` of what holds data: protected, and retained on AWS, where the stack keeps its data. */
const DATA = [
  'aws:glue/catalogDatabase:CatalogDatabase::lake',
  'aws:glue/catalogTable:CatalogTable::events',
  'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream::events',
  'aws:kinesis/stream:Stream::events',
  'aws:s3/bucket:Bucket::lake',
];

interface Result {
  readonly ok: boolean;
  readonly stdout: string;
  readonly all: string;
}

const onPath = (name: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));

const missing = ['pulumi', 'pulumi-resource-aws'].filter((name) => !onPath(name));
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

const folder = mkdtempSync(join(tmpdir(), 'lithify-pulumi-'));
mkdirSync(join(folder, 'backend'));
const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_') && name !== 'LITHIFY_PROJECT')),
  PULUMI_BACKEND_URL: `file://${join(folder, 'backend')}`,
  PULUMI_CONFIG_PASSPHRASE: 'test',
  PULUMI_SKIP_UPDATE_CHECK: '1',
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
};

const copyCheckout = (target: string): void => {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: CHECKOUT,
    encoding: 'utf8',
  });
  for (const file of files.split('\0').filter((name) => name !== '' && existsSync(join(CHECKOUT, name)))) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(join(CHECKOUT, file), join(target, file));
  }
  symlinkSync(join(CHECKOUT, 'node_modules'), join(target, 'node_modules'));
};

const pulumi = (cwd: string, stack: string, ...args: readonly string[]): Result => {
  const { status, stdout, stderr } = spawnSync('pulumi', [...args, '--stack', stack, '--non-interactive'], {
    cwd,
    env: environment,
    encoding: 'utf8',
    maxBuffer: 512 * 1024 * 1024,
  });
  return {
    ok: status === 0,
    stdout,
    all: `pulumi ${args.join(' ')} ended with ${status}\n${stdout.slice(-4_000)}\n${stderr.slice(-4_000)}`,
  };
};

/** URNs of the program's own resources: neither the stack itself nor providers. */
const own = (urns: readonly string[]): readonly string[] =>
  urns.filter((urn) => !/::pulumi:(pulumi:Stack|providers:)/.test(urn)).sort();

const previewed = (result: Result): readonly string[] => {
  if (!result.ok) return [];
  const { steps } = JSON.parse(result.stdout) as { readonly steps: readonly { readonly op: string; readonly urn: string }[] };
  return own(steps.filter(({ op }) => op === 'create').map(({ urn }) => urn));
};

interface Registered {
  readonly urn: string;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
}

const registered = (cwd: string, stack: string): readonly Registered[] => {
  const { stdout } = pulumi(cwd, stack, 'stack', 'export');
  const { deployment } = JSON.parse(stdout) as { readonly deployment: { readonly resources?: readonly Registered[] } };
  return deployment.resources ?? [];
};

const existing = (cwd: string, stack: string): readonly string[] => own(registered(cwd, stack).map(({ urn }) => urn));

/** `urn:pulumi:dev::lithify::lithify:lake:Stream$aws:kinesis/stream:Stream::events` -> `aws:kinesis/stream:Stream::events`. */
const kept = (cwd: string, stack: string): readonly string[] =>
  registered(cwd, stack)
    .filter(({ protect, retainOnDelete }) => protect === true || retainOnDelete === true)
    .filter(({ protect, retainOnDelete }) => protect === retainOnDelete)
    .map(({ urn }) => urn.split('::').slice(2).join('::').split('$').at(-1) ?? urn)
    .sort();

const difference = (left: readonly string[], right: readonly string[]): string =>
  [
    ...left.filter((urn) => !right.includes(urn)).map((urn) => `- ${urn}`),
    ...right.filter((urn) => !left.includes(urn)).map((urn) => `+ ${urn}`),
  ].join('\n');

const tryStack = (stack: string, keepsData: boolean): void => {
  const first = join(folder, `${stack}-first`, 'lithify');
  copyCheckout(first);
  const init = pulumi(first, stack, 'stack', 'init');
  check(`${stack}: the stack can be made`, init.ok, () => init.all);

  const preview = pulumi(first, stack, 'preview', '--json');
  check(`${stack}: preview, where no id and no ARN is known`, preview.ok, () => preview.all);
  const up = pulumi(first, stack, 'up', '--yes', '--skip-preview');
  check(`${stack}: up`, up.ok, () => up.all);
  const [planned, made] = [previewed(preview), existing(first, stack)];
  check(
    `${stack}: preview registers the ${made.length} resources of up`,
    made.length > 0 && difference(planned, made) === '',
    () => `preview -, up +\n${difference(planned, made)}`,
  );

  const holders = kept(first, stack);
  check(
    `${stack}: ${keepsData ? 'data, and nothing else, is' : 'nothing is'} protected and retained`,
    difference(keepsData ? DATA : [], holders) === '',
    () => difference(keepsData ? DATA : [], holders),
  );

  const second = join(folder, `${stack}-second`, 'moved');
  mkdirSync(dirname(second));
  renameSync(first, second);
  const again = pulumi(second, stack, 'up', '--yes', '--skip-preview', '--expect-no-changes');
  check(`${stack}: up again, from another folder, changes nothing`, again.ok, () => again.all);

  if (keepsData) {
    const refused = pulumi(second, stack, 'destroy', '--yes', '--skip-preview');
    check(`${stack}: destroy is refused while data is protected`, !refused.ok && /protect/.test(refused.all), () => refused.all);
    const unprotect = pulumi(second, stack, 'state', 'unprotect', '--all', '--yes');
    check(`${stack}: protection can be taken away by hand`, unprotect.ok, () => unprotect.all);
  }
  const destroy = pulumi(second, stack, 'destroy', '--yes', '--skip-preview');
  const left = existing(second, stack);
  check(
    `${stack}: destroy leaves nothing in the state`,
    destroy.ok && left.length === 0,
    () => `${destroy.all}\n${left.join('\n')}`,
  );
};

try {
  for (const { stack, keepsData } of STACKS) tryStack(stack, keepsData);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
