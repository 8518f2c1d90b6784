import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Violations of WCAG 2.2 A and AA that axe finds in what is shown now. */
export const violations = async (shown: Page): Promise<readonly string[]> => {
  await shown.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  const found = await shown.evaluate(
    `axe.run({ runOnly: ${JSON.stringify(TAGS)} }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
  );
  return found as readonly string[];
};

/** Whether the page must be scrolled sideways. */
export const isWider = (shown: Page): Promise<unknown> =>
  shown.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
