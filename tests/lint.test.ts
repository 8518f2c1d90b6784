import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

interface Finding {
  readonly rule: string | null;
  readonly message: string;
}

const DIRECTION = 'lithify/direction';

/** Snippets that must be refused: the file that each would stand in, the code, and the rule that refuses it. */
const REFUSED: readonly (readonly [file: string, code: string, rule: string])[] = [
  ['contracts/x.ts', "import { lake } from '../infra/lake';", DIRECTION],
  ['contracts/x.ts', "import type { Run } from '../workflows/run';", DIRECTION],
  ['contracts/x.ts', "import { DateTime } from 'luxon';", DIRECTION],
  ['contracts/x.ts', "import { readFileSync } from 'node:fs';", DIRECTION],
  ['workflows/x.ts', "import { S3Client } from '@aws-sdk/client-s3';", DIRECTION],
  ['workflows/x.ts', "import * as pulumi from '@pulumi/pulumi';", DIRECTION],
  ['workflows/x.ts', "import { readFileSync } from 'node:fs';", DIRECTION],
  ['workflows/x.ts', "import { decideLock } from '../handlers/lock/core';", DIRECTION],
  ['handlers/lock/core.ts', "import { SFNClient } from '@aws-sdk/client-sfn';", DIRECTION],
  ['handlers/lock/core.ts', "import { readLock } from '../aws/lock';", DIRECTION],
  ['handlers/lock/core.ts', "import { readFileSync } from 'node:fs';", DIRECTION],
  ['handlers/lock/index.ts', "import { divide } from '../attempt/core';", DIRECTION],
  ['handlers/lock/index.ts', "import { lake } from '../../infra/lake';", DIRECTION],
  ['handlers/lock/index.ts', "import { AwsError } from '../../local/aws-error';", DIRECTION],
  ['handlers/aws/x.ts', "import { divide } from '../attempt/core';", DIRECTION],
  ['infra/x.ts', "import { decideLock } from '../handlers/lock/core';", DIRECTION],
  ['infra/x.ts', "import { S3Client } from '@aws-sdk/client-s3';", DIRECTION],
  ['infra/x.ts', "export * from '../local/clock';", DIRECTION],
  ['local/x.ts', "import { lake } from '../infra/lake';", DIRECTION],
  ['local/x.ts', "import { S3Client } from '@aws-sdk/client-s3';", DIRECTION],
  ['local/capture.ts', "import { S3Client } from '@aws-sdk/client-s3';", DIRECTION],
  ['local/stand-ins/s3/x.ts', "import { inflate } from '../../../handlers/aws/inflate';", DIRECTION],
  ['local/x.ts', "const { runCli } = await import('../cli/run');", DIRECTION],
  ['local/x.ts', "type Cli = typeof import('../cli/run');", DIRECTION],
  ['corpora/x.ts', "import { Stream } from '../local/stand-ins/stream/stream';", DIRECTION],
  ['cli/x.ts', "import { fixture } from '../tests/local/s3/fixture';", DIRECTION],
  ['bench/x.ts', "const fixture = require('../tests/local/s3/fixture');", DIRECTION],
  ['contracts/x.ts', 'export const now = Date.now();', 'no-restricted-syntax'],
  ['workflows/x.ts', 'export const now = new Date();', 'no-restricted-syntax'],
  ['handlers/plan/core.ts', 'export const dice = Math.random();', 'no-restricted-syntax'],
  ['corpora/x.ts', 'export const dice = Math.random();', 'no-restricted-syntax'],
  ['handlers/plan/core.ts', "export const home = process.env['HOME'];", 'no-restricted-globals'],
  ['workflows/x.ts', "import { randomUUID } from 'node:crypto';", 'no-restricted-imports'],
  ['tests/x.ts', "import fc from 'fast-check';", 'no-restricted-imports'],
  ['infra/x.ts', 'export default 1;', 'import-x/no-default-export'],
];

const ACCEPTED: readonly (readonly [file: string, code: string])[] = [
  ['contracts/x.ts', "import { z } from 'zod';\nimport { LATE } from './lake';"],
  ['workflows/x.ts', "import { createHash } from 'node:crypto';\nimport { LATE } from '../contracts/lake';"],
  ['workflows/x.ts', 'export const at = (millis: number) => new Date(millis);'],
  ['handlers/lock/core.ts', "import { runSchema } from '../../workflows/run';\nimport { helper } from './helper';"],
  [
    'handlers/lock/index.ts',
    "import { SFNClient } from '@aws-sdk/client-sfn';\nimport { readLock } from '../aws/lock';\nimport { decideLock } from './core';",
  ],
  ['infra/x.ts', "import * as aws from '@pulumi/aws';\nimport { compactionMachine } from '../workflows/compaction';"],
  ['local/capture.ts', "import { lake } from '../infra/lake';\nimport * as pulumi from '@pulumi/pulumi';"],
  [
    'local/stand-ins/athena/x.ts',
    "import { DuckDBInstance } from '@duckdb/node-api';\nimport { AwsError } from '../../aws-error';",
  ],
  ['corpora/x.ts', "import { faker } from '@faker-js/faker';\nimport { LithifyError } from '../contracts/errors';"],
  ['cli/x.ts', "import { startHost } from '../local/host';\nimport { S3Client } from '@aws-sdk/client-s3';"],
];

const findings = (snippets: readonly { readonly file: string; readonly code: string }[]): readonly (readonly Finding[])[] => {
  const probe = spawnSync(process.execPath, [join(__dirname, 'lint.probe.mjs')], {
    input: JSON.stringify(snippets),
    encoding: 'utf8',
  });
  if (probe.status !== 0) throw new Error(probe.stderr);
  return JSON.parse(probe.stdout) as readonly (readonly Finding[])[];
};

describe('the lint rules', () => {
  it('go red on every import and every call against the direction', () => {
    const results = findings(REFUSED.map(([file, code]) => ({ file, code })));
    const outcome = REFUSED.map(
      ([file, code], index) => `${file}: ${code} -> ${results[index]?.map(({ rule }) => rule).join(', ')}`,
    );
    expect(outcome).toEqual(REFUSED.map(([file, code, rule]) => `${file}: ${code} -> ${rule}`));
  });

  it('say which file may not import what, and why', () => {
    const [[finding] = []] = findings([{ file: 'infra/x.ts', code: "import { decideLock } from '../handlers/lock/core';" }]);
    expect(finding?.message).toBe(
      'infra/x.ts may not import handlers/lock/core: the program declares: it bundles handlers as files and never runs their code, ' +
        'nor the AWS SDK, nor the embedded host.',
    );
  });

  it('let everything pass that goes the right way', () => {
    const results = findings(ACCEPTED.map(([file, code]) => ({ file, code })));
    expect(ACCEPTED.flatMap(([file], index) => (results[index] ?? []).map(({ message }) => `${file}: ${message}`))).toEqual([]);
  });
});
