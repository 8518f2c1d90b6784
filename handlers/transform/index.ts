import { environment } from '../../contracts/environments';
import { feedNamed } from '../../contracts/feeds';
import type { TransformEvent, TransformResponse } from './core';
import { transformed } from './core';

/** Firehose's batch in, its verdicts out. A throw (bad environment alone) makes Firehose try the batch again and then keep it under the errors prefix. */
const { FEED, ON_TIME_DAYS_BEFORE, EVENT_TYPES } = environment('transform', process.env);
const feed = feedNamed(FEED);
const settings = { onTimeDaysBefore: ON_TIME_DAYS_BEFORE, eventTypes: EVENT_TYPES };

export const handler = (event: TransformEvent & { readonly invocationId?: string }): Promise<TransformResponse> => {
  const { response, counts, reasons } = transformed(feed, event, settings);
  console.log(JSON.stringify({ invocationId: event.invocationId, records: event.records.length, counts, reasons }));
  return Promise.resolve(response);
};
