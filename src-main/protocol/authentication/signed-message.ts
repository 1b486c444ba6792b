/**
 * SignedMessage: what verifying and signing need of a content: its header fields and the hashes of its body.
 *
 * Flow: screening, relay → here → the content, piece by piece. Invariants: the body is read once, however many signatures there
 * are, made canonical once a form, and not at all where nothing needs it; memory does not grow with the message's size.
 */
import { BodyHash, WHOLE_BODY } from './dkim/body-hash.ts';
import { readRawFields, type Canonicalization, type RawField } from './dkim/canonical-header.ts';
import { SignedFields } from './dkim/signed-fields.ts';
import type { ReadableOctets } from './findings.ts';
import { MAX_BODY_LENGTHS, MAX_HEADER_OCTETS, RANGE_OCTETS } from './limits.ts';

/** Which hash of the body is wanted: its form and, with l=, how much of it. */
export interface BodyForm {
  readonly body: Canonicalization;
  readonly bodyLength?: number;
}

export interface BodyHashResult {
  /** base64 */
  readonly hash: string;
  /** Octets of the whole canonical body. */
  readonly canonicalOctets: number;
}

export interface SignedMessage {
  /** The header section is larger than any that is signed: only its beginning is here, and nothing of the body. */
  readonly isCut: boolean;
  readonly fields: readonly RawField[];
  readonly signedFields: SignedFields;
  /** `form` is one of those that were wanted; of too many the last have no hash, which nothing fits. */
  bodyHash(form: BodyForm): BodyHashResult;
}

export async function readSignedMessage(
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  wanted: (fields: readonly RawField[]) => readonly BodyForm[],
): Promise<SignedMessage> {
  const header = new HeaderCollector();
  let reading: Reading | null = null;
  for await (const piece of content) {
    const body = reading === null ? header.push(piece) : piece;
    if (header.isTooLarge) break;
    if (body === null) continue;
    reading ??= begin(header.text, wanted);
    if (reading.hashes.size === 0) break;
    for (const hash of reading.hashes.values()) hash.write(body);
  }
  const { fields, hashes } = reading ?? begin(header.text, wanted);
  const results = new Map(Array.from(hashes, ([form, hash]) => [form, hash.end()]));
  return {
    isCut: header.isTooLarge,
    fields,
    signedFields: new SignedFields(fields),
    bodyHash: ({ body, bodyLength }) => ({
      hash: results.get(body)?.hashes.get(bodyLength ?? WHOLE_BODY) ?? '',
      canonicalOctets: results.get(body)?.canonicalOctets ?? 0,
    }),
  };
}

/** A content of which ranges can be read, from its start to its end. */
export async function* piecesOf(octets: ReadableOctets): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < octets.sizeBytes; at += RANGE_OCTETS)
    yield await octets.readRange(at, Math.min(at + RANGE_OCTETS, octets.sizeBytes));
}

interface Reading {
  readonly fields: readonly RawField[];
  readonly hashes: ReadonlyMap<Canonicalization, BodyHash>;
}

function begin(header: string, wanted: (fields: readonly RawField[]) => readonly BodyForm[]): Reading {
  const fields = readRawFields(header);
  const lengths = new Map<Canonicalization, Set<number>>();
  for (const { body, bodyLength = WHOLE_BODY } of wanted(fields)) {
    const known = lengths.get(body) ?? new Set();
    if (known.size < MAX_BODY_LENGTHS) lengths.set(body, known.add(bodyLength));
  }
  return {
    fields,
    hashes: new Map(Array.from(lengths, ([form, set]) => [form, new BodyHash(form, [...set])])),
  };
}

/** Gathers the header section, one character an octet, until the empty line. */
class HeaderCollector {
  #text = '';
  #end: number | null = null;

  get isTooLarge(): boolean {
    return this.#end === null && this.#text.length > MAX_HEADER_OCTETS;
  }

  /** With its last CRLF; a message without a body may end within its last field. */
  get text(): string {
    const text = this.#text.slice(0, this.#end ?? undefined);
    return text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`;
  }

  /** The first octets of the body; null until it begins. */
  push(piece: Uint8Array): Uint8Array | null {
    const from = Math.max(0, this.#text.length - 3);
    const before = this.#text.length;
    this.#text += Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1');
    const bodyStart = this.#findBody(from);
    return bodyStart === null ? null : piece.subarray(bodyStart - before);
  }

  #findBody(from: number): number | null {
    if (this.#text.startsWith('\r\n')) {
      this.#end = 0;
      return 2;
    }
    const empty = this.#text.indexOf('\r\n\r\n', from);
    if (empty < 0) return null;
    this.#end = empty + 2;
    return empty + 4;
  }
}
