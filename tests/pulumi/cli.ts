import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

const CHECKOUT = resolve(__dirname, '..', '..');

export interface Result {
  readonly ok: boolean;
  readonly stdout: string;
  readonly all: string;
}

/** What the state says of a resource. */
export interface Registered {
  readonly urn: string;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
}

const onPath = (name: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));

/** What a run needs and is not there. */
export const missingTools = (): readonly string[] => ['pulumi', 'pulumi-resource-aws'].filter((name) => !onPath(name));

/** URNs of the program's own resources: neither the stack itself nor providers. */
export const own = (urns: readonly string[]): readonly string[] =>
  urns.filter((urn) => !/::pulumi:(pulumi:Stack|providers:)/.test(urn)).sort();

/** `urn:pulumi:dev::lithify::lithify:lake:Stream$aws:kinesis/stream:Stream::events` -> `aws:kinesis/stream:Stream::events`. */
export const typeAndName = (urn: string): string => urn.split('::').slice(2).join('::').split('$').at(-1) ?? urn;

/** The real Pulumi CLI with a backend of its own, and without anybody's AWS credentials. */
export class PulumiCli {
  readonly folder = mkdtempSync(join(tmpdir(), 'lithify-pulumi-'));
  readonly #environment: NodeJS.ProcessEnv;

  constructor() {
    mkdirSync(join(this.folder, 'backend'));
    this.#environment = {
      ...Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_') && name !== 'LITHIFY_PROJECT'),
      ),
      PULUMI_BACKEND_URL: `file://${join(this.folder, 'backend')}`,
      PULUMI_CONFIG_PASSPHRASE: 'test',
      PULUMI_SKIP_UPDATE_CHECK: '1',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      // The state, of which the code of all functions is a part, is written when a command ends, and not twice per resource besides:
      // that took half of the time, and matters to a deployment that dies half-way.
      PULUMI_EXPERIMENTAL: 'true',
      PULUMI_SKIP_CHECKPOINTS: 'true',
      AWS_ACCESS_KEY_ID: 'none',
      AWS_SECRET_ACCESS_KEY: 'none',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  run(cwd: string, stack: string, ...args: readonly string[]): Result {
    const { status, stdout, stderr } = spawnSync('pulumi', [...args, '--stack', stack, '--non-interactive'], {
      cwd,
      env: this.#environment,
      encoding: 'utf8',
      maxBuffer: 512 * 1024 * 1024,
    });
    return {
      ok: status === 0,
      stdout,
      all: `pulumi ${args.join(' ')} ended with ${status}\n${stdout.slice(-4_000)}\n${stderr.slice(-4_000)}`,
    };
  }

  /** A copy of the checkout as it is, with what is not committed yet. */
  copyOfCheckout(name: string): string {
    const target = join(this.folder, name, 'lithify');
    const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: CHECKOUT,
      encoding: 'utf8',
    });
    for (const file of files.split('\0').filter((path) => path !== '' && existsSync(join(CHECKOUT, path)))) {
      mkdirSync(dirname(join(target, file)), { recursive: true });
      cpSync(join(CHECKOUT, file), join(target, file));
    }
    symlinkSync(join(CHECKOUT, 'node_modules'), join(target, 'node_modules'));
    return target;
  }

  /** What `preview --json` says will be created. */
  previewed({ ok, stdout }: Result): readonly string[] {
    if (!ok) return [];
    const { steps } = JSON.parse(stdout) as { readonly steps: readonly { readonly op: string; readonly urn: string }[] };
    return own(steps.filter(({ op }) => op === 'create').map(({ urn }) => urn));
  }

  registered(cwd: string, stack: string): readonly Registered[] {
    const { deployment } = JSON.parse(this.run(cwd, stack, 'stack', 'export').stdout) as {
      readonly deployment: { readonly resources?: readonly Registered[] };
    };
    return deployment.resources ?? [];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
