/**
 * Message indexer: reads a message once, as it arrives, and says where its parts lie and what its lists show.
 *
 * RFC 5322, RFC 2045-2047, RFC 2231. Flow: DATA, APPEND, deposits → here → MessageIndex (stored with the content).
 * Invariants: linear time; memory is bounded by limits.ts whatever arrives: header sections and the beginning of one text
 * are kept, bodies never. Never throws: broken MIME gets the same sane answer every time, and nothing of it is lost.
 * A header section ends at the empty line, at a boundary, or at a line that cannot be a header field.
 */
import { guessText } from './charset.ts';
import { readEnvelope, readSummary } from './indexed-fields.ts';
import { MAX_BOUNDARY_LINE_BYTES, MAX_HEADER_BYTES } from './limits.ts';
import type { MessageIndex } from './message-index.ts';
import { PartTree, toIndexedPart } from './part-tree.ts';
import type { BoundaryMatch, PartBuilder } from './part-tree.ts';
import { makePreview, previewBytesOf } from './preview.ts';
import { Tap } from './tap.ts';

const LF = 0x0a;
const CR = 0x0d;
const DASH = 0x2d;
const COLON = 0x3a;
const SPACE = 0x20;
const TAB = 0x09;
const NO_BYTES = new Uint8Array(0);

export interface MessageIndexer {
  write(chunk: Uint8Array): void;
  end(): MessageIndex;
}

export function createMessageIndexer(): MessageIndexer {
  return new LineIndexer();
}

/** The index of a message that is at hand as a whole. */
export function indexMessage(octets: Uint8Array): MessageIndex {
  const indexer = createMessageIndexer();
  indexer.write(octets);
  return indexer.end();
}

/** A line as it lies in some buffer, and where it lies in the message. */
interface Line {
  bytes: Uint8Array;
  start: number;
  /** Without the line end; of a very long line only the beginning is in `bytes`. */
  end: number;
  /** The same with as much of the line end as is at hand. */
  knownEnd: number;
  offset: number;
  /** Offset after the line end. */
  nextOffset: number;
  isEmpty: boolean;
  /** More of it than is looked at. */
  isLong: boolean;
}

class LineIndexer implements MessageIndexer {
  readonly #tree = new PartTree();
  readonly #tap = new Tap();
  /** Offset of the chunk that comes next. */
  #offset = 0;
  /** Offset of the line being read. */
  #lineOffset = 0;
  #lineFeeds = 0;
  /** Octets of the line end before the current line: they belong to a boundary that follows. */
  #lineEndBytes = 0;
  #isInHeader = true;
  #lastByte = -1;
  /** Beginning of a line that was cut by the end of a chunk. */
  #head = NO_BYTES;
  #headLength = 0;
  #previewPart: PartBuilder | null = null;
  #preview = '';
  readonly #line: Line = {
    bytes: NO_BYTES,
    start: 0,
    end: 0,
    knownEnd: 0,
    offset: 0,
    nextOffset: 0,
    isEmpty: false,
    isLong: false,
  };

  constructor() {
    this.#tap.start(0, MAX_HEADER_BYTES);
  }

  write(chunk: Uint8Array): void {
    this.#tap.enter(chunk, this.#offset);
    let start = 0;
    if (this.#headLength > 0 || this.#lineOffset < this.#offset) start = this.#finishCutLine(chunk);
    while (start < chunk.length) {
      const lineFeed = findLineFeed(chunk, start);
      if (lineFeed < 0) break;
      this.#passLine(chunk, start, lineFeed);
      start = lineFeed + 1;
    }
    this.#keepHead(chunk, start);
    this.#tap.leave();
    this.#offset += chunk.length;
    if (chunk.length > 0) this.#lastByte = chunk[chunk.length - 1] ?? -1;
  }

  end(): MessageIndex {
    const end = this.#offset;
    // All octets have passed: what a range begins with is only in the head of the last line.
    this.#tap.enter(NO_BYTES, end);
    if (this.#lineOffset < end) this.#passRest(end);
    this.#closeAll(end);
    const { root, rootFields } = this.#tree;
    return {
      sizeBytes: end,
      envelope: root.envelope ?? readEnvelope(rootFields),
      root: toIndexedPart(root),
      ...readSummary(rootFields),
      preview: this.#preview,
    };
  }

  /** A whole line within one chunk; the body of a part without boundaries is only counted. */
  #passLine(chunk: Uint8Array, start: number, lineFeed: number): void {
    const hasCr = lineFeed > start && chunk[lineFeed - 1] === CR;
    if (this.#isInHeader || (chunk[start] === DASH && this.#tree.hasBoundaries)) {
      const line = this.#line;
      line.bytes = chunk;
      line.start = start;
      const end = hasCr ? lineFeed - 1 : lineFeed;
      // As for a line that is cut, so that the answer never depends on how the message was cut.
      line.end = Math.min(end, start + MAX_BOUNDARY_LINE_BYTES);
      line.knownEnd = line.end;
      line.offset = this.#lineOffset;
      line.nextOffset = this.#offset + lineFeed + 1;
      line.isEmpty = end === start;
      line.isLong = end > line.end;
      this.#handleLine(line);
    }
    this.#lineFeeds++;
    this.#lineEndBytes = hasCr ? 2 : 1;
    this.#lineOffset = this.#offset + lineFeed + 1;
  }

  /** Completes a line that began in an earlier chunk; returns where the next one starts. */
  #finishCutLine(chunk: Uint8Array): number {
    const lineFeed = findLineFeed(chunk, 0);
    if (lineFeed < 0) return 0;
    const before = lineFeed === 0 ? this.#lastByte : chunk[lineFeed - 1];
    const lineEnd = before === CR ? 2 : 1;
    this.#appendHead(chunk, 0, lineFeed);
    const nextOffset = this.#offset + lineFeed + 1;
    this.#passHead(nextOffset, lineEnd);
    this.#lineFeeds++;
    this.#lineEndBytes = lineEnd;
    this.#lineOffset = nextOffset;
    return lineFeed + 1;
  }

  /** The last line has no line end. */
  #passRest(end: number): void {
    this.#passHead(end, 0);
    this.#lineEndBytes = 0;
    this.#lineOffset = end;
  }

  #passHead(nextOffset: number, lineEnd: number): void {
    const length = nextOffset - this.#lineOffset - lineEnd;
    const line = this.#line;
    line.bytes = this.#head;
    line.start = 0;
    line.end = Math.min(length, this.#headLength);
    line.knownEnd = this.#headLength;
    line.offset = this.#lineOffset;
    line.nextOffset = nextOffset;
    line.isEmpty = length === 0;
    line.isLong = length > MAX_BOUNDARY_LINE_BYTES;
    this.#headLength = 0;
    if (this.#isInHeader || (line.bytes[0] === DASH && line.end > 1)) this.#handleLine(line);
  }

  #keepHead(chunk: Uint8Array, start: number): void {
    if (start < chunk.length) this.#appendHead(chunk, start, chunk.length);
  }

  #appendHead(chunk: Uint8Array, start: number, end: number): void {
    if (this.#head === NO_BYTES) this.#head = new Uint8Array(MAX_BOUNDARY_LINE_BYTES);
    const room = this.#head.length - this.#headLength;
    const part = chunk.subarray(start, Math.min(end, start + room));
    this.#head.set(part, this.#headLength);
    this.#headLength += part.length;
  }

  #handleLine(line: Line): void {
    const match = this.#matchBoundary(line);
    if (match !== null) {
      this.#passBoundary(match, line);
    } else if (line.isEmpty) {
      if (this.#isInHeader) this.#endHeader(line.nextOffset, 1);
    } else if (this.#isInHeader && !mayBeHeaderLine(line)) {
      this.#endHeaders(line.offset);
      this.#tap.prepend(line.bytes.subarray(line.start, line.knownEnd), line.offset);
      if (line.isLong) this.#tap.limitTo(MAX_BOUNDARY_LINE_BYTES);
    }
  }

  #matchBoundary(line: Line): BoundaryMatch | null {
    if (line.bytes[line.start] !== DASH || line.bytes[line.start + 1] !== DASH) return null;
    return this.#tree.matchBoundary(line.bytes, line.start, line.end);
  }

  #passBoundary(match: BoundaryMatch, line: Line): void {
    this.#endHeaders(line.offset);
    // RFC 2046 §5.1.1: the line end before a boundary belongs to the boundary.
    const body = { end: line.offset - this.#lineEndBytes, lines: this.#lineFeeds - 1 };
    this.#endPreview(body.end);
    this.#tree.passBoundary(match, body, line.nextOffset);
    if (this.#tree.current !== match.multipart.part) this.#startHeader(line.nextOffset);
  }

  #startHeader(offset: number): void {
    this.#isInHeader = true;
    this.#tap.start(offset, MAX_HEADER_BYTES);
  }

  /** Ends the header section at `bodyStart`; `pending` line ends before it are not counted yet. */
  #endHeader(bodyStart: number, pending = 0): void {
    const section = guessText(this.#tap.stop(bodyStart));
    const part = this.#tree.current;
    this.#tree.endHeader(section, { offset: bodyStart, lines: this.#lineFeeds + pending });
    this.#isInHeader = false;
    if (this.#tree.current !== part) this.#startHeader(bodyStart);
    else this.#startPreview(part);
  }

  /** Ends the current header section and the empty one of a message that would begin here. */
  #endHeaders(bodyStart: number): void {
    while (this.#isInHeader) this.#endHeader(bodyStart);
  }

  #startPreview(part: PartBuilder): void {
    if (this.#preview !== '' || this.#previewPart !== null || part.mime === null) return;
    const limit = previewBytesOf(part.mime);
    if (limit === 0) return;
    this.#previewPart = part;
    this.#tap.start(part.bodyStart, limit);
  }

  #endPreview(bodyEnd: number): void {
    const mime = this.#previewPart?.mime;
    if (mime === null || mime === undefined) return;
    this.#previewPart = null;
    this.#preview = makePreview(mime, this.#tap.stop(bodyEnd));
  }

  #closeAll(end: number): void {
    this.#endHeaders(end);
    this.#endPreview(end);
    const body = { end, lines: this.#lineFeeds };
    while (this.#tree.current !== this.#tree.root) this.#tree.closeCurrent(body);
    this.#tree.closeCurrent(body);
  }
}

function findLineFeed(bytes: Uint8Array, from: number): number {
  const { length } = bytes;
  for (let i = from; i < length; i++) if (bytes[i] === LF) return i;
  return -1;
}

/** A header field, its continuation, or the `From ` line of an mbox at the very beginning. */
function mayBeHeaderLine(line: Line): boolean {
  const first = line.bytes[line.start];
  if (first === SPACE || first === TAB) return true;
  for (let i = line.start; i < line.end; i++) if (line.bytes[i] === COLON) return true;
  return false;
}
