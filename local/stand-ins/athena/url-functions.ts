/** Trino's url_* functions: https://trino.io/docs/current/functions/url.html. Pure. */
type TextFunction = { readonly arity: number; readonly run: (...args: readonly string[]) => string | null };

interface Parts {
  readonly protocol: string | null;
  readonly host: string | null;
  readonly port: string | null;
  readonly path: string;
  readonly query: string | null;
  readonly fragment: string | null;
}

/** RFC 3986, appendix B: percent signs stay as they are. Null for what java.net.URI refuses. */
const partsOf = (url: string): Parts | null => {
  if (/[\s<>"{}|\\^`]|%(?![0-9a-fA-F]{2})/.test(url)) return null;
  const [, protocol, authority, path = '', query, fragment] =
    /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(url) ?? [];
  const host = authority?.replace(/^[^@]*@/, '').replace(/:\d*$/, '');
  return {
    port: /:(\d+)$/.exec(authority ?? '')?.[1] ?? null,
    protocol: protocol ?? null,
    host: host === undefined || host === '' ? null : host,
    path,
    query: query ?? null,
    fragment: fragment ?? null,
  };
};

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
};

const part = (pick: (parts: Parts) => string | null): TextFunction => ({
  arity: 1,
  run: (url) => {
    const parts = partsOf(url);
    return parts === null ? null : pick(parts);
  },
});

export const URL_FUNCTIONS: Readonly<Record<string, TextFunction>> = {
  lithify_url_extract_protocol: part(({ protocol }) => protocol),
  lithify_url_extract_port: part(({ port }) => port),
  lithify_url_extract_host: part(({ host }) => host),
  lithify_url_extract_path: part(({ path }) => decoded(path.replaceAll('+', '%2B'))),
  lithify_url_extract_query: part(({ query }) => query),
  lithify_url_extract_fragment: part(({ fragment }) => fragment),
  lithify_url_extract_parameter: {
    arity: 2,
    run: (url, name) => {
      const query = partsOf(url)?.query;
      for (const pair of query?.split('&') ?? []) {
        const [key = '', value] = pair.split(/=(.*)/s);
        if (decoded(key) === name) return value === undefined ? '' : decoded(value);
      }
      return null;
    },
  },
  lithify_url_encode: {
    arity: 1,
    run: (text) =>
      encodeURIComponent(text).replace(/[!'()~]|%20/g, (sign) =>
        sign === '%20' ? '+' : `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
  },
  lithify_url_decode: { arity: 1, run: (text) => decoded(text) },
};
