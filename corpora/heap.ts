/** A binary heap: the least item first. */
export class Heap<T> {
  readonly #items: T[] = [];

  constructor(private readonly before: (left: T, right: T) => boolean) {}

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    let index = items.push(item) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.before(items[index]!, items[parent]!)) return;
      [items[index], items[parent]] = [items[parent]!, items[index]!];
      index = parent;
    }
  }

  pop(): T | undefined {
    const items = this.#items;
    const least = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return least;
    items[0] = last;
    for (let index = 0; ;) {
      const left = 2 * index + 1;
      let next = index;
      if (left < items.length && this.before(items[left]!, items[next]!)) next = left;
      if (left + 1 < items.length && this.before(items[left + 1]!, items[next]!)) next = left + 1;
      if (next === index) return least;
      [items[index], items[next]] = [items[next]!, items[index]!];
      index = next;
    }
  }
}
