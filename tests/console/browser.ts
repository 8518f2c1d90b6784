import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import packaged from '@sparticuz/chromium';
import { chromium, type Browser } from 'playwright-core';
import { CHECKOUT, textOf } from '../docs/shell-blocks';

/**
 * Switches of the packaged Chromium for the inside of a Lambda function: one process for all, which ends with its first page; and those that
 * would turn off what is tested here, same origin and mixed content.
 */
const UNWANTED = [
  '--single-process',
  '--no-zygote',
  '--disable-web-security',
  '--allow-running-insecure-content',
  '--disable-site-isolation-trials',
];

const UNPACK = "require('@sparticuz/chromium').executablePath().catch((e) => { console.error(e); process.exit(1); })";

/**
 * Where the packaged Chromium lies unpacked, once per version for all who test on this machine. The package unpacks into the temporary
 * directory and takes a half-written file of somebody else for a whole one: so it does its work in a folder that nobody knows yet.
 */
const unpacked = async (): Promise<string> => {
  const { devDependencies } = JSON.parse(textOf('package.json')) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const home = join(tmpdir(), `lithify-chromium-${devDependencies['@sparticuz/chromium']}`);
  if (existsSync(home)) return home;
  const scratch = mkdtempSync(join(tmpdir(), 'lithify-unpacking-'));
  // With the libraries that it brings for a system which has none: inside a Lambda function it takes them along.
  const env = { ...process.env, TMPDIR: scratch, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' };
  await promisify(execFile)(process.execPath, ['-e', UNPACK], { cwd: CHECKOUT, env });
  try {
    renameSync(scratch, home);
  } catch (thrown) {
    // Somebody else was faster.
    if (!existsSync(home)) throw thrown;
    rmSync(scratch, { recursive: true, force: true });
  }
  return home;
};

/**
 * Where the fonts of the package lie unpacked, for fontconfig: its own file names the folders of a Lambda function, and a Chromium that finds no
 * font at all ends itself at the first letter.
 */
const fontsOf = (home: string): string => {
  const path = join(home, 'fonts.conf');
  if (!existsSync(path)) {
    const own = `${path}.${process.pid}`;
    writeFileSync(
      own,
      `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${join(home, 'fonts')}</dir><cachedir>${join(home, 'fonts-cache')}</cachedir></fontconfig>\n`,
    );
    renameSync(own, path);
  }
  return path;
};

/** A headless Chromium that comes as a package, with libraries and fonts of its own. @throws where it does not start */
export const openBrowser = async (): Promise<Browser> => {
  const home = await unpacked();
  return chromium.launch({
    executablePath: join(home, 'chromium'),
    args: packaged.args.filter((argument) => !UNWANTED.includes(argument)),
    env: {
      ...(process.env as Record<string, string>),
      LD_LIBRARY_PATH: join(home, 'al2023', 'lib'),
      FONTCONFIG_FILE: fontsOf(home),
    },
    headless: true,
  });
};
