/** What one invocation may read, so that it ends well within its timeout: compressed bytes and objects. */
export const ROUND_BYTES = 256 * 1024 * 1024;
export const ROUND_OBJECTS = 1_000;

/** Whether a round that has taken so much takes one more source; the first is always taken. */
export const roundTakes = (
  taken: { readonly objects: number; readonly bytes: number },
  next: { readonly bytes: number },
): boolean => taken.objects === 0 || (taken.objects < ROUND_OBJECTS && taken.bytes + next.bytes <= ROUND_BYTES);

/** Behind which key the next round goes on: all that this one took, or what it took before the first that it left. */
export const resumeAfter = (after: string, taken: readonly string[], left: ReadonlySet<string>): string => {
  const first = taken.findIndex((key) => left.has(key));
  return (first === -1 ? taken : taken.slice(0, first)).at(-1) ?? after;
};
