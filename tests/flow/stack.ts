import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { capture } from '../../local/capture';
import type { Graph } from '../../local/graph';
import { CHECKOUT } from '../graphs';

type Config = Record<string, Record<string, unknown>>;

/** The program of the dev stack with another config: `change` gets the groups of the `lithify:` namespace by their names, and may add one. */
export const graphWith = async (change: (config: Config) => void): Promise<Graph> => {
  const document = parse(readFileSync(join(CHECKOUT, 'Pulumi.dev.yaml'), 'utf8')) as { config: Record<string, unknown> };
  const groups = Object.fromEntries(
    Object.entries(document.config).map(([key, value]) => [key.replace('lithify:', ''), value]),
  ) as Config;
  change(groups);
  const config = Object.fromEntries(
    Object.entries(groups).map(([name, group]) => [Object.hasOwn(document.config, name) ? name : `lithify:${name}`, group]),
  );
  const projectDir = mkdtempSync(join(tmpdir(), 'lithify-stack-'));
  try {
    for (const folder of ['handlers', 'console', 'contracts', 'workflows', 'node_modules'])
      symlinkSync(join(CHECKOUT, folder), join(projectDir, folder));
    writeFileSync(join(projectDir, 'Pulumi.dev.yaml'), stringify({ ...document, config }));
    return await capture({ stack: 'dev', projectDir });
  } finally {
    rmSync(projectDir, { recursive: true });
  }
};
