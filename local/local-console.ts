import type { ConsoleSettings } from '../contracts/console';

/**
 * The members page as `lithify console` runs it, for a stack that declares none: with the host as the one who signs tokens. `.invalid` is a
 * name that can never be anybody's (RFC 2606).
 */
export const LOCAL_CONSOLE: ConsoleSettings = {
  isFirehose: false,
  sweep: 'rate(15 minutes)',
  issuer: 'https://lithify.invalid',
  audience: ['lithify-console'],
};
