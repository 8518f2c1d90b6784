import type { Page } from 'playwright-core';
import { isWider, violations } from './accessibility';
import type { ConsoleUnderTest } from './console-under-test';
import { Hands } from './hands';

interface Given {
  readonly under: ConsoleUnderTest;
  readonly page: Page;
  readonly hands: Hands;
}

/** What becomes of answers that get lost, are refusals, or are none. In a file of its own for its length; it needs no host of its own. */
export const answersThatFail = (given: () => Given): void => {
  test('an answer that gets lost makes no second member', async () => {
    const { under, page, hands } = given();
    let losses = 1;
    await page.route('**/api/members', async (route) => {
      if (route.request().method() === 'POST' && losses-- > 0) {
        // The function has done its work by the time the connection breaks.
        await route.fetch();
        await route.abort('connectionreset');
      } else await route.continue();
    });
    const paths = await under.puts(() => hands.add('Annie Easley'));
    expect(paths).toEqual(['kinesis']);
    expect(await hands.sent().innerText()).toContain('Kinesis had acknowledged it before.');
    await page.reload();
    await hands.row('Annie Easley').waitFor();
    expect(await hands.row('Annie Easley').count()).toBe(1);
    expect(under.complaints.splice(0)).toEqual([expect.stringContaining('ERR_CONNECTION_RESET')]);
  });

  test('a deletion whose answer gets lost is made once, and what came of its event is shown', async () => {
    const { under, page, hands } = given();
    await hands.add('Mary Golda Ross');
    let losses = 1;
    await page.route('**/api/members/*', async (route) => {
      if (route.request().method() === 'DELETE' && losses-- > 0) {
        await route.fetch();
        await route.abort('connectionreset');
      } else await route.continue();
    });
    const paths = await under.puts(() => hands.remove('Mary Golda Ross'));
    expect(paths).toEqual(['kinesis']);
    expect(await hands.sent().innerText()).toMatch(
      /^Sent\s+member:deleted Mary Golda Ross\s+Kinesis had acknowledged it before\./,
    );
    expect(under.complaints.splice(0)).toEqual([expect.stringContaining('ERR_CONNECTION_RESET')]);
  });

  test('a deletion that gets no answer at all says so where it was asked for, and asked for again it is the same one', async () => {
    const { under, page, hands } = given();
    await hands.add('Evelyn Boyd Granville');
    let isDown = true;
    await page.route('**/api/members/*', async (route) => {
      if (route.request().method() !== 'DELETE' || !isDown) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    await page.getByRole('button', { name: 'Delete Evelyn Boyd Granville' }).click();
    await hands.yes().click();
    await page.locator('#confirm-problem', { hasText: 'No answer came.' }).waitFor();
    expect(await page.locator('#confirm-problem').innerText()).toContain(
      'Whether Evelyn Boyd Granville was deleted is not known.',
    );
    isDown = false;
    const paths = await under.puts(async () => {
      await hands.yes().click();
      await hands.row('Evelyn Boyd Granville').waitFor({ state: 'detached' });
    });
    expect(paths).toEqual([]);
    expect(await hands.sent().innerText()).toContain('Kinesis had acknowledged it before.');
    expect(under.complaints.splice(0)).toHaveLength(3);
  });

  test('a member that somebody else changed or deleted meanwhile is not deleted unseen, and nobody is left without a word', async () => {
    const { under, page, hands } = given();
    await hands.add('Melba Roy Mouton', 'melba@example.com');
    const other = await under.tab();
    const others = new Hands(other);
    await others.edit('Melba Roy Mouton', 'Email address', 'mouton@example.com');
    await others.sent().waitFor();
    await page.getByRole('button', { name: 'Delete Melba Roy Mouton' }).click();
    await hands.yes().click();
    await page
      .locator('#confirm-problem', { hasText: 'it is at version 2 now. It says Melba Roy Mouton, mouton@example.com' })
      .waitFor();
    await hands.row('mouton@example.com').waitFor();
    await others.remove('Melba Roy Mouton');
    await other.context().close();
    await hands.yes().click();
    await hands.row('Melba Roy Mouton').waitFor({ state: 'detached' });
    expect(await page.locator('#list-state').innerText()).toBe('Melba Roy Mouton was deleted by somebody else.');
    // The browser notes every answer that is no success.
    expect(under.complaints.splice(0)).toEqual([expect.stringContaining('409'), expect.stringContaining('404')]);
  });

  test('a page that cannot be opened says so where it is seen, and opens when it is asked to again', async () => {
    const { under } = given();
    const stranger = await under.blankTab();
    let isDown = true;
    await stranger.route('**/config.json', (route) => (isDown ? route.abort('connectionrefused') : route.continue()));
    await stranger.goto(`${under.url}/#token=${under.token}`);
    await stranger.getByRole('heading', { name: 'The page could not be opened' }).waitFor();
    expect(await stranger.locator('#trouble-text').innerText()).toBe('No answer came. Look at your connection and try again.');
    expect([await violations(stranger), await isWider(stranger)]).toEqual([[], false]);
    isDown = false;
    await stranger.getByRole('button', { name: 'Try again' }).click();
    await stranger.locator('#list-state', { hasText: /member/ }).waitFor();
    expect(await stranger.locator('#trouble').isVisible()).toBe(false);
    await stranger.context().close();
    expect(under.complaints.splice(0)).toEqual(Array(3).fill(expect.stringContaining('ERR_CONNECTION_REFUSED')));
  });

  test('what the API says in the function’s place is told as a sentence, in the place that it is about', async () => {
    const { under, page } = given();
    await page.route('**/api/outbox', (route) => route.fulfill({ status: 500, json: { message: 'Internal Server Error' } }));
    await page.route('**/api/members', (route) => route.fulfill({ status: 403, body: '<html>no</html>' }));
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.locator('#list-state', { hasText: 'The answer was not understood (status 403). Try again.' }).waitFor();
    await page.unroute('**/api/members');
    await page.route('**/api/members', (route) => route.fulfill({ json: { members: [], next: null } }));
    await page.getByRole('button', { name: 'Reload' }).click();
    await page
      .locator('#outbox', {
        hasText: 'What waits in the outbox is not known just now: Something went wrong before an answer was made. Try again.',
      })
      .waitFor();
    expect(await page.locator('#list-state').innerText()).toBe('There are no members yet. Add the first one above.');
    expect(under.complaints.splice(0)).toEqual([expect.stringContaining('403'), expect.stringContaining('500')]);
  });
};
