/**
 * HeaderHoldingSink: holds a message's header section back until it is complete, lets the stage look at it and write it anew,
 * then streams the body through.
 *
 * Flow: content of DATA → here → ContentWriter (index, spool). Invariants: at most MAX_HEADER_SECTION_OCTETS are held; nothing
 * reaches the writer before the stage has said yes; octets the stage does not touch stay as they came.
 */
import type { Result } from '../../base/result.ts';
import { parseHeaderSection } from '../../format/header-section.ts';
import type { HeaderSection } from '../../format/header-section.ts';
import type { ContentSink } from '../../protocol/smtp/server/policy.ts';
import type { SmtpReply } from '../../protocol/smtp/server/reply.ts';
import type { ContentWriter, MessageReceiver } from '../content/message-receiver.ts';
import type { StagedContent } from '../content/port.ts';

/** A header section is a few KiB; one this long is no letter head but an attempt to fill memory. */
export const MAX_HEADER_SECTION_OCTETS = 256 * 1024;

export interface HeldHeader {
  readonly section: HeaderSection;
  /** It is longer than the limit; perhaps only its beginning is here. */
  readonly isTooLong: boolean;
}

export interface HeaderHoldingOptions {
  readonly receiver: MessageReceiver;
  /** The octets that take the section's place, or the reply that refuses the message. */
  prepare(header: HeldHeader): Promise<Result<readonly Uint8Array[], SmtpReply>>;
  /** All content is staged. */
  accept(content: StagedContent): Promise<SmtpReply>;
}

const CR = 0x0d;
const LF = 0x0a;

export class HeaderHoldingSink implements ContentSink {
  readonly #options: HeaderHoldingOptions;
  readonly #held: Uint8Array[] = [];
  #heldOctets = 0;
  /** How many octets of CR LF CR LF were just seen; the content's start counts as the end of a line. */
  #progress = 2;
  #writer: ContentWriter | undefined;
  #refusal: SmtpReply | undefined;

  constructor(options: HeaderHoldingOptions) {
    this.#options = options;
  }

  write(chunk: Uint8Array): void | Promise<void> {
    if (this.#refusal !== undefined) return;
    if (this.#writer !== undefined) return this.#writer.write(chunk);
    const end = this.#findEnd(chunk);
    this.#held.push(chunk);
    this.#heldOctets += chunk.length;
    if (end !== null) return this.#release(end);
    if (this.#heldOctets > MAX_HEADER_SECTION_OCTETS) return this.#release(this.#heldOctets);
  }

  async finish(): Promise<SmtpReply> {
    if (this.#writer === undefined && this.#refusal === undefined) await this.#release(this.#heldOctets);
    const writer = this.#writer;
    if (this.#refusal !== undefined) return this.#refusal;
    if (writer === undefined) throw new Error('the header section was neither accepted nor refused');
    return this.#options.accept(await writer.finish());
  }

  async abort(): Promise<void> {
    this.#held.length = 0;
    await this.#writer?.abort();
  }

  /** Where the header section ends: octets held up to the empty line, which is not part of it; null where it goes on. */
  #findEnd(chunk: Uint8Array): number | null {
    for (let i = 0; i < chunk.length; i++) {
      const octet = chunk[i];
      if (octet === CR) this.#progress = this.#progress === 2 ? 3 : 1;
      else if (octet === LF) this.#progress++;
      else this.#progress = 0;
      if (this.#progress === 4) return this.#heldOctets + i - 1;
    }
    return null;
  }

  /** `end`: octets of the section. */
  async #release(end: number): Promise<void> {
    const octets = Buffer.concat(this.#held);
    this.#held.length = 0;
    const section = parseHeaderSection(octets.subarray(0, end));
    const isTooLong = end > MAX_HEADER_SECTION_OCTETS;
    const prepared = await this.#options.prepare({ section, isTooLong });
    if (!prepared.ok) {
      this.#refusal = prepared.error;
      return;
    }
    this.#writer = this.#options.receiver.begin();
    const rest = octets.subarray(section.octets.length);
    await this.#writer.write(Buffer.concat([...prepared.value, rest]));
  }
}
