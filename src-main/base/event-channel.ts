/** EventChannel: what one side pushes, the other reads in order, at its own pace. For streams that end by themselves. */
export class EventChannel<T> implements AsyncIterable<T> {
  readonly #waiting: T[] = [];
  #isEnded = false;
  #error: Error | undefined;
  #wake: () => void = () => undefined;

  push(event: T): void {
    this.#waiting.push(event);
    this.#wake();
  }

  /** What was pushed is still read; then the reader's loop ends, or throws the error. */
  end(error?: unknown): void {
    this.#isEnded = true;
    if (error !== undefined) this.#error = error instanceof Error ? error : new Error(String(error));
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      const event = this.#waiting.shift();
      if (event !== undefined) yield event;
      else if (this.#isEnded) break;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#error !== undefined) throw this.#error;
  }
}
