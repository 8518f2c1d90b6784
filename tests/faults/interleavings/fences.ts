import { attemptPrefix, partitionOfPath, partitionValues } from '../../../contracts/lake';
import { expectationSchema, lockSchema } from '../../../workflows/documents';
import { runSchema } from '../../../workflows/run';
import type { Invocation, Release } from './gate';
import type { World } from './world';

const LOCK = 'locks/events.json';

/** What one invocation has seen last, of what its writes must be fenced by. */
interface Seen {
  /** The owner that the lock names. */
  lock: string | undefined;
  /** The location of each partition that it looked at; `nowhere` where it found none. */
  readonly partitions: Map<string, string>;
}

/** What the caller of a write knew when it made the call. */
interface Look {
  readonly lock: string | undefined;
  readonly location: string | undefined;
}

/**
 * Watches that nothing is written without its fence: who flips or deletes saw the lock in its run's hands just before, and who flips
 * saw the partition in the state that its attempt began from. What comes between that look and the write is the window that
 * nobody can close, and that the next run heals.
 */
export class Fences {
  readonly problems: string[] = [];
  readonly #seen = new Map<Invocation, Seen>();

  constructor(private readonly world: World) {}

  /** Called when a call is made: what its caller has seen by then. */
  made({ label, invocation }: Omit<Release, 'noted'>): Look {
    const { lock, partitions } = this.#seenBy(invocation);
    return { lock, location: partitions.get(label.split(' ')[1] ?? '') };
  }

  /** Called right before a call takes effect. */
  async before({ actor, label, invocation, noted }: Release): Promise<void> {
    if (invocation === undefined) return;
    const [operation = '', subject = ''] = label.split(' ');
    const seen = this.#seenBy(invocation);
    if (operation === 'GetObject' && subject === LOCK) seen.lock = await this.#owner();
    if (operation === 'GetPartition') seen.partitions.set(subject, await this.#locationOf(subject));
    const flips = operation === 'UpdatePartition' || operation === 'CreatePartition';
    if (!flips && operation !== 'DeleteObjects') return;
    const { run } = invocation.event as { run: unknown };
    const { executionArn } = runSchema.parse(run);
    const { lock, location } = noted as Look;
    if (lock !== executionArn) this.problems.push(`${actor}: ${label}, having seen the lock with ${lock ?? 'nobody'}`);
    if (!flips) return;
    const began = this.#beganFrom(invocation, subject);
    if (location !== began)
      this.problems.push(`${actor}: ${label}, having seen it at ${location ?? '(not looked)'}; its attempt began from ${began}`);
  }

  #seenBy(invocation: Invocation | undefined): Seen {
    const known = invocation === undefined ? undefined : this.#seen.get(invocation);
    const seen: Seen = known ?? { lock: undefined, partitions: new Map() };
    if (invocation !== undefined) this.#seen.set(invocation, seen);
    return seen;
  }

  async #owner(): Promise<string | undefined> {
    if ((await this.world.keys(LOCK)).length === 0) return undefined;
    const text = this.world.bytesOf(LOCK).toString('utf8');
    try {
      return lockSchema.parse(JSON.parse(text)).owner;
    } catch {
      return `nobody that could be read from ${text}`;
    }
  }

  async #locationOf(subject: string): Promise<string> {
    const found = (await this.world.partitions()).find(({ Values }) => Values.join('/') === subject);
    return found?.StorageDescriptor.Location ?? 'nowhere';
  }

  #beganFrom({ event }: Invocation, subject: string): string {
    const { run, batch, attempt } = event as { run: unknown; batch: string; attempt: string };
    const { table, run: id } = runSchema.parse(run);
    const key = `${attemptPrefix(table, id, batch, attempt)}expectation.json`;
    const { partitions } = expectationSchema.parse(JSON.parse(this.world.bytesOf(key).toString('utf8')));
    const expected = partitions.find(({ partition }) => partitionValues(partitionOfPath(partition)).join('/') === subject);
    return expected?.published?.location ?? 'nowhere';
  }
}
