/**
 * Tap: copies one range of a stream of octets as the stream passes, and nothing else of it.
 *
 * Flow: the indexer opens it at a header section or a text and closes it where that ends, maybe some chunks later.
 * Invariants: holds at most the limit given at start; a range within one chunk is not copied.
 */
export class Tap {
  #isOpen = false;
  #start = 0;
  #limit = 0;
  #kept: Uint8Array[] = [];
  #keptLength = 0;
  #chunk: Uint8Array | null = null;
  #chunkOffset = 0;

  /** Begins to keep octets from `offset` on, which lies in the current chunk or at its end. */
  start(offset: number, limit: number): void {
    this.#isOpen = true;
    this.#start = offset;
    this.#limit = limit;
    this.#kept = [];
    this.#keptLength = 0;
  }

  /** Gives a just opened tap the beginning of its range that passed in an earlier chunk. */
  prepend(bytes: Uint8Array, offset: number): void {
    if (!this.#isOpen || offset !== this.#start || offset >= this.#chunkOffset) return;
    const missing = this.#chunkOffset - offset;
    this.#kept.push(bytes.slice(0, missing));
    this.#keptLength = Math.min(bytes.length, missing);
  }

  /** Of a very long line only the beginning may still be known: the range ends there, however the message was cut. */
  limitTo(octets: number): void {
    this.#limit = Math.min(this.#limit, octets);
  }

  /** A chunk arrives that lies at `offset`. */
  enter(chunk: Uint8Array, offset: number): void {
    this.#chunk = chunk;
    this.#chunkOffset = offset;
  }

  /** The chunk is about to be reused by its owner: keep a copy of what is needed. */
  leave(): void {
    const chunk = this.#chunk;
    this.#chunk = null;
    if (!this.#isOpen || chunk === null) return;
    const part = this.#wanted(chunk, this.#chunkOffset + chunk.length);
    if (part.length > 0) this.#kept.push(part.slice());
    this.#keptLength += part.length;
  }

  /** The octets kept, up to `end`, which may lie before what was seen already; they stay valid during this write only. */
  stop(end: number): Uint8Array {
    this.#isOpen = false;
    const wanted = Math.max(0, Math.min(end - this.#start, this.#limit));
    if (this.#chunk !== null) {
      const part = this.#wanted(this.#chunk, end);
      if (this.#keptLength === 0) return part.subarray(0, wanted);
      this.#kept.push(part);
    }
    return join(this.#kept, wanted);
  }

  /** What `chunk` has of the range that is not kept yet, before `end`. */
  #wanted(chunk: Uint8Array, end: number): Uint8Array {
    const from = this.#start + this.#keptLength - this.#chunkOffset;
    const to = Math.min(end, this.#start + this.#limit) - this.#chunkOffset;
    return to > from ? chunk.subarray(Math.max(0, from), Math.max(0, to)) : chunk.subarray(0, 0);
  }
}

function join(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const joined = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    const fitting = piece.subarray(0, length - at);
    joined.set(fitting, at);
    at += fitting.length;
  }
  return joined.subarray(0, at);
}
