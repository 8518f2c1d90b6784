import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** An HTTP/2 endpoint that reads every PutRecords request and answers it without looking into it: what the wire itself allows. */
export interface NullEndpoint {
  readonly url: string;
  close(): Promise<void>;
}

/** @param recordsPerRequest as many results each answer has */
export const startNullEndpoint = async (recordsPerRequest: number): Promise<NullEndpoint> => {
  const result = { SequenceNumber: '49671234567890123456789012345678901234567890123456789012', ShardId: 'shardId-000000000000' };
  const answer = JSON.stringify({ FailedRecordCount: 0, Records: Array.from({ length: recordsPerRequest }, () => result) });
  const server = createServer({ settings: { initialWindowSize: 16 * 1024 * 1024 } }, (request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(answer);
    });
  });
  server.on('session', (session) => session.setLocalWindowSize(64 * 1024 * 1024));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
