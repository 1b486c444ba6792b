/**
 * Part tree: the body parts of a message while it is being read (RFC 2046 §5.1, RFC 2045 §2).
 *
 * Flow: the indexer tells where header sections, bodies and boundary lines lie → here → IndexedPart.
 * Invariants: a part closes before its parent; depth and number of parts are limited, what is beyond them stays body text.
 */
import { collectFields, readEnvelope, readMimeFields } from './indexed-fields.ts';
import type { IndexedFields, MimeFields } from './indexed-fields.ts';
import { MAX_NESTING, MAX_PARTS } from './limits.ts';
import type { IndexedEnvelope, IndexedPart } from './message-index.ts';

/** A part that is still open, or was closed. */
export class PartBuilder {
  readonly parent: PartBuilder | null;
  readonly headerStart: number;
  readonly depth: number;
  readonly children: PartBuilder[] = [];
  /** Line ends seen before the body. */
  linesBefore = 0;
  bodyStart = 0;
  bodyEnd = 0;
  lines = 0;
  mime: MimeFields | null = null;
  /** Only for the root and for messages within: their own envelope. */
  envelope: IndexedEnvelope | null = null;

  constructor(parent: PartBuilder | null, headerStart: number) {
    this.parent = parent;
    this.headerStart = headerStart;
    this.depth = parent === null ? 0 : parent.depth + 1;
  }

  get isMultipart(): boolean {
    return this.mime?.type === 'multipart';
  }

  /** message/rfc822 (RFC 2046 §5.2.1) and message/global (RFC 6532 §3.7) hold a message. */
  get isMessage(): boolean {
    const { type, subtype } = this.mime ?? {};
    return type === 'message' && (subtype === 'rfc822' || subtype === 'global');
  }

  get isRootOfMessage(): boolean {
    return this.parent === null || this.parent.isMessage;
  }
}

/** A multipart whose boundary lines are looked for. */
interface OpenMultipart {
  readonly part: PartBuilder;
  readonly boundary: Uint8Array;
}

export interface BoundaryMatch {
  readonly multipart: OpenMultipart;
  readonly isClosing: boolean;
}

const encoder = new TextEncoder();
const DASH = 0x2d;

export class PartTree {
  readonly root = new PartBuilder(null, 0);
  /** The innermost open part. */
  current: PartBuilder = this.root;
  /** The root's fields once its header section has ended. */
  rootFields: IndexedFields = new Map();
  #partCount = 1;
  readonly #open: OpenMultipart[] = [];

  get hasBoundaries(): boolean {
    return this.#open.length > 0;
  }

  /** The current part's header section has ended; `position` is where its body starts. Opens a message within. */
  endHeader(section: string, position: { offset: number; lines: number }): void {
    const part = this.current;
    const fields = collectFields(section);
    part.mime = readMimeFields(fields, part.parent?.mime?.subtype === 'digest' && part.parent.isMultipart);
    if (part.isRootOfMessage) part.envelope = readEnvelope(fields);
    if (part === this.root) this.rootFields = fields;
    part.bodyStart = position.offset;
    part.linesBefore = position.lines;
    if (part.isMultipart) this.#openMultipart(part, part.mime);
    else if (part.isMessage && this.#mayOpenChild(part)) this.#openChild(part, position.offset);
    else if (part.isMessage) part.mime = asOpaque(part.mime);
  }

  /** Finds the multipart whose boundary a line (without its line end) is; the innermost first. */
  matchBoundary(line: Uint8Array, start: number, end: number): BoundaryMatch | null {
    for (let i = this.#open.length - 1; i >= 0; i--) {
      const multipart = this.#open[i];
      if (multipart === undefined) continue;
      const rest = skipBoundary(line, start, multipart.boundary);
      if (rest < 0 || rest > end) continue;
      if (isTransportPadding(line, rest, end)) return { multipart, isClosing: false };
      if (line[rest] === DASH && line[rest + 1] === DASH && isTransportPadding(line, rest + 2, end)) {
        return { multipart, isClosing: true };
      }
    }
    return null;
  }

  /** A boundary line: closes what is open within its multipart, and opens the next part unless it is the last line. */
  passBoundary(match: BoundaryMatch, body: { end: number; lines: number }, nextPart: number): void {
    const { part } = match.multipart;
    if (!match.isClosing && !this.#mayOpenChild(part)) return;
    while (this.current !== part) this.closeCurrent(body);
    while (this.#open.at(-1) !== match.multipart) this.#open.pop();
    if (match.isClosing) this.#open.pop();
    else this.#openChild(part, nextPart);
  }

  /** Closes the innermost part; its parent is the current one then. */
  closeCurrent(body: { end: number; lines: number }): void {
    const part = this.current;
    part.bodyEnd = Math.max(body.end, part.bodyStart);
    part.lines = Math.max(0, body.lines - part.linesBefore);
    if (part.parent !== null) this.current = part.parent;
  }

  #openMultipart(part: PartBuilder, mime: MimeFields): void {
    const boundary = mime.parameters['boundary'];
    if (boundary === undefined || boundary === '' || part.depth >= MAX_NESTING) return;
    this.#open.push({ part, boundary: encoder.encode(boundary.trimEnd()) });
  }

  #mayOpenChild(parent: PartBuilder): boolean {
    return parent.depth < MAX_NESTING && this.#partCount < MAX_PARTS;
  }

  #openChild(parent: PartBuilder, headerStart: number): void {
    this.#partCount++;
    const child = new PartBuilder(parent, headerStart);
    parent.children.push(child);
    this.current = child;
  }
}

/** A message too deep to look into is some octets. */
function asOpaque(mime: MimeFields): MimeFields {
  return { ...mime, type: 'application', subtype: 'octet-stream' };
}

/** The position after `--boundary`, or -1. */
function skipBoundary(line: Uint8Array, start: number, boundary: Uint8Array): number {
  const from = start + 2;
  for (let i = 0; i < boundary.length; i++) if (line[from + i] !== boundary[i]) return -1;
  return from + boundary.length;
}

/** RFC 2046 §5.1.1: white space may follow a boundary; anything else makes it another line. */
function isTransportPadding(line: Uint8Array, from: number, end: number): boolean {
  for (let i = from; i < end; i++) if (line[i] !== 0x20 && line[i] !== 0x09 && line[i] !== 0x0d) return false;
  return from <= end;
}

/** Turns a closed tree into plain data. */
export function toIndexedPart(part: PartBuilder): IndexedPart {
  const mime = part.mime ?? readMimeFields(new Map(), false);
  const isEmptyMultipart = mime.type === 'multipart' && part.children.length === 0;
  const [within] = part.children;
  return {
    headerStart: part.headerStart,
    bodyStart: part.bodyStart,
    bodyEnd: part.bodyEnd,
    lines: part.lines,
    ...mime,
    // A multipart needs at least one part (RFC 2046 §5.1.1). Shown as text, nothing of it is lost.
    ...(isEmptyMultipart ? { type: 'text', subtype: 'plain' } : {}),
    children: part.isMultipart ? part.children.map(toIndexedPart) : [],
    message:
      part.isMessage && within !== undefined
        ? { envelope: within.envelope ?? readEnvelope(new Map()), root: toIndexedPart(within) }
        : null,
  };
}
