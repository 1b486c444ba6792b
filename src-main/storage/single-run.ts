/**
 * Single run: work in the background that runs once at a time; who asks while it does waits for that run.
 *
 * Invariants: the work looks at `isStopped` between its steps; stop() resolves when none runs any more.
 */
export class SingleRun {
  readonly #work: () => Promise<void>;
  #running: Promise<void> | null = null;
  #isStopped = false;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  run(): Promise<void> {
    this.#running ??= this.#work().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }
}
