import type { Page } from 'playwright-core';
import { LOCAL_CONSOLE } from '../../local/local-console';
import { ConsoleUnderTest } from './console-under-test';
import { Hands } from './hands';
import { Provider, SIGN_IN } from './provider';

/** The page as a deployed stack may have it: the switch stands at Firehose, and a provider signs people in. */
let under: ConsoleUnderTest;
let page: Page;
let provider: Provider;
beforeAll(async () => {
  under = await ConsoleUnderTest.open({ ...LOCAL_CONSOLE, isFirehose: true, signIn: SIGN_IN });
});
afterAll(() => under.close());
beforeEach(async () => {
  provider = new Provider(`${under.url}/`, under.token);
  page = await under.blankTab();
  await provider.stand(page);
  await page.goto(`${under.url}/`);
  await page.locator('#signed-out-text', { hasText: 'it must know who you are' }).waitFor();
});
afterEach(async () => {
  await page.context().close();
  expect(under.complaints.splice(0)).toEqual([]);
});

const signIn = (): Promise<void> => page.getByRole('button', { name: 'Sign in' }).click();
const signedIn = (): Promise<void> => page.locator('#list-state', { hasText: /member/ }).waitFor();
const stored = (): Promise<unknown> => page.evaluate('JSON.stringify({ ...sessionStorage })');

test('a sign-in by the provider ends with the list, and the first change goes by the path that the stack chose', async () => {
  await signIn();
  await signedIn();
  expect(page.url()).toBe(`${under.url}/`);
  expect(JSON.parse(String(await stored()))).toEqual({ 'lithify-token': under.token });
  expect(await page.getByRole('switch', { name: 'Use Firehose' }).getAttribute('aria-checked')).toBe('true');
  expect(await page.locator('#path-text').innerText()).toContain('Firehose delivery stream');
  const hands = new Hands(page);
  expect(await under.puts(() => hands.add('Joan Clarke'))).toEqual(['firehose']);
  expect(await hands.sent().innerText()).toContain('Firehose acknowledged it at the first attempt.');
});

const answering = (status: number, contentType: string, body: string) => (): void => {
  provider.tokenAnswer = { status, contentType, body };
};

test.each<[string, () => void | Promise<void>, string, readonly string[]]>([
  [
    'of another tab, or forged,',
    () => {
      provider.state = 'forged';
    },
    'The sign-in was not begun in this tab. Sign in again.',
    [],
  ],
  [
    'that the provider refuses',
    () => {
      provider.denies = true;
    },
    'The sign-in was refused. Sign in again, or ask whoever gives access to this page.',
    [],
  ],
  [
    'without a token',
    answering(200, 'application/json', '{"token_type":"Bearer"}'),
    'The sign-in gave no token. Sign in again.',
    [],
  ],
  [
    'with an answer that is no JSON',
    answering(200, 'text/html', '<h1>Maintenance</h1>'),
    'The sign-in gave an answer that was not understood. Sign in again.',
    [],
  ],
  [
    'with a provider that is not reached',
    () => {
      provider.tokenAnswer = 'none';
    },
    'No answer came from id.example. Look at your connection and sign in again.',
    ['ERR_CONNECTION_REFUSED'],
  ],
  [
    'with another code verifier than it began with',
    () =>
      page.route(SIGN_IN.tokenUrl, (route) => {
        const form = new URLSearchParams(route.request().postData() ?? '');
        form.set('code_verifier', form.get('code_verifier')!.split('').reverse().join(''));
        return route.fallback({ postData: form.toString() });
      }),
    'The sign-in gave no token: it says "invalid_grant". Sign in again.',
    ['400'],
  ],
])('a sign-in %s leads to one plain sentence, and the next one is free to succeed', async (_, goWrong, sentence, complaints) => {
  await goWrong();
  await signIn();
  await page.locator('#signed-out-text', { hasText: sentence }).waitFor();
  expect(await page.locator('#signed-out-text').innerText()).toBe(sentence);
  expect([page.url(), await stored(), await page.locator('#work').isVisible()]).toEqual([`${under.url}/`, '{}', false]);
  // The browser notes every answer that is no success.
  expect(under.complaints.splice(0)).toEqual(complaints.map((part) => expect.stringContaining(part) as string));
  await page.unroute(SIGN_IN.tokenUrl);
  provider.reset();
  await signIn();
  await signedIn();
});

test('the words of an answer that nobody asked for are not shown', async () => {
  await page.goto(`${under.url}/?error=server_error&error_description=Call+me+on+0800+123&state=x`);
  await page.locator('#signed-out-text', { hasText: 'The sign-in was not begun in this tab.' }).waitFor();
  expect(await page.locator('body').innerText()).not.toContain('0800');
});

test('what was typed when the sign-in ran out is there again after the next one', async () => {
  await signIn();
  await signedIn();
  const hands = new Hands(page);
  await hands.fill('Mavis Batey', 'mavis@example.com', 'admin');
  await page.evaluate("sessionStorage.setItem('lithify-token', 'an.expired.one')");
  await page.getByRole('button', { name: 'Add member' }).click();
  await page.locator('#signed-out-text', { hasText: 'Your sign-in is not valid any more.' }).waitFor();
  expect(under.complaints.splice(0)).toEqual([expect.stringContaining('401')]);
  await signIn();
  await signedIn();
  await page.getByRole('button', { name: 'Add member' }).click();
  await hands.row('Mavis Batey').waitFor();
  expect(await hands.row('Mavis Batey').innerText()).toMatch(/mavis@example\.com[\s\S]*admin/);
});
