import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Authorizer } from './settings';

export interface Claims {
  readonly [name: string]: unknown;
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
  /** Seconds since the epoch. */
  readonly iat: number;
  readonly exp: number;
}

const LIFETIME_SECONDS = 365 * 24 * 3_600;
const KEY_BYTES = 32;

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * Signs and checks tokens in the place of whatever provider the program names: it cannot be asked from here. One key per data directory,
 * readable by its owner alone, so that a token outlives a restart; HMAC instead of RSA, as signer and checker are one.
 */
export class Tokens {
  readonly #key: Buffer;

  constructor(dataDir: string) {
    const path = join(dataDir, 'token-key');
    if (!existsSync(path)) writeFileSync(path, randomBytes(KEY_BYTES), { mode: 0o600 });
    this.#key = readFileSync(path);
  }

  /** A token of the person at this machine. */
  mint({ issuer, audience }: Authorizer, now: number): string {
    const iat = Math.floor(now / 1_000);
    const claims: Claims = { iss: issuer, aud: audience[0] ?? '', sub: 'operator', iat, exp: iat + LIFETIME_SECONDS };
    const content = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`;
    return `${content}.${this.#signature(content).toString('base64url')}`;
  }

  /**
   * The claims of the token in an Authorization header; undefined where it is none, is forged, is not for this audience, or its time is
   * not now. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
   */
  check(
    header: string | undefined,
    { issuer, audience }: Authorizer,
    now: number,
  ): Readonly<Record<string, unknown>> | undefined {
    const [head, content, signature, ...rest] = (header ?? '').replace(/^Bearer /i, '').split('.');
    if (head === undefined || content === undefined || signature === undefined || rest.length > 0) return undefined;
    const given = Buffer.from(signature, 'base64url');
    const wanted = this.#signature(`${head}.${content}`);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
    const claims = JSON.parse(Buffer.from(content, 'base64url').toString('utf8')) as Readonly<Record<string, unknown>>;
    const seconds = now / 1_000;
    const inTime =
      Number(claims['exp']) > seconds &&
      (claims['nbf'] === undefined || Number(claims['nbf']) < seconds) &&
      (claims['iat'] === undefined || Number(claims['iat']) <= seconds);
    const audiences = [claims['aud'] ?? claims['client_id']].flat();
    const meant = claims['iss'] === issuer && audiences.some((one) => audience.includes(String(one)));
    return inTime && meant ? claims : undefined;
  }

  #signature(content: string): Buffer {
    return createHmac('sha256', this.#key).update(content).digest();
  }
}
