import type { ConsoleSettings } from '../contracts/console';
import type { Graph } from './graph';
import type { Interceptor } from './interceptor';
import type { EngineChoice } from './stand-ins/athena/athena-stand-in';
import type { WarmEnvironments } from './stand-ins/function/warm-environments';
import type { Transition } from './stand-ins/state-machine/integrations';

/** How to start the embedded host. */
export interface HostOptions {
  /** The stack whose YAML configures the program: `dev`, `prod`. */
  readonly stack: string;
  /** The checkout: where Pulumi.yaml lies. */
  readonly projectDirectory: string;
  /** Where the lake and the host's memory live; created when missing. */
  readonly dataDirectory: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly clock: ClockKind;
  /** Where a manual clock starts in a fresh data directory, milliseconds since the epoch. */
  readonly startMillis?: number;
  /** The captured program, where the caller has it already. */
  readonly graph?: Graph;
  /** What runs Athena's statements. @default the embedded engine */
  readonly engine?: EngineChoice;
  /** The members page, for a stack whose YAML has none; ignored where the graph is given. */
  readonly console?: ConsoleSettings;
  /** Loopback port of the page. @default a free one */
  readonly pagePort?: number;
  /** Told of every state that an execution enters or leaves. */
  readonly onTransition?: (transition: Transition) => void;
  /** Stands between callers and services; for tests of what the pipeline makes of failing calls. */
  readonly intercept?: Interceptor;
  /** How many threads functions may have, and where they outlive the host; for tests that open many hosts on one port. */
  readonly functions?: { readonly environments?: number; readonly warm?: WarmEnvironments };
}

export type { EngineChoice };

export type ClockKind = 'wall' | 'manual';

/** A page of the stack, on a loopback port of its own. */
export interface Page {
  readonly name: string;
  /** `http://127.0.0.1:4570`. */
  readonly url: string;
  /** What its API takes as Authorization from the person at this machine; undefined where it asks for none. */
  readonly token: string | undefined;
}

/** A running embedded host. */
export interface Host {
  /** `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  readonly clock: ClockKind;
  readonly graph: Graph;
  /** The stack's outputs. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly pages: readonly Page[];
  /** Milliseconds since the epoch, on the host's clock. */
  now(): number;
  /** Lets virtual time pass. Throws a UsageError on the wall's clock. */
  advance(milliseconds: number): Promise<void>;
  /** How many data objects a query opened; AWS does not tell. */
  objectsOpened(queryExecutionId: string): number;
  /** Calls an operation of a JSON service inside the process, as the operator. Throws AwsError. */
  call(service: string, operation: string, input: Readonly<Record<string, unknown>>): Promise<object>;
  close(): Promise<void>;
}

/** What `GET /_lithify/host` answers. */
export interface HostDescription {
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  readonly stack: string;
  readonly clock: ClockKind;
  /** ISO 8601, on the host's clock. */
  readonly now: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}
