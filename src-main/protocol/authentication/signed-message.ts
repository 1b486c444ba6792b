/**
 * SignedMessage: what verifying and signing need of a content: its header fields and the hashes of its body.
 *
 * Flow: screening, relay → here → the content, in ranges. Invariants: the body is read once, however many signatures there are,
 * and not at all where nothing needs it; memory does not grow with the message's size.
 */
import { BodyHash, type BodyHashResult } from './dkim/body-hash.ts';
import { readRawFields, type Canonicalization, type RawField } from './dkim/canonical-header.ts';
import type { ReadableOctets } from './findings.ts';
import { MAX_BODY_FORMS, MAX_HEADER_OCTETS, RANGE_OCTETS } from './limits.ts';

/** Which hash of the body is wanted: its form and, with l=, how much of it. */
export interface BodyForm {
  readonly body: Canonicalization;
  readonly bodyLength?: number;
}

export interface SignedMessage {
  readonly fields: readonly RawField[];
  /** `form` is one of those that were wanted; of too many the last have the hash of nothing. */
  bodyHash(form: BodyForm): BodyHashResult;
}

/** null where the header section is larger than any that is signed. */
export async function readSignedMessage(
  octets: ReadableOctets,
  wanted: (fields: readonly RawField[]) => readonly BodyForm[],
): Promise<SignedMessage | null> {
  const header = await readHeader(octets);
  if (header === null) return null;
  const fields = readRawFields(header.text);
  const hashes = new Map<string, BodyHash>();
  for (const form of wanted(fields)) {
    const key = formKey(form);
    if (hashes.size < MAX_BODY_FORMS && !hashes.has(key))
      hashes.set(key, new BodyHash(form.body, form.bodyLength));
  }
  await passBody(octets, header.bodyStart, [...hashes.values()]);
  const results = new Map(Array.from(hashes, ([key, hash]) => [key, hash.end()]));
  return {
    fields,
    bodyHash: (form) => results.get(formKey(form)) ?? { hash: '', canonicalOctets: 0 },
  };
}

function formKey({ body, bodyLength }: BodyForm): string {
  return `${body} ${bodyLength ?? 'all'}`;
}

/** The header section with its last CRLF, one character an octet. */
async function readHeader(octets: ReadableOctets): Promise<{ text: string; bodyStart: number } | null> {
  const most = Math.min(octets.sizeBytes, MAX_HEADER_OCTETS);
  let text = '';
  for (let at = 0; at < most; at = text.length) {
    const range = await octets.readRange(at, Math.min(at + RANGE_OCTETS / 4, most));
    if (range.length === 0) break;
    const from = Math.max(0, text.length - 3);
    text += Buffer.from(range).toString('latin1');
    if (text.startsWith('\r\n')) return { text: '', bodyStart: 2 };
    const end = text.indexOf('\r\n\r\n', from);
    if (end >= 0) return { text: text.slice(0, end + 2), bodyStart: end + 4 };
  }
  // A message without a body may end with its last field.
  if (octets.sizeBytes > MAX_HEADER_OCTETS) return null;
  return { text: text.endsWith('\r\n') ? text : `${text}\r\n`, bodyStart: octets.sizeBytes };
}

async function passBody(octets: ReadableOctets, start: number, hashes: readonly BodyHash[]): Promise<void> {
  if (hashes.length === 0) return;
  for (let at = start; at < octets.sizeBytes; at += RANGE_OCTETS) {
    const range = await octets.readRange(at, Math.min(at + RANGE_OCTETS, octets.sizeBytes));
    for (const hash of hashes) hash.write(range);
  }
}
