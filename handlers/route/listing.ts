import { markedSource, markerPrefix } from '../../contracts/lake';
import { inMarkerOrder, unrouted } from '../../workflows/novelty';
import type { LakeObjects, ListedObject } from '../aws/objects';

/** What lies below a prefix behind a key, joined with the markers of what is routed already: as much of it as one round may list. */
export class LateListing {
  #entries = 0;
  #first: string | undefined;
  #end: string | undefined;

  constructor(
    private readonly objects: LakeObjects,
    private readonly table: string,
    private readonly prefix: string,
    private readonly after: string,
    private readonly mostEntries: number,
  ) {}

  /** The key up to which all was listed, where the bound ended the listing; the objects that lie before it have all been given out then. */
  get end(): string | undefined {
    return this.#end;
  }

  /** What no marker knows, in the order of the markers. To be read once. */
  unrouted(): AsyncGenerator<ListedObject> {
    return unrouted(this.#noted(inMarkerOrder(this.#listed())), this.#markers());
  }

  /** Ended here, where keys come in their own order, so that none that is held back for that of the markers is passed over. */
  async *#listed(): AsyncGenerator<ListedObject> {
    for await (const object of this.objects.list(this.prefix, this.after === '' ? {} : { startAfter: this.after })) {
      this.#entries++;
      yield object;
      if (this.#entries < this.mostEntries) continue;
      this.#end = object.key;
      return;
    }
  }

  async *#noted(sources: AsyncIterable<ListedObject>): AsyncGenerator<ListedObject> {
    for await (const source of sources) {
      this.#first ??= source.key;
      yield source;
    }
  }

  /** Asked for behind the first source alone: markers outlive their sources, and those of years may lie before it. */
  async *#markers(): AsyncGenerator<{ readonly key: string; readonly etag: string }> {
    const root = markerPrefix(this.table);
    for await (const { key } of this.objects.list(`${root}${this.prefix}`, {
      startAfter: `${root}${this.#first ?? this.after}`,
    })) {
      this.#entries++;
      const source = markedSource(this.table, key);
      if (source !== undefined) yield source;
    }
  }
}
