/**
 * Connection: keeps a transport to the host open and heals it, with growing pauses, for as long as the page wants one.
 *
 * Invariants: at most one transport at a time; a call made while it is being healed waits a little, then fails as lost.
 */
import type { Transport } from './transport.ts';

export type ConnectionState = 'closed' | 'connecting' | 'open' | 'lost';

export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}

const FIRST_RETRY_MS = 400;
const LONGEST_RETRY_MS = 8000;
/** Long enough for a restart of the service; short enough that a button does not hang. */
const CALL_PATIENCE_MS = 5000;

export class Connection {
  readonly #openTransport: () => Transport;
  readonly #onSignedOut: () => void;
  readonly #listeners = new Set<(state: ConnectionState) => void>();
  #state: ConnectionState = 'closed';
  #transport: Transport | null = null;
  #retryMs = FIRST_RETRY_MS;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** `onSignedOut` is called when the host would not have us: somebody must sign in. */
  constructor(openTransport: () => Transport, onSignedOut: () => void) {
    this.#openTransport = openTransport;
    this.#onSignedOut = onSignedOut;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  open(): void {
    if (this.#state === 'closed') void this.#connect('connecting');
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const transport = this.#transport;
    this.#transport = null;
    this.#set('closed');
    transport?.close();
  }

  /** Tries now instead of at the end of the pause. */
  retryNow(): void {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    void this.#connect('lost');
  }

  /** The open transport, waiting for it a little. */
  async whenOpen(patienceMs = CALL_PATIENCE_MS): Promise<Transport> {
    if (this.#state !== 'open') await this.#waitFor('open', patienceMs);
    if (this.#transport === null || this.#state !== 'open') throw new ConnectionLostError();
    return this.#transport;
  }

  async #connect(state: ConnectionState): Promise<void> {
    this.#set(state);
    const transport = this.#openTransport();
    this.#transport = transport;
    const isOpen = await transport.opened.then(
      () => true,
      () => false,
    );
    if (this.#transport !== transport) return;
    if (isOpen) {
      this.#retryMs = FIRST_RETRY_MS;
      this.#set('open');
    }
    const { isSignedOut } = await transport.lost;
    if (this.#transport !== transport) return;
    this.#transport = null;
    // A refused upgrade looks to a browser like any failure: whether we are still welcome is asked elsewhere.
    if (isSignedOut || !isOpen) this.#onSignedOut();
    if (this.#state !== 'closed') this.#retryLater();
  }

  #retryLater(): void {
    this.#set('lost');
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#connect('lost');
    }, this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }

  #waitFor(wanted: ConnectionState, patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.onState((state) => {
        if (state === wanted) done();
      });
      const timer = setTimeout(() => done(), patienceMs);
      const done = (): void => {
        clearTimeout(timer);
        stop();
        resolve();
      };
    });
  }

  #set(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener(state);
  }
}
