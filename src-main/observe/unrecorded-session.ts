/** A session of which nothing is recorded: it has an id, and ends once. */
import type { SessionTranscript } from '../protocol/connection/session.ts';

export class UnrecordedSession implements SessionTranscript {
  readonly sessionId: string;
  readonly #onClose: () => void;
  #isClosed = false;

  constructor(sessionId: string, onClose: () => void) {
    this.sessionId = sessionId;
    this.#onClose = onClose;
  }

  client(): void {}
  server(): void {}
  content(): void {}
  note(): void {}
  phase(): void {}
  update(): void {}

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose();
  }
}
