/**
 * Session group: the open sessions of one service, so that they can be told to end.
 *
 * Invariants: serve() never rejects; after closeAll() no session is open and new ones are turned away.
 */
import type { Clock } from '../../base/clock.ts';
import type { AcceptedConnection } from '../../protocol/connection/accepted-connection.ts';
import type { MailService } from '../../protocol/connection/mail-service.ts';
import { CLOSE_GRACE_MS } from './limits.ts';

/** One connection's engine. */
export interface RunningSession {
  /** Serves until the connection is over; never rejects. */
  run(): Promise<void>;
  /** Ends it politely once the command that is running is done. */
  interrupt(reason: string): void;
  destroy(): void;
}

export class SessionGroup implements MailService {
  readonly #clock: Clock;
  readonly #open: (connection: AcceptedConnection) => RunningSession;
  readonly #running = new Map<RunningSession, Promise<void>>();
  #closeReason: string | null = null;

  constructor(clock: Clock, open: (connection: AcceptedConnection) => RunningSession) {
    this.#clock = clock;
    this.#open = open;
  }

  get sessionCount(): number {
    return this.#running.size;
  }

  readonly serve = async (connection: AcceptedConnection): Promise<void> => {
    const session = this.#open(connection);
    const running = session.run();
    this.#running.set(session, running);
    if (this.#closeReason !== null) session.interrupt(this.#closeReason);
    try {
      await running;
    } finally {
      this.#running.delete(session);
    }
  };

  async closeAll(reason: string): Promise<void> {
    this.#closeReason = reason;
    for (const session of this.#running.keys()) session.interrupt(reason);
    const cancel = this.#clock.after(CLOSE_GRACE_MS, () => {
      for (const session of this.#running.keys()) session.destroy();
    });
    await Promise.allSettled(this.#running.values());
    cancel();
  }
}
