import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { ConsoleSettings } from '../../contracts/console';
import type { Graph } from '../../local/graph';
import { startHost } from '../../local/host';
import type { Host } from '../../local/host-types';
import type { InterceptedCall, Interceptor } from '../../local/interceptor';
import { CHECKOUT } from '../docs/shell-blocks';
import { graphWith } from '../flow/stack';
import { programGraph } from '../graphs';
import { openBrowser } from './browser';

const START = Date.parse('2026-11-02T09:00:00.000Z');
const proceeds: Interceptor = (_call, proceed) => proceed();

/** Whether a call puts an event, by either path. */
export const isPut = ({ service, operation }: InterceptedCall): boolean =>
  (service === 'kinesis' || service === 'firehose') && operation === 'PutRecord';

/** The dev stack with the members page on a manual clock, and a browser in front of it. */
export class ConsoleUnderTest {
  /** What the browser complained of: nothing may. */
  readonly complaints: string[] = [];
  #intercept: Interceptor = proceeds;
  #host: Host | undefined;
  #browser: Browser | undefined;
  readonly #dataDirectory = mkdtempSync(join(tmpdir(), 'lithify-console-'));

  /** @param configured the page as a stack configures it; otherwise as `lithify console` adds it */
  static async open(configured?: ConsoleSettings): Promise<ConsoleUnderTest> {
    const under = new ConsoleUnderTest();
    try {
      const graph: Graph =
        configured === undefined
          ? await programGraph('dev', 'with the page')
          : await graphWith((config) => (config['console'] = { ...configured }));
      under.#host = await startHost({
        stack: 'dev',
        projectDirectory: CHECKOUT,
        dataDirectory: under.#dataDirectory,
        port: 0,
        clock: 'manual',
        startMillis: START,
        graph,
        intercept: (call, proceed) => under.#intercept(call, proceed),
      });
      under.#browser = await openBrowser();
    } catch (thrown) {
      await under.close();
      throw thrown;
    }
    return under;
  }

  get host(): Host {
    return this.#host!;
  }

  get url(): string {
    return this.host.pages[0]!.url;
  }

  get token(): string {
    return this.host.pages[0]!.token!;
  }

  /** What befalls the calls of the host until the next time; nothing, without an argument. */
  intercept(interceptor: Interceptor = proceeds): void {
    this.#intercept = interceptor;
  }

  /** The services that got an event while `work` ran. */
  async puts(work: () => Promise<void>): Promise<readonly string[]> {
    const seen: string[] = [];
    this.intercept((call, proceed) => {
      if (isPut(call)) seen.push(call.service);
      return proceed();
    });
    await work();
    this.intercept();
    return seen;
  }

  /** A fresh tab, signed in as `lithify console` would have it. */
  async tab({ signedIn = true, width = 1_100 } = {}): Promise<Page> {
    const page = await this.blankTab({ width });
    await page.goto(signedIn ? `${this.url}/#token=${this.token}` : `${this.url}/`);
    if (signedIn) await page.locator('#list-state', { hasText: /member/ }).waitFor();
    return page;
  }

  /** A fresh tab that has been nowhere yet. */
  async blankTab({ width = 1_100 } = {}): Promise<Page> {
    const context = await this.#browser!.newContext({ viewport: { width, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    // The page's own retries wait for a jittered time: here, for none.
    await page.addInitScript('Math.random = () => 0');
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    return page;
  }

  /** Asks the API as the page would. */
  api(method: string, path: string, body?: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Lets what was logged arrive in the lake, and compacts it, the open day included. */
  async compact(): Promise<void> {
    await this.host.advance(5 * 60_000);
    const { executionArn } = (await this.host.call('states', 'StartExecution', {
      stateMachineArn: this.host.outputs['stateMachineArn'],
      input: JSON.stringify({ feed: 'members', force: true }),
    })) as { readonly executionArn: string };
    await this.host.advance(10_000);
    expect(await this.host.call('states', 'DescribeExecution', { executionArn })).toMatchObject({ status: 'SUCCEEDED' });
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    await this.#host?.close();
    rmSync(this.#dataDirectory, { recursive: true, force: true });
  }
}
