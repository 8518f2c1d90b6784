import type { ExpectedPartition, GatherOutcome, LedgerEntry, PlannedPartition } from '../../workflows/documents';
import { fingerprint, linesOf } from '../../workflows/novelty';

type Gathered = GatherOutcome['gathered'][number];

/**
 * What the output must hold for one partition, or why it is left out: nothing of it could be gathered, or a rebuild could not read
 * again what the published ledger names (raw may have expired).
 */
export const expectedOf = (
  planned: PlannedPartition,
  gathered: readonly Gathered[],
  ledger: readonly LedgerEntry[],
  rebuild: boolean,
): ExpectedPartition | { readonly leftOut: string } => {
  if (gathered.length === 0) return { leftOut: 'nothing of it could be gathered' };
  if (rebuild) {
    const readAgain = new Set(gathered.map(({ key, etag }) => `${key}\n${etag}`));
    const gone = ledger.filter(({ key, etag }) => !readAgain.has(`${key}\n${etag}`));
    if (gone.length > 0)
      return {
        leftOut: `cannot be rebuilt: ${gone.length} of ${ledger.length} published sources cannot be read again, the first is ${gone[0]?.key}`,
      };
  }
  const lines = linesOf(gathered);
  const { partition, published } = planned;
  return {
    partition,
    ...(published === undefined ? {} : { published }),
    lines,
    copies: lines + (rebuild ? 0 : linesOf(ledger)),
    sources: gathered.length,
    gathered: fingerprint(gathered),
  };
};
