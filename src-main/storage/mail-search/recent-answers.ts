/**
 * Recent answers of SORT and THREAD: web mail asks for the same order with each page that it shows.
 *
 * Invariants: an order depends on the messages alone, and what it asks of them never changes; so an answer counts for the same
 * messages of the same mailbox, whatever else has happened.
 */
import type { MailboxId } from '../../mail/mailstore/port.ts';

/** Orders of that many mailboxes, or of that many kinds. */
const MOST_KEPT = 16;
/** Messages in all of them: a few dozen MiB at most. */
const MOST_MESSAGES = 400_000;

interface KeptAnswer {
  readonly uids: Uint32Array;
  readonly answer: unknown;
}

export class RecentAnswers {
  /** The one that was used last is last. */
  readonly #kept = new Map<string, KeptAnswer>();

  /** `question` names what is asked of the mailbox; `ask` is called where the answer is not known. */
  async get<Answer>(
    { mailboxId, question, uids }: { mailboxId: MailboxId; question: string; uids: Uint32Array },
    ask: () => Promise<Answer>,
  ): Promise<Answer> {
    const key = `${mailboxId} ${question}`;
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    const answer = kept !== undefined && isSame(kept.uids, uids) ? (kept.answer as Answer) : await ask();
    if (uids.length <= MOST_MESSAGES) this.#kept.set(key, { uids, answer });
    this.#dropOldest();
    return answer;
  }

  #dropOldest(): void {
    let messages = 0;
    for (const { uids } of this.#kept.values()) messages += uids.length;
    for (const [key, { uids }] of this.#kept) {
      if (this.#kept.size <= MOST_KEPT && messages <= MOST_MESSAGES) return;
      messages -= uids.length;
      this.#kept.delete(key);
    }
  }
}

function isSame(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && Buffer.compare(octetsOf(a), octetsOf(b)) === 0;
}

function octetsOf(numbers: Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
