import { createHash, randomUUID } from 'node:crypto';
import type { Page, Request, Route } from 'playwright-core';
import type { SignIn } from '../../contracts/console';

interface Grant {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge: string;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const HOST = 'https://id.example';
const CLIENT_ID = 'members-page';

/** How a stack names this provider. */
export const SIGN_IN: SignIn = {
  clientId: CLIENT_ID,
  authorizeUrl: `${HOST}/oauth2/authorize`,
  tokenUrl: `${HOST}/oauth2/token`,
  scopes: ['openid', 'email'],
};

const json = (status: number, body: object): Answer => ({
  status,
  contentType: 'application/json',
  body: JSON.stringify(body),
});
const invalid = (error: string): Answer => json(400, { error });

/**
 * An OpenID Connect provider: the code flow with PKCE for one public client (RFC 6749, RFC 7636). It has no port: the browser asks it by its
 * https address, and what the browser asks of that host is answered here.
 */
export class Provider {
  readonly #grants = new Map<string, Grant>();
  /** What it does with the next requests, if not what it should. */
  denies = false;
  /** In the place of the state that it was given. */
  state: string | undefined;
  tokenAnswer: Answer | 'none' | undefined;

  constructor(
    /** Registered: the page's address with a slash at its end. */
    private readonly redirectUri: string,
    private readonly token: string,
  ) {}

  /** Does what it should from now on. */
  reset(): void {
    this.denies = false;
    this.state = undefined;
    this.tokenAnswer = undefined;
  }

  /** Answers for its host in a tab. */
  async stand(page: Page): Promise<void> {
    await page.route(`${HOST}/**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === '/oauth2/authorize') await this.#authorize(route);
      else if (pathname === '/oauth2/token') await this.#exchange(route);
      else await route.fulfill({ status: 404 });
    });
  }

  /** Whoever sits at the keyboard has signed in here before, so that there is nothing to fill in. */
  async #authorize(route: Route): Promise<void> {
    const asked = new URL(route.request().url()).searchParams;
    const wanted = { response_type: 'code', client_id: CLIENT_ID, redirect_uri: this.redirectUri, code_challenge_method: 'S256' };
    const wrong = Object.entries(wanted).find(([name, value]) => asked.get(name) !== value);
    const challenge = asked.get('code_challenge') ?? '';
    const isComplete = wrong === undefined && asked.get('scope') === SIGN_IN.scopes.join(' ') && /^[\w-]{43}$/.test(challenge);
    // An address that is not registered is never gone back to.
    if (!isComplete) return route.fulfill({ status: 400, body: `wrong request: ${asked.toString()}` });
    const back = new URL(this.redirectUri);
    back.searchParams.set('state', this.state ?? asked.get('state') ?? '');
    if (this.denies) {
      back.searchParams.set('error', 'access_denied');
      back.searchParams.set('error_description', 'The resource owner denied the request');
    } else {
      const code = randomUUID();
      this.#grants.set(code, { clientId: CLIENT_ID, redirectUri: this.redirectUri, challenge });
      back.searchParams.set('code', code);
    }
    return route.fulfill({ status: 302, headers: { location: back.href } });
  }

  async #exchange(route: Route): Promise<void> {
    const answer = this.tokenAnswer ?? this.#tokens(route.request());
    if (answer === 'none') return route.abort('connectionrefused');
    const { status, contentType, body } = answer;
    const headers = { 'access-control-allow-origin': new URL(this.redirectUri).origin, 'cache-control': 'no-store' };
    return route.fulfill({ status, contentType, body, headers });
  }

  #tokens(request: Request): Answer {
    const given = new URLSearchParams(request.postData() ?? '');
    if (request.method() !== 'POST' || given.get('grant_type') !== 'authorization_code') return invalid('unsupported_grant_type');
    const grant = this.#grants.get(given.get('code') ?? '');
    // A code is good once.
    this.#grants.delete(given.get('code') ?? '');
    if (grant === undefined) return invalid('invalid_grant');
    if (given.get('client_id') !== grant.clientId) return invalid('invalid_client');
    const challenge = createHash('sha256')
      .update(given.get('code_verifier') ?? '')
      .digest('base64url');
    if (given.get('redirect_uri') !== grant.redirectUri || challenge !== grant.challenge) return invalid('invalid_grant');
    return json(200, { access_token: 'opaque', id_token: this.token, token_type: 'Bearer', expires_in: 3_600 });
  }
}
