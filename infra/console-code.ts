import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync, type BuildOptions } from 'esbuild';
import { BUNDLE_FILE, CHECKOUT, NODE_BUNDLE } from './bundle';

/** Browsers of the last years: what the page uses is in all of them. */
const BROWSERS = ['chrome109', 'firefox115', 'safari16'];

const built = (checkout: string, entry: string, options: BuildOptions): string => {
  const { outputFiles } = buildSync({
    ...options,
    absWorkingDir: checkout,
    entryPoints: [entry],
    write: false,
    outdir: 'bundles',
  });
  const [file, ...others] = outputFiles ?? [];
  if (file === undefined || others.length > 0)
    throw new Error(`${entry} gave ${String(outputFiles?.length)} files instead of one`);
  return file.text;
};

/**
 * The code of the members page's function, file by file: its bundle, and the page that it serves. The page is no code of the program's:
 * it is read and compiled here, never imported.
 * @param checkout the folder that holds `handlers/members/` and `console/`
 * @throws esbuild's BuildFailure, which names file and line
 */
export const consoleCode = (checkout: string = CHECKOUT): Readonly<Record<string, string>> => ({
  [BUNDLE_FILE]: built(checkout, join('handlers', 'members', 'index.ts'), NODE_BUNDLE),
  ...Object.fromEntries(
    ['index.html', 'page.css', 'icon.svg'].map((name) => [`page/${name}`, readFileSync(join(checkout, 'console', name), 'utf8')]),
  ),
  'page/page.js': built(checkout, join('console', 'page.ts'), {
    bundle: true,
    platform: 'browser',
    target: BROWSERS,
    format: 'iife',
    minify: true,
    sourcemap: false,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
    tsconfigRaw: NODE_BUNDLE.tsconfigRaw,
  }),
});
