import { discard, Lakes, temporaryDirectory } from './crash/lake-under-test';
import { writePairs } from './crash/document';
import { faultPoints, pairsOf } from './crash/matrix';
import { goldenRun, type Outcome, play, type Prepared } from './crash/play';
import { prepare } from './crash/scenario';
import { everything, patience, seed } from './effort';

const SAMPLE = 8;
const ALL = 240;

describe('two faults, in one night or in two', () => {
  const lakes = new Lakes();
  const directory = temporaryDirectory();
  afterAll(async () => {
    await lakes.close();
    discard(directory);
  });

  test(
    'heal as one does',
    async () => {
      const prepared: Prepared = { directory, model: await prepare(lakes, directory) };
      const golden = await goldenRun(lakes, prepared);
      const points = faultPoints(golden);
      const failures: object[] = [];
      const played: Outcome[] = [];
      for (const { id, nights } of pairsOf(points.values(), everything ? ALL : SAMPLE, seed)) {
        const { rows: _rows, unsettled: _unsettled, ...outcome } = await play(lakes, prepared, nights, golden);
        played.push(outcome);
        // The first fault may keep the run from ever reaching the second …
        if (outcome.defects.length > 0 || outcome.hit === 0) failures.push({ pair: id, ...outcome });
      }
      if (everything) writePairs(played, seed);
      expect(failures).toEqual([]);
      // … but what it does to the second is what pairs are played for.
      const both = played.filter(({ struck }) => struck.every((times) => times > 0));
      expect(both.length).toBeGreaterThanOrEqual(played.length / 3);
    },
    patience,
  );
});
