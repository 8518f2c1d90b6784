import { AwsError } from '../../local/aws-error';
import { event, Lake, START } from './lake';

const SECOND = START / 1_000;
const LONG_AGO = Date.parse('2026-03-01T00:00:00.000Z') / 1_000;

describe('objects that S3 refuses to hand out, each for good', () => {
  let lake: Lake;
  const refused = new Set<string>();
  beforeEach(async () => {
    lake = await Lake.open(undefined, undefined, (call, proceed) => {
      if (call.operation === 'GetObject' && refused.has(String(call.input['Key'])))
        throw new AwsError('AccessDenied', 'Access Denied', 403);
      return proceed();
    });
  });
  afterEach(() => lake.remove());

  it('are named by every run, which succeeds and compacts the rest, also where they are all that is new', async () => {
    await lake.put(event(1, 'a:x', SECOND), event(2, 'b:x', SECOND), event(3, 'c:x', LONG_AGO));
    await lake.deliver();
    const [own] = await lake.keys('raw/events/event_type=a/');
    const [late] = await lake.keys('raw/events/event_type=late/');
    for (const key of [own!, late!]) refused.add(key);
    for (const published of [1, 0]) {
      await lake.night();
      const report = await lake.report();
      expect(report).toMatchObject({ status: 'succeeded', partitions: published, failed: [], unreadable: [] });
      expect(report.unread.map(({ key }) => key).sort()).toEqual([own, late]);
    }
    expect(await lake.rows('SELECT event_type FROM events')).toEqual([['b']]);

    refused.clear();
    await lake.night();
    expect(await lake.report()).toMatchObject({ status: 'succeeded', partitions: 2, unread: [] });
    expect(await lake.rows('SELECT event_type FROM events ORDER BY 1')).toEqual([['a'], ['b'], ['c']]);
  });
});
