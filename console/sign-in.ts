import type { PageConfig } from '../contracts/console-api';

type SignIn = NonNullable<PageConfig['sign_in']>;

const TOKEN = 'lithify-token';
const PENDING = 'lithify-sign-in';

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

/** Leaves for the provider's page: the code flow of OpenID Connect with PKCE, so that there is no secret to keep here. */
export const startSignIn = async ({ authorize_url, client_id, scopes }: SignIn): Promise<void> => {
  const pending = { state: drawn(), verifier: drawn() };
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

const isJwt = (text: unknown): text is string => typeof text === 'string' && text.split('.').length === 3;

/**
 * Comes back from the provider's page with a code, if that is what happened, and changes it for a token.
 * @throws Error with a sentence for the person
 */
export const finishSignIn = async ({ token_url, client_id }: SignIn): Promise<void> => {
  const given = new URLSearchParams(location.search);
  const [code, state, error] = [given.get('code'), given.get('state'), given.get('error')];
  if (code === null && error === null) return;
  history.replaceState(null, '', '/');
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? '{}') as { readonly state?: string; readonly verifier?: string };
  sessionStorage.removeItem(PENDING);
  if (error !== null) throw new Error(`The sign-in was refused: ${given.get('error_description') ?? error}.`);
  if (code === null || pending.verifier === undefined || state !== pending.state)
    throw new Error('The sign-in was not begun in this tab. Sign in again.');
  const answer = await fetch(token_url, {
    method: 'POST',
    credentials: 'omit',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id,
      code,
      redirect_uri: `${location.origin}/`,
      code_verifier: pending.verifier,
    }),
  });
  const tokens = (await answer.json()) as { readonly access_token?: unknown; readonly id_token?: unknown };
  // Some providers' access tokens are for themselves alone and no JWT.
  const usable = [tokens.access_token, tokens.id_token].find(isJwt);
  if (!answer.ok || usable === undefined) throw new Error('The sign-in gave no token. Sign in again.');
  sessionStorage.setItem(TOKEN, usable);
};
