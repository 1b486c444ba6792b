/**
 * Message draft: one message on its way into the content store, however many parts it comes in.
 *
 * Invariants: write() never throws: after a failure of ours it swallows what comes, since that must be read all the same.
 * Whoever does not finish() it must abort() it.
 */
import { completionForTrouble } from '../../../protocol/imap/server/trouble.ts';
import type { Completion } from '../../../protocol/imap/server/session.ts';
import type { ContentWriter } from '../../content/message-receiver.ts';
import type { StagedContent } from '../../content/port.ts';
import type { NewMessage } from '../../mailstore/port.ts';
import { refuse } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { MAX_APPEND_OCTETS } from './limits.ts';

/** The client keeps the message and tries again (RFC 5530 §3). */
const NOT_STORED = refuse('The message could not be stored, try again later', 'UNAVAILABLE');

export class MessageDraft {
  readonly #session: ImapSession;
  readonly #writer: ContentWriter;
  #octets = 0;
  #hasNul = false;
  #failure: Completion | null = null;

  constructor(session: ImapSession) {
    this.#session = session;
    this.#writer = session.options.receiver.begin();
  }

  get octets(): number {
    return this.#octets;
  }

  get hasNul(): boolean {
    return this.#hasNul;
  }

  /** What to tell the client, once something of ours has failed. */
  get failure(): Completion | null {
    return this.#failure;
  }

  hasRoomFor(octets: number): boolean {
    return this.#octets + octets <= MAX_APPEND_OCTETS;
  }

  write(chunk: Uint8Array): void | Promise<void> {
    this.#octets += chunk.length;
    this.#hasNul ||= chunk.includes(0);
    if (this.#failure !== null) return;
    return this.#writer.write(chunk)?.catch((error: unknown) => void this.#fail(error));
  }

  async finish(): Promise<StagedContent | Completion> {
    return this.#writer.finish().catch((error: unknown) => this.#fail(error));
  }

  async abort(): Promise<void> {
    await this.#writer.abort().catch((error: unknown) => void this.#fail(error));
  }

  #fail(error: unknown): Completion {
    this.#failure ??= reportFailure(this.#session, error);
    return this.#failure;
  }
}

/** Logs it; answers what the client is told. */
export function reportFailure(session: ImapSession, error: unknown): Completion {
  const { sessionId } = session.transcript;
  session.options.logger.error('cannot store an appended message', { error, sessionId });
  return completionForTrouble(error) ?? NOT_STORED;
}

/** Gives up what was received, since the command comes to nothing. */
export async function discardMessages(session: ImapSession, messages: readonly NewMessage[]): Promise<void> {
  for (const { content } of messages) await session.options.receiver.discard(content);
}
