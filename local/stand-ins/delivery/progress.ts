import { existsSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Journal } from '../../journal';
import { type BufferState, ObjectBuffer } from './object-buffer';

type Entry =
  | { readonly kind: 'created'; readonly createdMillis: number; readonly positions: readonly number[] }
  | { readonly kind: 'opened'; readonly incarnation: number }
  | { readonly kind: 'checkpoint'; readonly positions: readonly number[] };

interface Snapshot {
  readonly incarnation: number;
  readonly positions: readonly number[];
  readonly buffers: readonly BufferState[];
}

const COMPACT_AFTER = 5000;

/**
 * How far a delivery stream has come, on disk. A checkpoint per shard is the oldest record that is not delivered: after a crash,
 * reading goes on there, and what was delivered beyond it is delivered again (Firehose too delivers at least once). A clean close
 * writes the buffers beside it, so that nothing is read twice.
 */
export class Progress {
  readonly createdMillis: number;
  /** Counts the openings; part of every object's name, so that no opening repeats a name of an earlier one. */
  readonly incarnation: number;
  /** Where to read on. */
  readonly positions: readonly number[];
  readonly buffers: readonly ObjectBuffer[];
  readonly #journal: Journal<Entry>;
  readonly #snapshotPath: string;
  #checkpoint: readonly number[];
  #lines: number;

  constructor(folder: string, gzip: boolean, nowMillis: number, latest: () => readonly number[]) {
    this.#journal = Journal.open<Entry>(join(folder, 'progress.ndjson'));
    this.#snapshotPath = join(folder, 'buffers.snapshot');
    const entries = this.#journal.entries;
    const created = entries.find((entry) => entry.kind === 'created') ?? {
      kind: 'created',
      createdMillis: nowMillis,
      positions: latest(),
    };
    const before = entries.findLast((entry) => entry.kind === 'opened')?.incarnation ?? 0;
    const checkpoint = entries.findLast((entry) => entry.kind === 'checkpoint')?.positions ?? created.positions;
    const restored = readSnapshot(this.#snapshotPath, before, gzip);
    this.createdMillis = created.createdMillis;
    this.incarnation = before + 1;
    this.#checkpoint = checkpoint;
    this.positions = restored?.positions ?? checkpoint;
    this.buffers = restored?.buffers ?? [];
    // From here on a snapshot of an earlier incarnation is stale, so a crash falls back to the checkpoint.
    this.#lines = 0;
    this.#compact();
    if (existsSync(this.#snapshotPath)) unlinkSync(this.#snapshotPath);
  }

  /** The oldest record of each shard that is not delivered. */
  checkpoint(positions: readonly number[]): void {
    if (positions.every((position, shard) => position === this.#checkpoint[shard])) return;
    this.#checkpoint = positions;
    this.#journal.append({ kind: 'checkpoint', positions });
    if (++this.#lines >= COMPACT_AFTER) this.#compact();
  }

  close(positions: readonly number[], buffers: readonly ObjectBuffer[]): void {
    const snapshot: Snapshot = { incarnation: this.incarnation, positions, buffers: buffers.map((buffer) => buffer.state()) };
    const head = Buffer.from(JSON.stringify(snapshot));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(head.length);
    writeFileSync(`${this.#snapshotPath}.new`, Buffer.concat([length, head, ...buffers.flatMap((buffer) => buffer.stored())]));
    renameSync(`${this.#snapshotPath}.new`, this.#snapshotPath);
    this.#journal.close();
  }

  #compact(): void {
    this.#lines = 0;
    this.#journal.compact([
      { kind: 'created', createdMillis: this.createdMillis, positions: this.#checkpoint },
      { kind: 'opened', incarnation: this.incarnation },
      { kind: 'checkpoint', positions: this.#checkpoint },
    ]);
  }
}

const readSnapshot = (
  path: string,
  incarnation: number,
  gzip: boolean,
): { readonly positions: readonly number[]; readonly buffers: readonly ObjectBuffer[] } | undefined => {
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  let offset = 4 + bytes.readUInt32BE(0);
  const snapshot = JSON.parse(bytes.toString('utf8', 4, offset)) as Snapshot;
  if (snapshot.incarnation !== incarnation) return undefined;
  const buffers = snapshot.buffers.map((state) => {
    const length = state.tailBytes + state.memberBytes.reduce((sum, member) => sum + member, 0);
    return ObjectBuffer.restore(state, bytes.subarray(offset, (offset += length)), gzip);
  });
  return { positions: snapshot.positions, buffers };
};
