/**
 * Reply writer: the one place that writes responses to the client and to the transcript.
 *
 * Flow: handlers' responses → here → line channel. Invariants: memory stays bounded, since a slow client holds up the
 * handler that awaits send(); message data never reaches the transcript.
 */
import type { LineChannel } from '../../connection/line-channel.ts';
import type { SessionTranscript } from '../../connection/session.ts';
import type { LiteralContent, Response, ResponseLines, ResponsePart } from './session.ts';

export class ReplyWriter {
  readonly #channel: LineChannel;
  readonly #transcript: SessionTranscript;

  #isWithinResponse = false;

  constructor(channel: LineChannel, transcript: SessionTranscript) {
    this.#channel = channel;
    this.#transcript = transcript;
  }

  /** Whether a response was left unfinished: then nothing that follows could be understood. */
  get isBroken(): boolean {
    return this.#isWithinResponse;
  }

  /** Writes one response; resolves when the client can take more. */
  send(response: Response): void | Promise<void> {
    if (typeof response !== 'string') return this.#sendParts(response);
    this.#channel.write(`${response}\r\n`);
    this.#transcript.server(response);
    if (this.#channel.isFull) return this.#channel.flush();
  }

  /** The same for many responses at once. */
  sendLines({ octets, shown, unshown }: ResponseLines): void | Promise<void> {
    this.#channel.write(octets);
    for (const line of shown) this.#transcript.server(line);
    if (unshown > 0) this.#transcript.note(`${unshown} more responses`);
    if (this.#channel.isFull) return this.#channel.flush();
  }

  async #sendParts(parts: readonly ResponsePart[]): Promise<void> {
    let shown = '';
    this.#isWithinResponse = true;
    for (const part of parts) {
      if (typeof part === 'string') {
        this.#channel.write(part);
        shown += part;
      } else if ('private' in part) {
        this.#channel.write(part.private);
        shown += '(…)';
      } else {
        shown += await this.#sendLiteral(part);
      }
    }
    this.#channel.write('\r\n');
    this.#isWithinResponse = false;
    this.#transcript.server(shown);
    if (this.#channel.isFull) await this.#channel.flush();
  }

  async #sendLiteral(literal: LiteralContent): Promise<string> {
    const announcement = `${literal.isBinary === true ? '~' : ''}{${literal.octets}}`;
    this.#channel.write(`${announcement}\r\n`);
    for await (const chunk of literal.read()) {
      this.#transcript.passing?.(chunk);
      this.#channel.write(chunk);
      if (this.#channel.isFull) await this.#channel.flush();
    }
    this.#transcript.content('server', literal.octets);
    return announcement;
  }
}
