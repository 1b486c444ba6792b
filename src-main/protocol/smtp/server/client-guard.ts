/**
 * ClientGuard: how much a stranger may do, over all of its sessions.
 *
 * Flow: connection, MAIL, RCPT, every 5yz → here → a refusal for now, or nothing. Invariants: this machine, exempt networks and
 * whoever has signed in are never bound; memory is bounded (RateLimiter); a refusal is always 4yz: the rate will fall again.
 */
import type { Clock } from '../../../base/clock.ts';
import { RateLimiter } from '../../connection/rate-limiter.ts';
import { FIRST_TARPIT_MS, FREE_ERRORS, LONGEST_TARPIT_MS } from './limits.ts';
import type { StrangerLimits } from './limits.ts';
import { smtpReply } from './reply.ts';
import type { SmtpReply } from './reply.ts';

export interface ClientGuardOptions {
  /** Asked each time, so that a change counts at once. */
  readonly limits: () => StrangerLimits;
  /** Whom the limits do not bind: this machine, and what the settings name. */
  readonly isExempt: (address: string) => boolean;
  readonly clock: Clock;
}

const HOUR = 3_600_000;

const REFUSALS = {
  tooManyErrors: smtpReply(421, '4.7.0', 'Too many errors from your address, try again later'),
  tooManyMessages: smtpReply(450, '4.7.1', 'Too many messages from your address, try again later'),
  tooManyRecipients: smtpReply(450, '4.7.1', 'Too many recipients from your address, try again later'),
} as const;

export class ClientGuard {
  readonly #options: ClientGuardOptions;
  readonly #messages: RateLimiter;
  readonly #recipients: RateLimiter;
  readonly #errors: RateLimiter;

  constructor(options: ClientGuardOptions) {
    const { clock, limits } = options;
    const limiter = (perPeriod: () => number) => new RateLimiter({ clock, perPeriod, periodMs: HOUR });
    this.#options = options;
    this.#messages = limiter(() => limits().messagesPerHour);
    this.#recipients = limiter(() => limits().recipientsPerHour);
    this.#errors = limiter(() => limits().errorsPerHour);
  }

  isExempt(address: string): boolean {
    return this.#options.isExempt(address);
  }

  /** Each answers why the client may not go on now, or null. */
  checkConnection(address: string): SmtpReply | null {
    return this.#errors.isSpent(address) ? REFUSALS.tooManyErrors : null;
  }

  checkMessage(address: string): SmtpReply | null {
    return this.#messages.take(address) ? null : REFUSALS.tooManyMessages;
  }

  checkRecipient(address: string): SmtpReply | null {
    return this.#recipients.take(address) ? null : REFUSALS.tooManyRecipients;
  }

  countError(address: string): void {
    this.#errors.take(address);
  }
}

/** How long the reply to a stranger's n-th error of a session is held back. */
export function tarpitDelayMs(errors: number): number {
  if (errors <= FREE_ERRORS) return 0;
  return Math.min(LONGEST_TARPIT_MS, FIRST_TARPIT_MS * 2 ** (errors - FREE_ERRORS - 1));
}
