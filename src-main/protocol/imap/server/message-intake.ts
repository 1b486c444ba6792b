/**
 * Message intake: takes the messages of one APPEND or REPLACE off the wire, one after the other (RFC 9051 §6.3.12, RFC 3502).
 *
 * Flow: engine → handler asks for each message with receive(). Invariants: a literal is asked for only when the handler wants
 * it; what comes unasked all the same is skipped, so that the next command is read in its place.
 */
import type { LineChannel, ReadStop } from '../../connection/line-channel.ts';
import type { SessionTranscript } from '../../connection/session.ts';
import { parseAfterMessage } from '../grammar/append.ts';
import type { AppendMessage } from '../grammar/command.ts';
import { LITERAL_TIMEOUT_MS, MAX_LINE_OCTETS } from '../limits.ts';
import { GO_AHEAD, MAX_SKIPPED_OCTETS } from './command-reader.ts';
import type { IncomingMessages, MessageEnd } from './session.ts';

export class MessageIntake implements IncomingMessages {
  readonly #channel: LineChannel;
  readonly #transcript: SessionTranscript;
  /** Announced, its octets still to come. */
  #pending: AppendMessage | null;
  #stop: ReadStop | null = null;

  constructor(channel: LineChannel, transcript: SessionTranscript, first: AppendMessage) {
    this.#channel = channel;
    this.#transcript = transcript;
    this.#pending = first;
  }

  /** Why the input ended in the middle of a message, if it did. */
  get stop(): ReadStop | null {
    return this.#stop;
  }

  async receive(sink: (chunk: Uint8Array) => void | Promise<void>): Promise<MessageEnd> {
    const message = this.#pending;
    if (message === null) throw new Error('no message is to come');
    this.#pending = null;
    if (message.literal.isSynchronizing) this.#channel.write(GO_AHEAD);
    return this.#take(message, sink);
  }

  /** Skips what a handler did not want and comes all the same. False where it is too much for that. */
  async skipRest(): Promise<boolean> {
    while (this.#pending !== null && !this.#pending.literal.isSynchronizing) {
      const message = this.#pending;
      this.#pending = null;
      if (message.literal.octets > MAX_SKIPPED_OCTETS) return false;
      await this.#take(message, () => undefined);
    }
    return true;
  }

  async #take(
    message: AppendMessage,
    sink: (chunk: Uint8Array) => void | Promise<void>,
  ): Promise<MessageEnd> {
    const { octets } = message.literal;
    this.#stop = await this.#channel.readOctets(octets, LITERAL_TIMEOUT_MS, sink);
    if (this.#stop !== null) return 'broken';
    this.#transcript.content('client', octets);
    const rest = await this.#channel.readLine(MAX_LINE_OCTETS, LITERAL_TIMEOUT_MS);
    if (rest.kind !== 'line') {
      this.#stop = rest.kind === 'tooLong' ? 'end' : rest.kind;
      return 'broken';
    }
    const after = parseAfterMessage(rest.text, message);
    if (after === 'end') return 'last';
    if (after === 'wrong') return 'broken';
    this.#transcript.client(rest.text.trim());
    this.#pending = after;
    return after;
  }
}
