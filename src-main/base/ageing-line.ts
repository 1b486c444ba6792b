/**
 * AgeingLine: two lines at one counter, where bulk gives way to the rest, but not for ever.
 *
 * Invariants: within a line the order is that of coming; bulk that has waited `patienceMs` longer than the head of the
 * other line goes first, so neither line starves the other.
 */
interface Waiting<T> {
  readonly item: T;
  readonly since: number;
}

export class AgeingLine<T> {
  readonly #patienceMs: number;
  readonly #ordinary = new Fifo<Waiting<T>>();
  readonly #bulk = new Fifo<Waiting<T>>();

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  get size(): number {
    return this.#ordinary.size + this.#bulk.size;
  }

  sizeOf(isBulk: boolean): number {
    return this.#line(isBulk).size;
  }

  /** `since`: when its wait began, in milliseconds since 1970 UTC. */
  push(item: T, { isBulk, since }: { isBulk: boolean; since: number }): void {
    this.#line(isBulk).push({ item, since });
  }

  /** Whose turn it is; `mayTakeBulk: false` passes bulk over. */
  take({ mayTakeBulk = true } = {}): T | undefined {
    const ordinary = this.#ordinary.head;
    const bulk = mayTakeBulk ? this.#bulk.head : undefined;
    const isBulkFirst =
      bulk !== undefined && (ordinary === undefined || bulk.since + this.#patienceMs < ordinary.since);
    return this.#line(isBulkFirst).shift()?.item;
  }

  /** Lets those go, from the head of each line, that wait no more. */
  dropHeads(waitsNoMore: (item: T) => boolean): void {
    for (const line of [this.#ordinary, this.#bulk]) {
      while (line.head !== undefined && waitsNoMore(line.head.item)) line.shift();
    }
  }

  #line(isBulk: boolean): Fifo<Waiting<T>> {
    return isBulk ? this.#bulk : this.#ordinary;
  }
}

/** First in, first out; cheaper than shifting a long array. */
class Fifo<T> {
  #items: T[] = [];
  #next = 0;

  get size(): number {
    return this.#items.length - this.#next;
  }

  get head(): T | undefined {
    return this.#items[this.#next];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#next];
    if (item !== undefined) this.#next++;
    if (this.#next === this.#items.length || this.#next > COMPACT_AFTER) {
      this.#items = this.#items.slice(this.#next);
      this.#next = 0;
    }
    return item;
  }
}

/** What was taken out is let go now and then, so that a line that never empties does not grow. */
const COMPACT_AFTER = 1000;
