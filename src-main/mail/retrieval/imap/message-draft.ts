/**
 * Message draft: one message on its way into the content store, however many parts it comes in.
 *
 * Invariants: write() never throws: after a failure of ours it swallows what comes, since that must be read all the same.
 * Whoever does not finish() it must abort() it.
 */
import type { Completion } from '../../../protocol/imap/server/session.ts';
import type { ContentWriter } from '../../content/message-receiver.ts';
import type { StagedContent } from '../../content/port.ts';
import type { NewMessage } from '../../mailstore/port.ts';
import { refuse } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { MAX_APPEND_OCTETS } from './limits.ts';

/** A full disk, most often; the client keeps the message and tries again (RFC 5530 §3). */
export const NOT_STORED = refuse('The message could not be stored, try again later', 'UNAVAILABLE');

export class MessageDraft {
  readonly #session: ImapSession;
  readonly #writer: ContentWriter;
  #octets = 0;
  #hasNul = false;
  #hasFailed = false;

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

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  hasRoomFor(octets: number): boolean {
    return this.#octets + octets <= MAX_APPEND_OCTETS;
  }

  write(chunk: Uint8Array): void | Promise<void> {
    this.#octets += chunk.length;
    this.#hasNul ||= chunk.includes(0);
    if (this.#hasFailed) return;
    return this.#writer.write(chunk)?.catch((error: unknown) => this.#fail(error));
  }

  async finish(): Promise<StagedContent | Completion> {
    const content = await this.#writer.finish().catch((error: unknown) => this.#fail(error));
    return content ?? NOT_STORED;
  }

  async abort(): Promise<void> {
    await this.#writer.abort().catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#hasFailed = true;
    reportFailure(this.#session, error);
  }
}

export function reportFailure(session: ImapSession, error: unknown): null {
  const { sessionId } = session.transcript;
  session.options.logger.error('cannot store an appended message', { error, sessionId });
  return null;
}

/** Gives up what was received, since the command comes to nothing. */
export async function discardMessages(session: ImapSession, messages: readonly NewMessage[]): Promise<void> {
  for (const { content } of messages) await session.options.receiver.discard(content);
}
