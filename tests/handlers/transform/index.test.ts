import type { TransformEvent, TransformResponse } from '../../../handlers/transform/core';

type Handler = (event: TransformEvent & { readonly invocationId: string }) => Promise<TransformResponse>;

/** The module reads its environment when it is loaded. */
const loaded = (variables: Readonly<Record<string, string>>): Handler => {
  const before = process.env;
  process.env = { ...variables };
  try {
    let handler: Handler | undefined;
    jest.isolateModules(() => {
      ({ handler } = jest.requireActual<{ readonly handler: Handler }>('../../../handlers/transform/index'));
    });
    return handler!;
  } finally {
    process.env = before;
  }
};

describe('the transform function', () => {
  it('judges by its environment and logs one line per batch', async () => {
    const logged = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    const handler = loaded({ FEED: 'events', ON_TIME_DAYS_BEFORE: '0', EVENT_TYPES: '["push"]' });
    const arrival = Date.UTC(2026, 10, 22, 0, 0, 1);
    const record = (recordId: string, name: string, created: number) => ({
      recordId,
      approximateArrivalTimestamp: arrival,
      data: Buffer.from(
        JSON.stringify({ event_uuid: '0f8fad5b-d9cb-469f-a165-70867728950e', event_name: name, created_at: created }),
      ).toString('base64'),
    });

    const { records } = await handler({
      invocationId: 'i-1',
      records: [
        record('1', 'push', arrival),
        record('2', 'pull', arrival),
        record('3', 'push', arrival - 2_000),
        record('4', 'push', 1),
      ],
    });

    expect(
      records.map((verdict) => (verdict.result === 'Ok' ? verdict.metadata?.partitionKeys['event_type'] : verdict.result)),
    ).toEqual(['push', 'late', 'late', 'ProcessingFailed']);
    expect(logged).toHaveBeenCalledTimes(1);
    expect(JSON.parse(logged.mock.calls[0]![0] as string)).toMatchObject({
      invocationId: 'i-1',
      records: 4,
      counts: { onTime: 1, late: 2, created_at: 1 },
    });
    logged.mockRestore();
  });

  it('refuses to start without its environment', () => {
    expect(() => loaded({ FEED: 'events', ON_TIME_DAYS_BEFORE: '1' })).toThrow(/EVENT_TYPES/);
  });
});
