import type { PageConfig } from '../contracts/console-api';
import { jsonOf } from './json';

type SignIn = NonNullable<PageConfig['sign_in']>;

const TOKEN = 'lithify-token';
const PENDING = 'lithify-sign-in';
const DRAFT = 'lithify-draft';

/** Kept for this tab alone, and gone with it. */
export const token = (): string | null => sessionStorage.getItem(TOKEN);
export const forgetToken = (): void => sessionStorage.removeItem(TOKEN);

/** Takes a token out of the address (`/#token=…`), where it would be seen and bookmarked. The part after # is never sent anywhere. */
export const takeTokenFromAddress = (): void => {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given === null) return;
  sessionStorage.setItem(TOKEN, given);
  history.replaceState(null, '', '/');
};

const base64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

const drawn = (): string => base64Url(crypto.getRandomValues(new Uint8Array(32)));

/**
 * Leaves for the provider's page: the code flow of OpenID Connect with PKCE, so that there is no secret to keep here.
 * @param draft what is typed and must be there again afterwards
 */
export const startSignIn = async ({ authorize_url, client_id, scopes }: SignIn, draft: string | null): Promise<void> => {
  if (draft !== null) sessionStorage.setItem(DRAFT, draft);
  const pending: Pending = { state: drawn(), verifier: drawn() };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier));
  const url = new URL(authorize_url);
  const parameters = {
    response_type: 'code',
    client_id,
    redirect_uri: `${location.origin}/`,
    scope: scopes.join(' '),
    state: pending.state,
    code_challenge: base64Url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  location.assign(url);
};

/** What was typed before the page was left for the sign-in; once only. */
export const takeDraft = (): string | null => taken(DRAFT);

const taken = (key: string): string | null => {
  const kept = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  return kept;
};

/** Why a sign-in led nowhere, as a sentence for the person. */
export class SignInFailed extends Error {
  override readonly name = 'SignInFailed';
}

interface Pending {
  readonly state: string;
  readonly verifier: string;
}

/** What was put by before the page was left; once only. */
const takePending = (): Pending | undefined => {
  const kept = taken(PENDING);
  return kept === null ? undefined : (JSON.parse(kept) as Pending);
};

const isJwt = (text: unknown): text is string => typeof text === 'string' && text.split('.').length === 3;

/**
 * Comes back from the provider's page with a code, if that is what happened, and changes it for a token.
 * @throws SignInFailed
 */
export const finishSignIn = async (signIn: SignIn): Promise<void> => {
  const given = new URLSearchParams(location.search);
  const [code, error] = [given.get('code'), given.get('error')];
  if (code === null && error === null) return;
  history.replaceState(null, '', '/');
  const pending = takePending();
  // An answer to nobody's question: neither its code nor its words are for this tab.
  if (pending === undefined || given.get('state') !== pending.state)
    throw new SignInFailed('The sign-in was not begun in this tab. Sign in again.');
  if (error === 'access_denied')
    throw new SignInFailed('The sign-in was refused. Sign in again, or ask whoever gives access to this page.');
  if (code === null)
    throw new SignInFailed(`The sign-in did not work: it says ${quoted(given.get('error_description') ?? error)}.`);
  sessionStorage.setItem(TOKEN, await tokenFor(code, pending.verifier, signIn));
};

const MOST_QUOTED = 200;
const quoted = (text: unknown): string => JSON.stringify(String(text).slice(0, MOST_QUOTED));

const PATIENCE_MILLIS = 20_000;

const tokenFor = async (code: string, verifier: string, { token_url, client_id }: SignIn): Promise<string> => {
  let response: Response;
  try {
    response = await fetch(token_url, {
      method: 'POST',
      credentials: 'omit',
      signal: AbortSignal.timeout(PATIENCE_MILLIS),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id,
        code,
        redirect_uri: `${location.origin}/`,
        code_verifier: verifier,
      }),
    });
  } catch {
    throw new SignInFailed(`No answer came from ${new URL(token_url).host}. Look at your connection and sign in again.`);
  }
  const answer = await jsonOf(response);
  if (answer === undefined) throw new SignInFailed('The sign-in gave an answer that was not understood. Sign in again.');
  if (!response.ok) {
    const why = answer['error_description'] ?? answer['error'] ?? response.status;
    throw new SignInFailed(`The sign-in gave no token: it says ${quoted(why)}. Sign in again.`);
  }
  // Some providers' access tokens are for themselves alone and no JWT.
  const usable = [answer['access_token'], answer['id_token']].find(isJwt);
  if (usable === undefined) throw new SignInFailed('The sign-in gave no token. Sign in again.');
  return usable;
};
