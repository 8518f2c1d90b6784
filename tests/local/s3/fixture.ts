import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { callerOf } from '../../../local/caller';
import { ManualClock } from '../../../local/clock';
import type { Endpoint } from '../../../local/endpoint/endpoint';
import { startEndpoint } from '../../../local/endpoint/endpoint';
import type { Interceptor } from '../../../local/interceptor';
import { s3Rest } from '../../../local/stand-ins/s3/rest';
import { S3StandIn } from '../../../local/stand-ins/s3/s3';
import { TraceLog } from '../../../local/trace';

export const start = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
export const caller = callerOf('arn:aws:iam::000000000000:role/tester');

/** A stand-in on a folder of its own, on virtual time. */
export class Fixture {
  readonly dataDir = mkdtempSync(join(tmpdir(), 's3-'));
  readonly clock = new ManualClock(start);
  readonly log = new TraceLog();
  s3 = this.#open();

  #open(): S3StandIn {
    const buckets = ['lake', 'results'];
    return new S3StandIn({
      dataDir: this.dataDir,
      buckets,
      versioned: ['lake'],
      clock: this.clock,
      trace: this.log.record,
      region: 'eu-west-1',
    });
  }

  /** As after the host was stopped and started again. */
  reopen(): void {
    this.s3.close();
    this.s3 = this.#open();
  }

  /** The path of a file in the lake, whether it is there or not. */
  file(key: string): string {
    return join(this.dataDir, 's3', 'lake', key);
  }

  put(key: string, text = key): ReturnType<S3StandIn['putObject']> {
    return this.s3.putObject(caller, { bucket: 'lake', key, body: Buffer.from(text) });
  }

  end(): void {
    this.s3.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

export interface Wire {
  readonly endpoint: Endpoint;
  readonly client: S3Client;
  /** What the host took for bugs of its own. */
  readonly bugs: unknown[];
  end(): Promise<void>;
}

/** The fixture's stand-in behind a real port, and a real client, which tries once unless told otherwise. */
export const wireOf = async (fixture: Fixture, intercept?: Interceptor, maxAttempts = 1): Promise<Wire> => {
  const bugs: unknown[] = [];
  const endpoint = await startEndpoint({
    port: 0,
    accountId: '000000000000',
    roles: [caller.arn],
    services: [],
    restRoutes: [],
    s3: s3Rest(
      fixture.s3,
      (thrown) => bugs.push(thrown),
      intercept === undefined ? undefined : { intercept, clock: fixture.clock, invocation: () => undefined },
    ),
    admin: () => Promise.resolve({ status: 404, body: {} }),
    trace: fixture.log.record,
    clock: fixture.clock,
  });
  const credentials = { accessKeyId: caller.accessKeyId, secretAccessKey: 'not checked' };
  const client = new S3Client({ endpoint: endpoint.url, region: 'eu-west-1', credentials, maxAttempts });
  return {
    endpoint,
    client,
    bugs,
    end: async () => {
      client.destroy();
      await endpoint.close();
    },
  };
};
