/**
 * Message view: the message as a script sees it at one moment: header section with its edits, parts, decoded bodies.
 *
 * RFC 5228 §2.4.2.2, RFC 5173 (body), RFC 5293 (editheader), RFC 5703 (MIME parts). Flow: SieveMessage → here → tests, actions.
 * Invariants: only the header section is read beforehand; bodies are read when asked for, MAX_BODY_OCTETS in all.
 */
import { decodeCharset } from '../../../../format/charset.ts';
import { MAX_HEADER_BYTES } from '../../../../format/limits.ts';
import type { IndexedPart } from '../../../../format/message-index.ts';
import { indexMessage } from '../../../../format/message-indexer.ts';
import { decodeTransferEncoding } from '../../../../format/transfer-encoding.ts';
import { MAX_BODY_OCTETS, MAX_REPLACED_MESSAGE_OCTETS } from '../limits.ts';
import { SieveRunError } from './budget.ts';
import { EditedHeader, joinOctets } from './edited-header.ts';
import type { SieveMessage } from './environment.ts';
import type { EditedContent } from './outcome.ts';

/** Where a part stands: the place among its parent's children, at each level. */
export type PartPath = readonly number[];

export class MessageView {
  #message: SieveMessage;
  header: EditedHeader;
  /** All octets, once a script has replaced them. */
  #replaced: Uint8Array | null = null;
  #bodyOctetsLeft = MAX_BODY_OCTETS;

  private constructor(message: SieveMessage, header: EditedHeader) {
    this.#message = message;
    this.header = header;
  }

  static async open(message: SieveMessage): Promise<MessageView> {
    return new MessageView(message, await readHeader(message));
  }

  get root(): IndexedPart {
    return this.#message.index.root;
  }

  /** Octets, with the edits. */
  get sizeBytes(): number {
    if (!this.header.isEdited) return this.#message.sizeBytes;
    return this.header.toOctets().length + this.#message.sizeBytes - this.root.bodyStart;
  }

  /** The header section of a part; the root's with its edits. */
  async partHeader(part: IndexedPart): Promise<EditedHeader> {
    if (part === this.root) return this.header;
    const end = Math.min(part.bodyStart, part.headerStart + MAX_HEADER_BYTES);
    return new EditedHeader(await this.#message.readRange(part.headerStart, end));
  }

  /** Octets of a range, as many of them as may still be looked at. */
  async readBody(start: number, end: number): Promise<Uint8Array> {
    const last = Math.min(end, start + this.#bodyOctetsLeft);
    this.#bodyOctetsLeft -= Math.max(0, last - start);
    return last > start ? this.#message.readRange(start, last) : new Uint8Array(0);
  }

  /** A part's body, its transfer encoding and charset decoded. */
  async partText(part: IndexedPart): Promise<string> {
    const octets = await this.readBody(part.bodyStart, part.bodyEnd);
    const decoded = decodeTransferEncoding(octets, part.encoding) ?? octets;
    return decodeCharset(decoded, part.parameters['charset']);
  }

  partAt(path: PartPath): IndexedPart | undefined {
    return path.reduce<IndexedPart | undefined>((part, index) => part && childrenOf(part)[index], this.root);
  }

  /** What a copy that is made now holds; null where it is the message as it came. */
  content(): EditedContent | null {
    if (this.#replaced === null && !this.header.isEdited) return null;
    const head = this.header.toOctets();
    if (this.#replaced === null) return { head, restFrom: this.root.bodyStart };
    return { head: joinOctets([head, this.#replaced.subarray(this.root.bodyStart)]), restFrom: null };
  }

  /** All octets with the edits, in memory. */
  async wholeOctets(): Promise<Uint8Array> {
    const { sizeBytes } = this.#message;
    if (sizeBytes > MAX_REPLACED_MESSAGE_OCTETS) {
      throw new SieveRunError('the message is too large to be changed');
    }
    return joinOctets([
      this.header.toOctets(),
      await this.#message.readRange(this.root.bodyStart, sizeBytes),
    ]);
  }

  /** From now on the message is this one. */
  become(octets: Uint8Array): void {
    const index = indexMessage(octets);
    this.#replaced = octets;
    this.#message = {
      sizeBytes: octets.length,
      index,
      readRange: (start, end) => Promise.resolve(octets.subarray(start, end)),
    };
    this.header = new EditedHeader(octets.subarray(0, index.root.bodyStart));
  }
}

/** The parts directly within; a message within a message is one. */
export function childrenOf(part: IndexedPart): readonly IndexedPart[] {
  return part.message === null ? part.children : [part.message.root];
}

async function readHeader(message: SieveMessage): Promise<EditedHeader> {
  const end = Math.min(message.index.root.bodyStart, MAX_HEADER_BYTES);
  return new EditedHeader(await message.readRange(0, end));
}
