import { discard, Lakes, temporaryDirectory } from './crash/lake-under-test';
import { familiesOf, faultPoints, pairOf, pointNamed, sampleOf } from './crash/matrix';
import { type Fault, type Golden, goldenRun, type Prepared } from './crash/play';
import { playEach } from './crash/play-each';
import { writeSection } from './crash/document';
import { prepare } from './crash/scenario';
import { everything, patience, seed } from './effort';

const SAMPLE = 28;

describe('whatever call fails, however, and wherever a run is aborted', () => {
  const lakes = new Lakes();
  const directory = temporaryDirectory();
  let prepared: Prepared;
  let golden: Golden;
  let points: ReadonlyMap<string, Fault>;

  beforeAll(async () => {
    prepared = { directory, model: await prepare(lakes, directory) };
    golden = await goldenRun(lakes, prepared);
    points = faultPoints(golden);
  });
  afterAll(async () => {
    await lakes.close();
    discard(directory);
  });

  test('a run of at least three batches has at least three hundred points where something can go wrong', () => {
    const batches = new Set(golden.sites.flatMap(({ id }) => /^publish\.(b\d+)\//.exec(id)?.[1] ?? []));
    expect(batches.size).toBeGreaterThanOrEqual(3);
    expect(points.size).toBeGreaterThan(300);
  });

  test('the sample has a point of every kind of call in every way that it can fail', () => {
    expect(familiesOf(points.values())).toBeGreaterThan(20);
    expect(familiesOf(sampleOf(points.values(), SAMPLE, seed))).toBe(familiesOf(points.values()));
  });

  test('each point, and two of them in one night or in two, is found again by its id', () => {
    const sample = sampleOf(points.values(), SAMPLE, seed);
    for (const fault of sample) {
      const { nights } = pointNamed(points, fault.id);
      expect(nights).toEqual([[fault]]);
      expect(nights[0]?.[0]).toBe(points.get(fault.id));
    }
    const [left, right] = [sample[0]!, sample.at(-1)!];
    expect(left).not.toBe(right);
    for (const [sign, nights] of [
      ['+', [[left, right]]],
      ['>', [[left], [right]]],
    ] as const) {
      const { id } = pairOf(left, right, sign === '+');
      expect(id).toBe(`${left.id} ${sign} ${right.id}`);
      expect(pointNamed(points, id)).toEqual({ id, nights });
    }
    for (const id of ['plan/s3:Nothing#1/throttled', `${left.id} + plan/s3:Nothing#1/throttled`])
      expect(() => pointNamed(points, id)).toThrow(
        'there is no fault point "plan/s3:Nothing#1/throttled"; all of them: npm run test:faults -- --points',
      );
  });

  test(
    'the next scheduled run converges: nothing lost, doubled, misfiled, locked or left behind, and readers never notice',
    async () => {
      const chosen = everything ? sampleOf(points.values(), points.size, seed) : sampleOf(points.values(), SAMPLE, seed);
      const failures = await playEach(lakes, prepared, golden, chosen, (played, failed) => {
        process.stderr.write(`crash matrix: ${played.length} of ${chosen.length} points, ${failed} failures\n`);
        writeSection(played, points.size, seed);
      });
      expect(failures).toEqual([]);
    },
    patience,
  );
});
