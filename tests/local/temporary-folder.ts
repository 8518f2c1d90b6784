import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder that goes when the test file that asked for it ends. */
export const temporaryFolder = (purpose: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `lithify-${purpose}-`));
  made.push(folder);
  return folder;
};
