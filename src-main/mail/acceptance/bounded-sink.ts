/**
 * BoundedSink: lets a rule's largest message through and no more. What is too much is read and dropped, so that the client
 * hears the reply.
 */
import type { ContentSink } from '../../protocol/smtp/server/policy.ts';
import type { SmtpReply } from '../../protocol/smtp/server/reply.ts';

export class BoundedSink implements ContentSink {
  readonly #sink: ContentSink;
  readonly #maxOctets: number;
  readonly #refuse: () => SmtpReply;
  #octets = 0;

  constructor(sink: ContentSink, maxOctets: number, refuse: () => SmtpReply) {
    this.#sink = sink;
    this.#maxOctets = maxOctets;
    this.#refuse = refuse;
  }

  write(chunk: Uint8Array): void | Promise<void> {
    const wasWithin = this.#isWithin;
    this.#octets += chunk.length;
    if (this.#isWithin) return this.#sink.write(chunk);
    if (wasWithin) return this.#sink.abort();
  }

  finish(): Promise<SmtpReply> {
    return this.#isWithin ? this.#sink.finish() : Promise.resolve(this.#refuse());
  }

  async abort(): Promise<void> {
    if (this.#isWithin) await this.#sink.abort();
  }

  get #isWithin(): boolean {
    return this.#octets <= this.#maxOctets;
  }
}
