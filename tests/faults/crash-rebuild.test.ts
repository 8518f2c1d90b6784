import { discard, Lakes, temporaryDirectory } from './crash/lake-under-test';
import { writeRebuild } from './crash/document';
import { faultPoints, isOfComparison, sampleOf } from './crash/matrix';
import { goldenRun, type Prepared } from './crash/play';
import { playEach } from './crash/play-each';
import { prepareRebuild, rebuildNight } from './crash/scenario';
import { everything, patience, seed } from './effort';

const SAMPLE = 4;

describe('a rebuild that fails where no other run can', () => {
  const lakes = new Lakes();
  const directory = temporaryDirectory();
  afterAll(async () => {
    await lakes.close();
    discard(directory);
  });

  test(
    'leaves what the next scheduled run converges from, and readers never notice',
    async () => {
      const prepared: Prepared = { directory, model: await prepareRebuild(lakes, directory), firstNight: rebuildNight };
      const golden = await goldenRun(lakes, prepared);
      const points = [...faultPoints(golden).values()].filter(isOfComparison);
      expect(new Set(points.map(({ id }) => id.split(/[./]/)[0]))).toEqual(new Set(['comparison', 'machine', 'state']));
      const chosen = sampleOf(points, everything ? points.length : SAMPLE, seed);
      const failures = await playEach(lakes, prepared, golden, chosen, (played, failed) => {
        process.stderr.write(`rebuild: ${played.length} of ${chosen.length} points, ${failed} failures\n`);
        writeRebuild(played, points.length, seed);
      });
      expect(failures).toEqual([]);
    },
    patience,
  );
});
