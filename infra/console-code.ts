import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { BUNDLE_FILE, CHECKOUT, handlerBundle, NODE_BUNDLE } from './bundle';
import { compile } from './compile';

/** Browsers of the last years: what the page uses is in all of them. */
const BROWSERS = ['chrome109', 'firefox115', 'safari16'];

const PAGE = {
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
} satisfies BuildOptions;

/**
 * The code of the members page's function, file by file: its bundle, and the page that it serves. The page is no code of the program's:
 * it is read and compiled here, never imported.
 * @param checkout the folder that holds `handlers/members/` and `console/`
 * @throws esbuild's BuildFailure, which names file and line
 */
export const consoleCode = (checkout: string = CHECKOUT): Readonly<Record<string, string>> => ({
  [BUNDLE_FILE]: handlerBundle(checkout, 'members'),
  ...Object.fromEntries(
    ['index.html', 'page.css', 'icon.svg'].map((name) => [`page/${name}`, readFileSync(join(checkout, 'console', name), 'utf8')]),
  ),
  'page/page.js': compile(checkout, { page: join('console', 'page.ts') }, PAGE).page,
});
