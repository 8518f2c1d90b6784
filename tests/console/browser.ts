import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Switches of the packaged Chromium that would turn off what is tested here: same origin, mixed content. */
const UNWANTED = ['--disable-web-security', '--allow-running-insecure-content', '--disable-site-isolation-trials'];

/**
 * The headless Chromium that comes as a package; it unpacks itself into the temporary directory. Where a library of the system is missing
 * it brings its own, which it looks for when it believes to be in a Lambda function.
 * @throws where it cannot be had: a page that nobody looked at is not tested
 */
export const openBrowser = async (): Promise<Browser> => {
  process.env['AWS_EXECUTION_ENV'] ??= 'AWS_Lambda_nodejs22.x';
  const { default: packaged } = await import('@sparticuz/chromium');
  const executablePath = await packaged.executablePath();
  if (!existsSync(executablePath)) throw new Error(`there is no Chromium at ${executablePath}`);
  return chromium.launch({
    executablePath,
    args: packaged.args.filter((argument) => !UNWANTED.includes(argument)),
    headless: true,
  });
};
