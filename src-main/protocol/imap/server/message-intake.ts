/**
 * Message intake: takes the messages of one APPEND or REPLACE off the wire, one after the other (RFC 9051 §6.3.12,
 * RFC 3502), part by part (RFC 4469).
 *
 * Flow: engine → handler asks for each message with receive(). Invariants: a literal is asked for only when the handler wants
 * it; what comes unasked all the same is skipped, so that the next command is read in its place.
 */
import type { LineChannel, ReadStop } from '../../connection/line-channel.ts';
import type { SessionTranscript } from '../../connection/session.ts';
import { findPending, parseAfterOctets } from '../grammar/append.ts';
import type { AfterOctets } from '../grammar/append.ts';
import type { TextPart } from '../grammar/command.ts';
import { readLiteralAnnouncement } from '../grammar/cursor.ts';
import {
  LITERAL_TIMEOUT_MS,
  MAX_COMMAND_LITERALS,
  MAX_COMMAND_LITERAL_OCTETS,
  MAX_LINE_OCTETS,
} from '../limits.ts';
import { GO_AHEAD, MAX_SKIPPED_OCTETS, gatherOctets } from './command-reader.ts';
import type { IncomingMessages } from './session.ts';

export class MessageIntake implements IncomingMessages {
  readonly #channel: LineChannel;
  readonly #transcript: SessionTranscript;
  /** Announced, its octets still to come. */
  #pending: TextPart | null;
  #stop: ReadStop | null = null;

  constructor(channel: LineChannel, transcript: SessionTranscript, pending: TextPart | null) {
    this.#channel = channel;
    this.#transcript = transcript;
    this.#pending = pending;
  }

  /** Why the input ended in the middle of a message, if it did. */
  get stop(): ReadStop | null {
    return this.#stop;
  }

  async receive(sink: (chunk: Uint8Array) => void | Promise<void>): Promise<AfterOctets | 'broken'> {
    const part = this.#pending;
    if (part === null) throw new Error('no octets are to come');
    this.#pending = null;
    if (part.literal.isSynchronizing) this.#channel.write(GO_AHEAD);
    return this.#take(part, sink);
  }

  /** Skips what a handler did not want and comes all the same. False where it is too much for that. */
  async skipRest(): Promise<boolean> {
    while (this.#pending !== null && !this.#pending.literal.isSynchronizing) {
      const part = this.#pending;
      this.#pending = null;
      if (part.literal.octets > MAX_SKIPPED_OCTETS) return false;
      await this.#take(part, () => undefined);
    }
    return true;
  }

  async #take(
    part: TextPart,
    sink: (chunk: Uint8Array) => void | Promise<void>,
  ): Promise<AfterOctets | 'broken'> {
    const { octets } = part.literal;
    const { passing } = this.#transcript;
    const taking: typeof sink =
      passing === undefined
        ? sink
        : (chunk) => {
            passing(chunk);
            return sink(chunk);
          };
    this.#stop = await this.#channel.readOctets(octets, LITERAL_TIMEOUT_MS, taking);
    if (this.#stop !== null) return 'broken';
    this.#transcript.content('client', octets);
    const after = await this.#readAfter(part);
    if (after !== 'broken') this.#pending = findPending(after.parts, after.messages);
    return after;
  }

  /** What follows the octets, with the literals of URLs in it (RFC 4469 §5). */
  async #readAfter(part: TextPart): Promise<AfterOctets | 'broken'> {
    let text = '';
    let octetsLeft = MAX_LINE_OCTETS + MAX_COMMAND_LITERAL_OCTETS;
    for (let literals = 1; ; literals++) {
      const line = await this.#channel.readLine(MAX_LINE_OCTETS, LITERAL_TIMEOUT_MS);
      if (line.kind !== 'line') return this.#break(line.kind === 'tooLong' ? 'end' : line.kind);
      text += line.text;
      const after = parseAfterOctets(text, part);
      if (after === 'wrong') return 'broken';
      if (after !== 'incomplete') {
        if (text.trim() !== '') this.#transcript.client(text.trim());
        return after;
      }
      const literal = readLiteralAnnouncement(line.text);
      octetsLeft -= line.text.length + (literal?.octets ?? 0);
      if (literal === null || octetsLeft < 0 || literals > MAX_COMMAND_LITERALS) return this.#break('end');
      if (literal.isSynchronizing) this.#channel.write(GO_AHEAD);
      const octets = await gatherOctets(this.#channel, literal.octets);
      if (typeof octets !== 'object') return this.#break(octets);
      text += `\r\n${octets.toString('latin1')}`;
    }
  }

  #break(stop: ReadStop): 'broken' {
    this.#stop = stop;
    return 'broken';
  }
}
