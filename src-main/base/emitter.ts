/**
 * Emitter: tells listeners that something has happened. Events broadcast state; they do not drive control flow,
 * so a listener that throws is reported and the others still hear.
 */
export type Unsubscribe = () => void;
export type Subscribe<T> = (listener: (event: T) => void) => Unsubscribe;

export class Emitter<T> {
  readonly #listeners = new Set<(event: T) => void>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void = () => undefined) {
    this.#onError = onError;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  readonly subscribe: Subscribe<T> = (listener) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  emit(event: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
