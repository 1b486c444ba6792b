/**
 * Session group: the open sessions of one service, so that they can be told to end: all of them when the server stops, and
 * those of an account that was switched off or removed.
 *
 * Invariants: serve() never rejects; after closeAll() no session is open and new ones are turned away.
 */
import type { Clock } from '../base/clock.ts';
import type { Subscribe } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { AccountId, Directory } from '../directory/port.ts';
import type { AcceptedConnection } from '../protocol/connection/accepted-connection.ts';
import type { MailService } from '../protocol/connection/mail-service.ts';

/** How long sessions may finish the command that is running, when the server stops. */
const CLOSE_GRACE_MS = 8_000;

/** One connection's engine. */
export interface RunningSession {
  /** Serves until the connection is over; never rejects. */
  run(): Promise<void>;
  /** Ends it politely once the command that is running is done. */
  interrupt(reason: string): void;
  destroy(): void;
  /** The account that is signed in now, or null. */
  accountId(): AccountId | null;
}

export interface SessionGroupOptions {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly logger: Logger;
  /** Something that let people in to the account does not any more. */
  readonly onRevoke?: Subscribe<AccountId>;
  readonly open: (connection: AcceptedConnection) => RunningSession;
}

export class SessionGroup implements MailService {
  readonly #options: SessionGroupOptions;
  readonly #running = new Map<RunningSession, Promise<void>>();
  #closeReason: string | null = null;

  constructor(options: SessionGroupOptions) {
    this.#options = options;
    options.directory.onChange(() => {
      this.#endDisabled().catch((error: unknown) => options.logger.error('cannot end sessions', { error }));
    });
    options.onRevoke?.((account) => this.#endSessionsOf(account));
  }

  /** Who still has something that lets them in comes back at once. */
  #endSessionsOf(account: AccountId): void {
    for (const session of this.#running.keys()) {
      if (session.accountId() === account)
        session.interrupt('Sign in again: a password was changed or taken back');
    }
  }

  get sessionCount(): number {
    return this.#running.size;
  }

  readonly serve = async (connection: AcceptedConnection): Promise<void> => {
    const session = this.#options.open(connection);
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
    const cancel = this.#options.clock.after(CLOSE_GRACE_MS, () => {
      for (const session of this.#running.keys()) session.destroy();
    });
    await Promise.allSettled(this.#running.values());
    cancel();
  }

  async #endDisabled(): Promise<void> {
    for (const session of this.#running.keys()) {
      const id = session.accountId();
      if (id === null) continue;
      const account = await this.#options.directory.getAccount(id);
      if (account?.isEnabled !== true) session.interrupt('This account was switched off');
    }
  }
}
