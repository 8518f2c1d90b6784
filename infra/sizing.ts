import type { FunctionName } from '../contracts/environments';

export interface Size {
  /** Lambda gives one whole vCPU at 1,769 MB. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
  readonly memoryMegabytes: number;
  /** At most 900. */
  readonly timeoutSeconds: number;
}

const LONGEST_SECONDS = 900;
const ONE_CPU_MEGABYTES = 1_769;
/** Firehose waits no longer for a transform. https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html */
export const LONGEST_TRANSFORM_SECONDS = 300;

/** Memory and time of each function, on purpose. */
export const SIZES: Readonly<Record<FunctionName, Size>> = {
  // One buffer of at most 2 MiB, in memory several times over; a whole buffer takes well under a second.
  transform: { memoryMegabytes: 512, timeoutSeconds: 60 },
  validate: { memoryMegabytes: 256, timeoutSeconds: 10 },
  // One small object and one look at an execution.
  lock: { memoryMegabytes: 256, timeoutSeconds: 30 },
  // Reads and splits late objects one after another; bounded by `ROUND` and `INVOCATION_BYTES`, 64 MiB of text at a time.
  route: { memoryMegabytes: ONE_CPU_MEGABYTES, timeoutSeconds: LONGEST_SECONDS },
  // Lists objects and merges ledgers as streams; bounded by `planEntries`.
  plan: { memoryMegabytes: ONE_CPU_MEGABYTES, timeoutSeconds: LONGEST_SECONDS },
  // Divides up to 240,000 sources into lists for gathering: bound by the processor, one list in memory.
  attempt: { memoryMegabytes: ONE_CPU_MEGABYTES, timeoutSeconds: 300 },
  // Inflates and checks thousands of objects: bound by the processor, and by `gatherBytes`, `gatherObjects` and `INVOCATION_BYTES`.
  gather: { memoryMegabytes: ONE_CPU_MEGABYTES, timeoutSeconds: LONGEST_SECONDS },
  // Adds up what was gathered of up to 240,000 sources, and the ledgers that they come to.
  statements: { memoryMegabytes: ONE_CPU_MEGABYTES, timeoutSeconds: 300 },
  verify: { memoryMegabytes: 512, timeoutSeconds: 300 },
  // Writes ledgers of up to a hundred partitions and flips them. Short, since the next owner of the lock waits it out.
  publish: { memoryMegabytes: ONE_CPU_MEGABYTES, timeoutSeconds: 300 },
  sweep: { memoryMegabytes: ONE_CPU_MEGABYTES, timeoutSeconds: LONGEST_SECONDS },
  report: { memoryMegabytes: ONE_CPU_MEGABYTES, timeoutSeconds: 300 },
  unlock: { memoryMegabytes: 256, timeoutSeconds: 30 },
};

/** The functions that write or delete what readers see: a new owner of the lock waits the longest of them out. */
const WRITERS: readonly FunctionName[] = ['publish', 'sweep'];
export const longestWriteSeconds = Math.max(...WRITERS.map((name) => SIZES[name].timeoutSeconds));
