/**
 * A message as it may travel to a server that takes seven bits only: the gateway transformation of RFC 6152 §3.
 *
 * Parts whose body holds octets beyond ASCII become quoted-printable (RFC 2045 §6.7); a message without MIME is given the fields
 * that say so (RFC 1428). Invariants: everything else keeps its octets and its order; what must not be touched (signed parts, RFC 1847
 * §2.1) or cannot be understood is not converted at all. Header sections pass as they are: 8-bit octets there
 * are SMTPUTF8's matter.
 */
import { findFields, parseHeaderSection, rewriteHeaderSection } from './header-section.ts';
import type { IndexedPart } from './message-index.ts';
import { QuotedPrintableEncoder } from './quoted-printable-encoder.ts';

/** Reads octets of the message, from its start; `end` is exclusive. */
export type ReadOctets = (start: number, end: number) => AsyncIterable<Uint8Array>;

export type SevenBitForm =
  /** It has seven bits already. */
  | { readonly kind: 'same' }
  | { readonly kind: 'impossible' }
  | { readonly kind: 'converted'; content(): AsyncIterable<Uint8Array> };

/** `root` is the message's part. */
export async function findSevenBitForm(root: IndexedPart, read: ReadOctets): Promise<SevenBitForm> {
  if (!(await isEightBit(read, root.bodyStart, root.bodyEnd))) return { kind: 'same' };
  const plan = new Map<IndexedPart, 'encode' | 'relabel'>();
  const isPossible = await makePlan(root, read, plan);
  if (!isPossible) return { kind: 'impossible' };
  return { kind: 'converted', content: () => writePart(root, { root, read, plan }) };
}

const CR = 0x0d;
const LF = 0x0a;

async function isEightBit(read: ReadOctets, start: number, end: number): Promise<boolean> {
  for await (const chunk of read(start, end)) {
    for (const octet of chunk) if (octet > 0x7f) return true;
  }
  return false;
}

type Plan = Map<IndexedPart, 'encode' | 'relabel'>;

/** Encodings that say nothing about the octets, so that another may take their place. */
const IDENTITY = new Set(['7bit', '8bit', 'binary']);
/** RFC 2046 §5.2.2, §5.2.3: their bodies may be nothing but 7bit. RFC 1847 §2.1: a signature is over the octets. */
const UNTOUCHABLE = new Set([
  'multipart/signed',
  'multipart/encrypted',
  'message/partial',
  'message/external-body',
]);

/** What is to be done to each part; false where something stands in the way. */
async function makePlan(part: IndexedPart, read: ReadOctets, plan: Plan): Promise<boolean> {
  if (!(await isEightBit(read, part.bodyStart, part.bodyEnd))) return true;
  if (!IDENTITY.has(part.encoding) || UNTOUCHABLE.has(`${part.type}/${part.subtype}`)) return false;
  const inner = innerParts(part);
  plan.set(part, inner.length === 0 ? 'encode' : 'relabel');
  let at = part.bodyStart;
  for (const child of inner) {
    // Between the parts there is nothing to say how it is encoded.
    if (await isEightBit(read, at, child.headerStart)) return false;
    if (!(await makePlan(child, read, plan))) return false;
    at = child.bodyEnd;
  }
  return inner.length === 0 || !(await isEightBit(read, at, part.bodyEnd));
}

function innerParts(part: IndexedPart): readonly IndexedPart[] {
  return part.message === null ? part.children : [part.message.root];
}

interface Writing {
  readonly root: IndexedPart;
  readonly read: ReadOctets;
  readonly plan: Plan;
}

async function* writePart(part: IndexedPart, writing: Writing): AsyncGenerator<Uint8Array> {
  const { read, plan } = writing;
  const action = plan.get(part);
  if (action === undefined) return yield* read(part.headerStart, part.bodyEnd);
  yield* await writeHeader(part, writing, action === 'encode' ? 'quoted-printable' : '7bit');
  if (action === 'encode') return yield* encodeBody(read(part.bodyStart, part.bodyEnd));
  let at = part.bodyStart;
  for (const child of innerParts(part)) {
    yield* read(at, child.headerStart);
    yield* writePart(child, writing);
    at = child.bodyEnd;
  }
  yield* read(at, part.bodyEnd);
}

async function* encodeBody(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const encoder = new QuotedPrintableEncoder();
  for await (const chunk of body) yield encoder.push(chunk);
  yield encoder.end();
}

/** The part's header section, its encoding named anew. */
async function writeHeader(
  part: IndexedPart,
  { root, read }: Writing,
  encoding: string,
): Promise<readonly Uint8Array[]> {
  const section = parseHeaderSection(withoutEmptyLine(await readAll(read(part.headerStart, part.bodyStart))));
  const added = [`Content-Transfer-Encoding: ${encoding}\r\n`];
  if (part === root && findFields(section, 'mime-version').length === 0) {
    added.unshift('MIME-Version: 1.0\r\n');
    // RFC 1428 §3: nobody said which letters these are.
    if (findFields(section, 'content-type').length === 0) {
      added.push('Content-Type: text/plain; charset=unknown-8bit\r\n');
    }
  }
  const without = findFields(section, 'content-transfer-encoding');
  return rewriteHeaderSection(section, { without, append: `${added.join('')}\r\n` });
}

/** The header section by itself; the empty line may be missing where the body begins with what is no field. */
function withoutEmptyLine(octets: Uint8Array): Uint8Array {
  const end = octets.length - 2;
  const isLineStart = end === 0 || (octets[end - 2] === CR && octets[end - 1] === LF);
  const isEmptyLine = end >= 0 && octets[end] === CR && octets[end + 1] === LF && isLineStart;
  return isEmptyLine ? octets.subarray(0, end) : octets;
}

async function readAll(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  const octets = new Uint8Array(all.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of all) {
    octets.set(piece, at);
    at += piece.length;
  }
  return octets;
}
