import { STEP_NAMES } from '../../contracts/environments';
import { programGraph } from '../graphs';
import { listOf } from '../program/captured';
import { accessOf, allowedBy, rolePolicies } from '../program/policy';
import { event, Lake, scheduledAlone, START } from './lake';

const SECOND = START / 1_000;
const DAY_SECONDS = 86_400;

/** Logs and traces need no call of the handler; without ListBucket S3 says 403 of a key that is not there; nothing here fails within an upload. */
const WITHOUT_A_CALL = /^(logs|xray):|^s3:(ListBucket|AbortMultipartUpload)$/;
/** Validation calls nothing. */
const STEPS: ReadonlySet<string> = new Set(STEP_NAMES.filter((name) => name !== 'validate').map((name) => `lithify-dev-${name}`));
const LEFT_BEHIND = 'tmp_events_20261101t003000z_0000dead_b0001_0000';

describe('what the steps of a compaction do', () => {
  test('is all that their roles allow, and nothing that they do not', async () => {
    const graph = await programGraph('dev');
    const allows = allowedBy(graph);
    const refused = new Set<string>();
    const used = new Map<string, Set<string>>();
    const lake: Lake = await Lake.open(
      undefined,
      undefined,
      (call, proceed) => {
        const { arn } = call.caller;
        const role = arn.slice(arn.lastIndexOf('/') + 1);
        if (!arn.includes(':role/')) return proceed();
        for (const access of accessOf(call, lake.host.region, 'lithify-dev-compaction')) {
          used.set(role, (used.get(role) ?? new Set()).add(access.action));
          if (!allows(arn, access))
            refused.add(`${role}: ${access.action} ${access.resource} ${JSON.stringify(access.context ?? {})}`);
        }
        return proceed();
      },
      scheduledAlone('events', 'users', 'films'),
    );
    try {
      const film = JSON.stringify({ timestamp: '2026-11-02T01:00:00Z', eventType: 'rent', film_id: 7 });
      const DatabaseName = String(lake.host.outputs['database']);
      await lake.host.call('glue', 'CreateTable', { DatabaseName, TableInput: { Name: LEFT_BEHIND } });
      for (let night = 0; night < 2; night++) {
        await lake.put(event(night, 'a:x', SECOND), event(9, 'b:x', SECOND - 9 * DAY_SECONDS), 'no event');
        await lake.putOn('users', JSON.stringify({ name: `${night}`, url: 'https://a.b', email: 'a@b.c', country: 'd' }));
        await lake.putDirectly(lake.feed('films').directDeliveryStreamName ?? lake.feed('films').deliveryStreamName, `${film}\n`);
        await lake.night();
      }
      const { executionArn = '' } = await lake.compact({ rebuild: true });
      await lake.host.advance(3_600_000);
      await lake.write(
        'locks/events.json',
        JSON.stringify({ owner: executionArn, run: 'x', at: '2026-11-02T00:00:00.000Z', waitSeconds: 0 }),
      );
      await lake.night();
      for (const feed of ['events', 'users', 'films']) {
        expect(await lake.rows(`SELECT count(*) > 0 FROM ${feed}`)).toEqual([['true']]);
      }
    } finally {
      await lake.remove();
    }
    expect([...refused]).toEqual([]);
    expect([...used.keys()].filter((role) => STEPS.has(role)).sort()).toEqual([...STEPS].sort());
    const idle = rolePolicies(graph)
      .filter(({ role }) => STEPS.has(role))
      .flatMap(({ role, statements }) =>
        statements
          .flatMap(({ Action }) => listOf(Action))
          .filter((action) => !WITHOUT_A_CALL.test(action) && used.get(role)?.has(action) !== true)
          .map((action) => `${role}: ${action}`),
      );
    expect(idle).toEqual([]);
  });
});
