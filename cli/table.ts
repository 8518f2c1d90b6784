import type { Command } from './command';

export interface TableEntry {
  readonly summary: string;
  /** Loaded when it is asked for: the help of all commands must not load the program, an engine and a dozen clients. */
  readonly load: () => Promise<Command>;
}

/** Every command, in the order in which a newcomer meets them. */
export const COMMANDS: Readonly<Record<string, TableEntry>> = {
  demo: {
    summary: 'play a day of events through the whole pipeline, compact it by its schedule, and audit the result',
    load: async () => (await import('./demo/command')).demoCommand,
  },
  local: {
    summary: 'run the embedded host in the foreground',
    load: async () => (await import('./commands/local')).localCommand,
  },
  advance: {
    summary: "let time pass on a host with a clock that is set by hand",
    load: async () => (await import('./commands/advance')).advanceCommand,
  },
  produce: {
    summary: 'put generated records on the stream of a feed',
    load: async () => (await import('./commands/produce')).produceCommand,
  },
  compact: {
    summary: 'start a compaction, or plan one without doing it',
    load: async () => (await import('./commands/compact')).compactCommand,
  },
  query: {
    summary: 'ask the lake in SQL; print the rows or write them to a file',
    load: async () => (await import('./commands/query')).queryCommand,
  },
  status: {
    summary: 'show partitions, files not yet compacted, last runs, lock and schedule',
    load: async () => (await import('./commands/status')).statusCommand,
  },
  verify: {
    summary: 'audit that nothing is lost, doubled or misfiled',
    load: async () => (await import('./commands/verify')).verifyCommand,
  },
};
