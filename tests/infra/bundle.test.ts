import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FUNCTION_NAMES } from '../../contracts/environments';
import { CHECKOUT, FUNCTIONS, NODE_BUNDLE } from '../../infra/bundle';
import { compileAnew } from '../../infra/compile';

const compiled = (checkout: string) => compileAnew(checkout, FUNCTIONS, NODE_BUNDLE).texts;

test('the same sources give the same bytes, again and from another folder, without a trace of either', () => {
  const copy = mkdtempSync(join(tmpdir(), 'lithify-elsewhere-'));
  try {
    for (const folder of ['contracts', 'workflows', 'handlers'])
      cpSync(join(CHECKOUT, folder), join(copy, folder), { recursive: true });
    symlinkSync(join(CHECKOUT, 'node_modules'), join(copy, 'node_modules'));

    const [first, again, elsewhere] = [compiled(CHECKOUT), compiled(CHECKOUT), compiled(copy)];

    for (const name of FUNCTION_NAMES) {
      expect(first[name]!.length).toBeGreaterThan(100);
      expect(again[name] === first[name]).toBe(true);
      expect(elsewhere[name] === first[name]).toBe(true);
      expect(first[name]!.includes(CHECKOUT)).toBe(false);
      expect(elsewhere[name]!.includes(copy)).toBe(false);
    }
    expect(readdirSync(copy).sort()).toEqual(['contracts', 'handlers', 'node_modules', 'workflows']);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});
