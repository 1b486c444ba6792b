/** Transfer log: counts what an import or export has done, tells of it now and then, and ends it with a reason. */
import type { Clock } from '../../base/clock.ts';
import { MOST_PROBLEMS, PROGRESS_INTERVAL_MS } from './limits.ts';
import type { TransferEnd, TransferProblem, TransferProgress, TransferReport } from './port.ts';

/** Ends a transfer before its end. */
export class TransferStop extends Error {
  override name = 'TransferStop' as const;
  readonly end: TransferEnd;

  constructor(end: TransferEnd) {
    super(end.kind);
    this.end = end;
  }
}

/** Runs a transfer; how it ended. */
export async function endOf(run: () => Promise<void>): Promise<TransferEnd> {
  try {
    await run();
    return { kind: 'done' };
  } catch (error) {
    if (error instanceof TransferStop) return error.end;
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

export class TransferLog {
  readonly #clock: Clock;
  readonly #onProgress: (progress: TransferProgress) => void;
  readonly #problems: TransferProblem[] = [];
  #progress: TransferProgress;
  #toldAt = 0;

  constructor(options: {
    clock: Clock;
    onProgress: (progress: TransferProgress) => void;
    totalMessages: number | null;
    totalOctets: number | null;
  }) {
    const { totalMessages, totalOctets } = options;
    this.#clock = options.clock;
    this.#onProgress = options.onProgress;
    const counts = { messages: 0, skipped: 0, failed: 0, octets: 0 };
    this.#progress = { mailbox: '', ...counts, totalMessages, totalOctets };
  }

  entered(mailbox: string): void {
    this.#note({ mailbox });
  }

  moved(messages: number, octets = 0): void {
    const { messages: before, octets: octetsBefore } = this.#progress;
    this.#note({ messages: before + messages, octets: octetsBefore + octets });
  }

  skipped(): void {
    this.#note({ skipped: this.#progress.skipped + 1 });
  }

  failed(problem: TransferProblem): void {
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(problem);
    this.#note({ failed: this.#progress.failed + 1 });
  }

  reached(octets: number): void {
    this.#note({ octets });
  }

  report(end: TransferEnd): TransferReport {
    this.#onProgress(this.#progress);
    return { end, progress: this.#progress, problems: this.#problems };
  }

  #note(change: Partial<TransferProgress>): void {
    this.#progress = { ...this.#progress, ...change };
    const now = this.#clock.now();
    if (now - this.#toldAt < PROGRESS_INTERVAL_MS) return;
    this.#toldAt = now;
    this.#onProgress(this.#progress);
  }
}
