/**
 * SessionPool: keeps sessions that have done their work for the next message to the same target.
 *
 * Flow: relay → take() → session → giveBack(). Invariants: a session is used by one message at a time; idle ones are
 * closed after SESSION_IDLE_MS, and few are kept; after close() everything that is given back is closed.
 */
import type { Cancel } from '../../../base/clock.ts';
import { ok, type Result } from '../../../base/result.ts';
import type { DeliveryObserver } from './delivery-observer.ts';
import { MAX_IDLE_SESSIONS, MAX_REMEMBERED_HOSTS, SESSION_IDLE_MS } from './limits.ts';
import { openSession, type OpenFailure, type SessionTarget, type SmtpClientOptions } from './open-session.ts';
import type { SmtpClientSession } from './session.ts';

interface IdleSession {
  readonly session: SmtpClientSession;
  readonly cancel: Cancel;
}

export class SessionPool {
  readonly #options: SmtpClientOptions;
  readonly #idle = new Map<string, IdleSession[]>();
  /** Keys of targets that offer BDAT and do not understand it. */
  readonly #brokenChunking = new Set<string>();
  #isClosed = false;

  constructor(options: SmtpClientOptions) {
    this.#options = options;
  }

  /** An idle session, or null. */
  takeIdle(target: SessionTarget): SmtpClientSession | null {
    for (const { session } of [...(this.#idle.get(keyOf(target)) ?? [])].reverse()) {
      this.#forget(session);
      if (session.isUsable) return session;
      void session.quit();
    }
    return null;
  }

  /** An idle session, or a new one. */
  async take(target: SessionTarget): Promise<Result<SmtpClientSession, OpenFailure>> {
    const idle = this.takeIdle(target);
    return idle === null ? this.open(target) : ok(idle);
  }

  open(target: SessionTarget, observer?: DeliveryObserver): Promise<Result<SmtpClientSession, OpenFailure>> {
    const avoidChunking = this.#brokenChunking.has(keyOf(target));
    return openSession(target, { ...this.#options, observer, avoidChunking });
  }

  giveBack(session: SmtpClientSession): void {
    const key = keyOf(session.target);
    if (session.hasBrokenChunking) this.#avoidChunking(key);
    const waiting = this.#idle.get(key) ?? [];
    if (this.#isClosed || !session.isUsable || waiting.length >= MAX_IDLE_SESSIONS)
      return void session.quit();
    const cancel = this.#options.clock.after(SESSION_IDLE_MS, () => {
      this.#forget(session);
      void session.quit();
    });
    this.#idle.set(key, [...waiting, { session, cancel }]);
  }

  /** Says goodbye on every idle session. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const idle = [...this.#idle.values()].flat();
    this.#idle.clear();
    for (const { cancel } of idle) cancel();
    await Promise.all(idle.map(({ session }) => session.quit()));
  }

  #avoidChunking(key: string): void {
    const [oldest] = this.#brokenChunking;
    if (oldest !== undefined && this.#brokenChunking.size >= MAX_REMEMBERED_HOSTS) {
      this.#brokenChunking.delete(oldest);
    }
    this.#brokenChunking.add(key);
  }

  #forget(session: SmtpClientSession): void {
    const key = keyOf(session.target);
    const waiting = this.#idle.get(key) ?? [];
    waiting.find((idle) => idle.session === session)?.cancel();
    const rest = waiting.filter((idle) => idle.session !== session);
    if (rest.length > 0) this.#idle.set(key, rest);
    else this.#idle.delete(key);
  }
}

/** Sessions of one key are the same to a message. */
function keyOf(target: SessionTarget): string {
  const { host, address, port, tls, mustVerify, tlsa, credentials, protocol } = target;
  const terms = [tls, mustVerify, tlsa?.records ?? null];
  return JSON.stringify([host, address, port, terms, credentials ?? null, protocol ?? null]);
}
