import type { Notices } from '../../workflows/documents';

export type Kind = keyof Notices;
export const KINDS = ['files', 'ledgers', 'gathered', 'tables'] as const satisfies readonly Kind[];
export type Things = Readonly<Record<Kind, ReadonlySet<string>>>;

export const noNotices: Notices = { files: {}, ledgers: {}, gathered: {}, tables: {} };

/** When an attempt last found a thing published, in milliseconds since the epoch: until then at least, somebody named it. */
export type LastNamed = Readonly<Record<'files' | 'ledgers', ReadonlyMap<string, number>>>;

/**
 * What is noted and what is due. A thing that nobody names is noted with the time of first notice; what stays unnamed for the grace
 * period is due for deletion; being named again clears the note. So does having been named since, unseen by any sweep: a straggling publish
 * had flipped back to it, say, and this run flipped it away a minute ago, under the eyes of whoever reads it. Its grace begins anew.
 */
export const review = (
  notices: Notices,
  candidates: Things,
  named: Things,
  lastNamed: LastNamed,
  now: string,
  graceHours: number,
): { readonly notices: Notices; readonly due: Things } => {
  const kept: Record<Kind, Record<string, string>> = { files: {}, ledgers: {}, gathered: {}, tables: {} };
  const due: Record<Kind, Set<string>> = { files: new Set(), ledgers: new Set(), gathered: new Set(), tables: new Set() };
  for (const kind of KINDS) {
    const noted = { ...Object.fromEntries([...candidates[kind]].map((thing) => [thing, now])), ...notices[kind] };
    const namedAt = kind === 'files' || kind === 'ledgers' ? lastNamed[kind] : new Map<string, number>();
    for (const [thing, first] of Object.entries(noted)) {
      if (named[kind].has(thing)) continue;
      const since = Date.parse(first) < (namedAt.get(thing) ?? 0) ? now : first;
      kept[kind][thing] = since;
      if (Date.parse(now) - Date.parse(since) >= graceHours * 3_600_000) due[kind].add(thing);
    }
  }
  return { notices: kept, due };
};

/** Forgets what was deleted. */
export const without = (notices: Notices, deleted: Things): Notices =>
  Object.fromEntries(
    KINDS.map((kind) => [kind, Object.fromEntries(Object.entries(notices[kind]).filter(([thing]) => !deleted[kind].has(thing)))]),
  ) as Notices;

/**
 * The folder that an object lies right in, with its closing slash. A folder's deletion takes these and nothing deeper: a stray object
 * above the partitions (a console's folder marker, say) makes a folder that contains live ones.
 */
export const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1);
