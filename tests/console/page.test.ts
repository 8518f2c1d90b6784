import type { Page } from 'playwright-core';
import { AwsError } from '../../local/aws-error';
import { isWider, violations } from './accessibility';
import { answersThatFail } from './answers';
import { ConsoleUnderTest, isPut } from './console-under-test';
import { Hands } from './hands';

let under: ConsoleUnderTest;
let page: Page;
let hands: Hands;
beforeAll(async () => {
  under = await ConsoleUnderTest.open();
});
afterAll(() => under.close());
beforeEach(async () => {
  page = await under.tab();
  hands = new Hands(page);
});
afterEach(async () => {
  under.intercept();
  await page.context().close();
  expect(under.complaints.splice(0)).toEqual([]);
});

test('a member is created, changed and deleted, each logged by the path that the switch says', async () => {
  const paths = await under.puts(async () => {
    await hands.add('Ada Lovelace', 'ada@example.com', 'admin');
    expect(await hands.sent().innerText()).toMatch(
      /^Sent\s+member:created Ada Lovelace\s+Kinesis acknowledged it at the first attempt\./,
    );
    await hands.useFirehose(true);
    expect(await page.locator('#path-text').innerText()).toContain('Firehose delivery stream');
    await hands.edit('Ada Lovelace', 'Email address', 'lovelace@example.com');
    await hands.row('lovelace@example.com').waitFor();
    expect(await hands.sent().innerText()).toContain('Firehose acknowledged it at the first attempt.');
    await hands.useFirehose(false);
    await page.getByRole('button', { name: 'Delete Ada Lovelace' }).click();
    await page.getByRole('button', { name: 'Keep' }).click();
    expect(await hands.row('Ada Lovelace').count()).toBe(1);
    await hands.remove('Ada Lovelace');
    expect(await hands.sent().innerText()).toContain('member:deleted Ada Lovelace');
  });
  expect(paths).toEqual(['kinesis', 'firehose', 'kinesis']);
  await page.reload();
  await page.locator('#list-state', { hasText: /member/ }).waitFor();
  expect(await hands.row('Ada Lovelace').count()).toBe(0);
});

test('a put that fails is sent again, and the page says how often and why', async () => {
  let failures = 2;
  under.intercept((call, proceed) => {
    if (isPut(call) && failures-- > 0) throw new AwsError('ProvisionedThroughputExceededException', 'Rate exceeded for shard.');
    return proceed();
  });
  await hands.add('Grace Hopper');
  const outcome = await hands.sent().innerText();
  expect(outcome).toContain('Kinesis acknowledged it after 3 attempts.');
  expect(outcome).toContain('Last failure: ProvisionedThroughputExceededException: Rate exceeded for shard.');
});

test('what cannot be sent waits in the outbox until the schedule sends it, and nothing of it is lost', async () => {
  under.intercept((call, proceed) => {
    if (isPut(call)) throw new AwsError('AccessDeniedException', 'not allowed to perform firehose:PutRecord');
    return proceed();
  });
  await hands.useFirehose(true);
  await hands.add('Katherine Johnson');
  expect(await hands.sent().innerText()).toMatch(/^Waiting[\s\S]*Firehose did not take it in 1 attempt; it waits in the outbox/);
  await page.locator('#outbox', { hasText: '1 event in the outbox' }).waitFor();
  const taken = await under.puts(() => under.host.advance(20 * 60_000));
  expect(taken).toEqual(['firehose']);
  await page.getByRole('button', { name: 'Reload' }).click();
  await page.locator('#outbox', { hasText: 'The outbox is empty' }).waitFor();
  expect(await hands.sent().innerText()).toMatch(/^Sent later\s+member:created Katherine Johnson/);
});

test('wrong input is told in a sentence beside its field, and nothing that was typed is lost', async () => {
  await hands.fill('Mary Jackson', 'mary(at)example.com', 'viewer');
  await page.getByRole('button', { name: 'Add member' }).click();
  const email = page.getByLabel('Email address');
  await page.getByText('"mary(at)example.com" is no email address; write it as name@example.com.').waitFor();
  expect(await email.getAttribute('aria-invalid')).toBe('true');
  expect(await email.evaluate((element: { matches(selector: string): boolean }) => element.matches(':focus'))).toBe(true);
  expect([await page.getByLabel('Name', { exact: true }).inputValue(), await email.inputValue()]).toEqual([
    'Mary Jackson',
    'mary(at)example.com',
  ]);
  await email.fill('mary@example.com');
  expect(await page.locator('#email-problem').innerText()).toBe('');
  await page.keyboard.press('Enter');
  await hands.row('Mary Jackson').waitFor();
  // The function judges by itself, whoever asks.
  const refused = await under.api('POST', '/api/members', {
    request_id: '01920000-0000-7000-8000-000000000001',
    is_firehose: false,
    member: { name: '', email: 'x', role: 'root' },
  });
  expect([refused.status, Object.keys(((await refused.json()) as { problems: object }).problems)]).toEqual([
    422,
    ['name', 'email', 'role'],
  ]);
});

test('what somebody else changed meanwhile is not written over unseen', async () => {
  await hands.add('Dorothy Vaughan', 'dorothy@example.com');
  const other = await under.tab();
  await other.getByRole('button', { name: 'Edit Dorothy Vaughan' }).click();
  await page.getByRole('button', { name: 'Edit Dorothy Vaughan' }).click();
  await other.getByLabel('Email address').fill('vaughan@example.com');
  await other.getByRole('button', { name: 'Save changes' }).click();
  await other.locator('#sent > li').first().waitFor();
  await other.context().close();
  await page.getByLabel('Name', { exact: true }).fill('Dorothy J. Vaughan');
  await page.getByRole('button', { name: 'Save changes' }).click();
  const problem = page.locator('#form-problem', {
    hasText: 'it is at version 2 now. It says Dorothy Vaughan, vaughan@example.com',
  });
  await problem.waitFor();
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Dorothy J. Vaughan');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await hands.row('Version 3').waitFor();
  // The browser notes every answer that is no success.
  expect(under.complaints.splice(0)).toEqual([expect.stringContaining('409')]);
});

test('markup in a name is text', async () => {
  const name = '<img src=x onerror="document.title=1"><b>Bobby</b>';
  await hands.add(name);
  expect(await hands.row('Bobby').locator('strong').innerText()).toBe(name);
  expect(await page.locator('#members img, #sent img').count()).toBe(0);
  expect(await page.title()).toBe('Members · lithify');
});

test('the keyboard is enough', async () => {
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').innerText()).toBe('Skip to the members');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').getAttribute('role')).toBe('switch');
  await page.keyboard.press('Space');
  expect(await page.locator(':focus').getAttribute('aria-checked')).toBe('true');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Valerie Thomas');
  await page.keyboard.press('Tab');
  await page.keyboard.type('valerie@example.com');
  await page.keyboard.press('Enter');
  await hands.row('Valerie Thomas').waitFor();
  await page.locator('#live', { hasText: 'Valerie Thomas created. Firehose acknowledged it' }).waitFor({ state: 'attached' });
  const remove = page.getByRole('button', { name: 'Delete Valerie Thomas' });
  await remove.focus();
  await page.keyboard.press('Enter');
  expect(await page.locator(':focus').innerText()).toBe('Keep');
  await page.keyboard.press('Escape');
  expect(await remove.evaluate((element: { matches(selector: string): boolean }) => element.matches(':focus'))).toBe(true);
});

test('the history of a member is read back from the lake, whichever path each change took', async () => {
  await hands.add('Christine Darden', 'christine@example.com', 'viewer');
  await hands.useFirehose(true);
  await page.getByRole('button', { name: 'Edit Christine Darden' }).click();
  await page.getByLabel('Role').selectOption('admin');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await hands.row('Version 2').waitFor();
  await page.getByRole('button', { name: 'History of Christine Darden' }).click();
  const dialog = page.locator('#history');
  await dialog.getByText('The lake has no event of this member yet.').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Delete Christine Darden' }).click();
  await hands.yes().click();
  await page.getByRole('button', { name: 'History of Christine Darden, deleted' }).waitFor();
  await under.compact();
  await page.getByRole('button', { name: 'History of Christine Darden, deleted' }).click();
  await dialog.getByText('3 events in the lake.').waitFor();
  expect(await dialog.locator('#history-list > li > strong').allInnerTexts()).toEqual(['created', 'updated', 'deleted']);
  expect(await dialog.locator('#history-list > li').nth(1).innerText()).toContain('viewer → admin');
  await dialog.getByText('The query').click();
  expect(await dialog.locator('#history-sql').innerText()).toMatch(/^SELECT[\s\S]+FROM "lithify_dev"."members"/);
  await page.setViewportSize({ width: 320, height: 600 });
  expect(
    await dialog.evaluate((element: { scrollWidth: number; clientWidth: number }) => element.scrollWidth - element.clientWidth),
  ).toBe(0);
  expect(await violations(page)).toEqual([]);
});

test('nothing is in the way of anybody, by day and by night, on a phone, signed in or not', async () => {
  await hands.add(
    'A name that is long enough to need more than a single line on a telephone of any kind',
    `${'x'.repeat(60)}@example.com`,
  );
  await page.getByLabel('Email address').fill('wrong');
  await page.getByRole('button', { name: 'Add member' }).click();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await violations(page)).toEqual([]);
  }
  expect(await page.evaluate("getComputedStyle(document.querySelector('.thumb')).transitionDuration")).toBe('0s');
  await page.setViewportSize({ width: 320, height: 600 });
  expect(await isWider(page)).toBe(false);
  await page.getByRole('button', { name: /^Delete A name/ }).click();
  expect([await violations(page), await isWider(page)]).toEqual([[], false]);
  await page.keyboard.press('Escape');
  const stranger = await under.tab({ signedIn: false, width: 320 });
  await stranger.getByRole('heading', { name: 'You are not signed in' }).waitFor();
  expect([await violations(stranger), await isWider(stranger)]).toEqual([[], false]);
  await stranger.context().close();
});

test('the token leaves the address at once, and without one the page shows nothing', async () => {
  expect(page.url()).toBe(`${under.url}/`);
  expect(await page.evaluate('document.cookie + JSON.stringify(localStorage)')).toBe('{}');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.locator('#signed-out-text', { hasText: 'You signed out. Open the address that you were given' }).waitFor();
  expect(await page.locator('#work').isVisible()).toBe(false);
  const stranger = await under.tab({ signedIn: false });
  await stranger.evaluate("location.hash = '#token=forged.forged.forged'");
  await stranger.reload();
  await stranger.locator('#signed-out-text', { hasText: 'Your sign-in is not valid any more.' }).waitFor();
  await stranger.context().close();
  expect(under.complaints.splice(0)).toEqual([expect.stringContaining('401')]);
});

test('the API answers its own page alone', async () => {
  const status = async (path: string, headers: Readonly<Record<string, string>>): Promise<number> =>
    (await under.api('GET', path, undefined, headers)).status;
  expect(await status('/api/members', {})).toBe(200);
  expect(await status('/api/members', { origin: under.url })).toBe(200);
  expect(await status('/api/members', { origin: 'https://evil.example' })).toBe(403);
  expect(await status('/api/members', { authorization: '' })).toBe(401);
  expect(await status('/', { authorization: '' })).toBe(200);
  const policy = (await under.api('GET', '/')).headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
});

answersThatFail(() => ({ under, page, hands }));
