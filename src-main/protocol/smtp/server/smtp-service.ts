/**
 * The SMTP service: greets accepted connections, and ends them when the host stops.
 *
 * Flow: listener → serve() → SmtpConnection → policy. Invariants: one connection's failure does not reach another; once the
 * service closes, whoever still comes gets a 421.
 */
import { SMTPServer } from 'smtp-server';
import type { Clock } from '../../../base/clock.ts';
import type { Subscribe } from '../../../base/emitter.ts';
import type { Logger } from '../../../base/logger.ts';
import type { AcceptedConnection } from '../../connection/accepted-connection.ts';
import type { MailService } from '../../connection/mail-service.ts';
import type { MailProtocol, TranscriptRecorder } from '../../connection/session.ts';
import type { ClientGuard } from './client-guard.ts';
import { SmtpConnection } from './connection.ts';
import { CLOSE_GRACE_MS, DEFAULT_SMTP_LIMITS } from './limits.ts';
import type { SmtpLimits } from './limits.ts';
import type { SmtpIdentity, SmtpPolicy } from './policy.ts';
import { smtpReply } from './reply.ts';
import type { SmtpReply } from './reply.ts';

export interface SmtpServiceOptions {
  readonly protocol: Extract<MailProtocol, 'smtp' | 'submission'>;
  readonly policy: SmtpPolicy;
  /** The name this server gives itself. */
  readonly hostname: () => string;
  readonly transcripts: TranscriptRecorder;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<SmtpLimits>;
  /** What binds strangers; absent: nothing does. */
  readonly guard?: ClientGuard;
  /** Something that let people in to an account does not any more: its sessions end. */
  readonly onRevoke?: Subscribe<SmtpIdentity['id']>;
  /** Who may say XCLIENT; absent: nobody. */
  readonly maySayXclient?: (address: string) => boolean;
}

export function createSmtpService(options: SmtpServiceOptions): MailService {
  return new SmtpService(options);
}

class SmtpService implements MailService {
  readonly #options: SmtpServiceOptions;
  readonly #limits: SmtpLimits;
  readonly #connections = new Set<SmtpConnection>();
  /** Never listens: the library's connections look up their options in one. */
  readonly #library = new SMTPServer({ logger: false, secured: true, disableReverseLookup: true });
  #farewell: SmtpReply | undefined;

  constructor(options: SmtpServiceOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_SMTP_LIMITS, ...options.limits };
    options.onRevoke?.((account) => this.#endSessionsOf(account));
  }

  get sessionCount(): number {
    return this.#connections.size;
  }

  readonly serve = async (accepted: AcceptedConnection): Promise<void> => {
    const connection = new SmtpConnection(this.#library, {
      accepted,
      clock: this.#options.clock,
      context: this.#createContext(accepted),
      ...(this.#farewell === undefined ? {} : { refusal: this.#farewell }),
    });
    this.#connections.add(connection);
    try {
      connection.init();
      await connection.whenOver;
    } finally {
      this.#connections.delete(connection);
    }
  };

  async closeAll(reason: string): Promise<void> {
    this.#farewell = smtpReply(421, '4.3.2', reason);
    const open = [...this.#connections];
    for (const connection of open) connection.shutDown(this.#farewell);
    const cancel = this.#options.clock.after(CLOSE_GRACE_MS, () => {
      for (const connection of open) connection.destroy();
    });
    await Promise.all(open.map((connection) => connection.whenOver));
    cancel();
  }

  /** Who still has something that lets them in comes back at once. */
  #endSessionsOf(account: SmtpIdentity['id']): void {
    const farewell = smtpReply(421, '4.7.0', 'Sign in again: a password was changed or taken back');
    for (const connection of this.#connections) {
      if (connection.identity?.id === account) connection.shutDown(farewell);
    }
  }

  #createContext(accepted: AcceptedConnection) {
    const { policy, hostname, transcripts, logger, protocol, guard, maySayXclient } = this.#options;
    const { remoteAddress, remotePort, localAddress, localPort } = accepted;
    const start = { remoteAddress, remotePort, localAddress, localPort };
    const transcript = transcripts.open({ protocol, direction: 'in', ...start });
    return {
      policy,
      hostname,
      logger,
      transcript,
      limits: this.#limits,
      ...(guard !== undefined && { guard }),
      ...(maySayXclient !== undefined && { maySayXclient }),
    };
  }
}
