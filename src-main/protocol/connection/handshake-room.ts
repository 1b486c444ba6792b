/**
 * HandshakeRoom: how many TLS handshakes may be under way at once, on all listeners together.
 *
 * Invariants: memory of half-open handshakes is bounded (each costs some 60 KiB); where there is no room, the handshake that has taken
 * longest gives its place: an honest client needs a moment, a hostile one as long as it can.
 */
import { MOST_HANDSHAKES } from './limits.ts';

export class HandshakeRoom {
  readonly #most: number;
  /** In the order in which they began. */
  readonly #running = new Set<() => void>();

  constructor(most = MOST_HANDSHAKES) {
    this.#most = most;
  }

  get size(): number {
    return this.#running.size;
  }

  /** Takes a place until the returned function is called; `end` is called where somebody else needs it. */
  enter(end: () => void): () => void {
    if (this.#running.size >= this.#most) this.#endOldest();
    const own = (): void => end();
    this.#running.add(own);
    return () => {
      this.#running.delete(own);
    };
  }

  #endOldest(): void {
    const [oldest] = this.#running;
    if (oldest === undefined) return;
    this.#running.delete(oldest);
    oldest();
  }
}
