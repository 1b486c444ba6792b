/**
 * Live updates: tells a client of changes as they happen, one telling at a time; changes that come meanwhile are joined into
 * one more, so a slow client costs no memory.
 */
export class LiveUpdates {
  readonly #tell: () => Promise<void>;
  #running: Promise<void> | null = null;
  #isPoked = false;
  #isStopped = false;
  #failure: Error | null = null;

  constructor(tell: () => Promise<void>) {
    this.#tell = tell;
  }

  /** Something has changed. */
  poke(): void {
    this.#isPoked = true;
    this.#running ??= this.#run();
  }

  /** Waits for the telling that is under way; a failure of one comes out here. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    if (this.#failure !== null) throw this.#failure;
  }

  async #run(): Promise<void> {
    try {
      while (this.#isPoked && !this.#isStopped) {
        // What one commit has changed is heard in one turn, and told together.
        await Promise.resolve();
        this.#isPoked = false;
        await this.#tell();
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#running = null;
    }
  }
}
