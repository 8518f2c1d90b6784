import { createRequire } from 'node:module';
import type { Command } from './command';

export interface TableEntry {
  readonly summary: string;
  /** Loads the command when it is asked for: the help of all must not load the program, an engine and a dozen clients. */
  readonly load: () => Command;
}

/** A `require` rather than `import()`: what compiles these files on the fly leaves `import()` to Node, which cannot read them. */
const lazily = createRequire(__filename);

/** Every command, in the order in which a newcomer meets them. */
export const COMMANDS = {
  demo: {
    summary: 'play a day of events through the whole pipeline, compact it by its schedule, and audit the result',
    load: (): Command => (lazily('./demo/command') as typeof import('./demo/command')).demoCommand,
  },
  local: {
    summary: 'run the embedded host in the foreground',
    load: (): Command => (lazily('./commands/local') as typeof import('./commands/local')).localCommand,
  },
  console: {
    summary: 'run the embedded host with the members page, for a browser',
    load: (): Command => (lazily('./commands/console') as typeof import('./commands/console')).consoleCommand,
  },
  advance: {
    summary: 'let time pass on a host with a clock that is set by hand',
    load: (): Command => (lazily('./commands/advance') as typeof import('./commands/advance')).advanceCommand,
  },
  produce: {
    summary: 'put generated records on the stream of a feed',
    load: (): Command => (lazily('./commands/produce') as typeof import('./commands/produce')).produceCommand,
  },
  compact: {
    summary: 'start a compaction, or plan one without doing it',
    load: (): Command => (lazily('./commands/compact') as typeof import('./commands/compact')).compactCommand,
  },
  query: {
    summary: 'ask the lake in SQL; print the rows or write them to a file',
    load: (): Command => (lazily('./commands/query') as typeof import('./commands/query')).queryCommand,
  },
  status: {
    summary: 'show partitions, files not yet compacted, last runs, lock and schedule',
    load: (): Command => (lazily('./commands/status') as typeof import('./commands/status')).statusCommand,
  },
  runs: {
    summary: 'list the runs of a feed, or show what one of them did',
    load: (): Command => (lazily('./commands/runs') as typeof import('./commands/runs')).runsCommand,
  },
  rollback: {
    summary: 'undo what a run published, partition by partition',
    load: (): Command => (lazily('./commands/rollback') as typeof import('./commands/rollback')).rollbackCommand,
  },
  verify: {
    summary: 'audit that nothing is lost, doubled or misfiled',
    load: (): Command => (lazily('./commands/verify') as typeof import('./commands/verify')).verifyCommand,
  },
} as const satisfies Readonly<Record<string, TableEntry>>;
