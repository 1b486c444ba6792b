/**
 * mbox (RFC 4155 and its elder variants): one file, a message after the other, each behind a `From ` line.
 *
 * Variants: mboxrd quotes `From `, `>From `, … by one more `>` and is the only one that can be undone; mboxo quotes `From `
 * alone; mboxcl quotes as mboxrd and says Content-Length; mboxcl2 says Content-Length and quotes nothing.
 * Invariants: memory is bounded whatever the file; a Content-Length is believed only where a `From ` line or the end of the
 * file stands at its end; what comes before the first `From ` line is no message.
 */
import { LineRewriter, type LineStart } from './line-rewriter.ts';

export type MboxVariant = 'mboxrd' | 'mboxo' | 'mboxcl' | 'mboxcl2';

/** A file, or anything else whose octets can be read from anywhere. `end` is exclusive. */
export interface OctetSource {
  readonly sizeBytes: number;
  readRange(start: number, end: number): Promise<Uint8Array>;
}

/** Where a message lies: without its `From ` line and without the empty line that parts it from the next. */
export interface MboxMessage {
  readonly fromLine: string;
  readonly start: number;
  readonly end: number;
}

const LF = 0x0a;
const CR = 0x0d;
const FROM = new TextEncoder().encode('From ');
const QUOTE = new TextEncoder().encode('>');
const NOTHING = new Uint8Array(0);
const GREATER_THAN = 0x3e;

/** Octets read at a time. */
const WINDOW_OCTETS = 256 * 1024;
/** A `From ` line is shorter; so much must be in sight to decide about one. */
const MOST_FROM_LINE_OCTETS = 1024;
/** Where a header section may be searched for Content-Length. */
const MOST_HEADER_OCTETS = 64 * 1024;

/** Text after `From ` holds a time of day, as asctime() writes it: a sentence that begins so hardly ever does. */
const FROM_LINE = /^From .*\d{1,2}:\d{2}/u;

/** The messages in their order. Without a variant each message's own Content-Length decides. */
export async function* findMboxMessages(
  source: OctetSource,
  variant: MboxVariant | 'auto' = 'auto',
): AsyncGenerator<MboxMessage> {
  const window = new SourceWindow(source);
  const usesLength = variant !== 'mboxrd' && variant !== 'mboxo';
  let at: number | null = await findSeparator(window, 0).then((found) => found?.lineStart ?? null);
  while (at !== null) {
    const line = await readLine(window, at);
    const start = line.next;
    const byLength = usesLength ? await endByLength(window, start) : null;
    const separator: Separator | null =
      byLength === null ? await findSeparator(window, start) : byLength.separator;
    const end = byLength?.end ?? (await endBefore(window, start, separator?.lineStart ?? source.sizeBytes));
    yield { fromLine: line.text, start, end };
    at = separator?.lineStart ?? null;
  }
}

/** Undoes quoting and makes line ends CRLF. */
export function createMboxReader(variant: MboxVariant | 'auto' = 'auto'): LineRewriter {
  switch (variant) {
    case 'mboxcl2':
      return new LineRewriter({ lineEnd: 'crlf' });
    case 'mboxo':
      return new LineRewriter({ lineEnd: 'crlf', startOf: (line) => unquote(line, 1) });
    case 'mboxrd':
    case 'mboxcl':
    case 'auto':
      return new LineRewriter({
        lineEnd: 'crlf',
        startOf: (line) => unquote(line, Number.POSITIVE_INFINITY),
      });
  }
}

/** Quotes as mboxrd and makes line ends LF. */
export function createMboxWriter(): LineRewriter {
  return new LineRewriter({
    lineEnd: 'lf',
    startOf: (line) => (countQuotes(line) === null ? null : { skip: 0, insert: QUOTE }),
  });
}

/** RFC 4155 App. A: sender, time in UTC as asctime() writes it. `at`: milliseconds since 1970. */
export function formatFromLine(sender: string, at: number): string {
  const [, day = '', date = '', month = '', year = '', time = ''] =
    /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/u.exec(new Date(at).toUTCString()) ?? [];
  const words = sender.replaceAll(/\s/gu, '');
  return `From ${words === '' ? 'MAILER-DAEMON' : words} ${day} ${month} ${String(Number(date)).padStart(2)} ${time} ${year}`;
}

/** The time of a `From ` line in milliseconds since 1970, or null. Times without a zone are UTC (RFC 4155). */
export function parseFromLine(line: string): number | null {
  const match =
    /([A-Z][a-z]{2}) +(\d{1,2}) +(\d{1,2}:\d{2}(?::\d{2})?)(?: +([+-]\d{4}|[A-Z]{1,5}))?(?: +(\d{4}))(?: +([+-]\d{4}))?\s*$/u.exec(
      line,
    );
  if (match === null) return null;
  const [, month = '', day = '', time = '', zoneBefore, year = '', zoneAfter] = match;
  const offset = zoneAfter ?? (zoneBefore !== undefined && /^[+-]/u.test(zoneBefore) ? zoneBefore : '+0000');
  const parsed = Date.parse(`${day} ${month} ${year} ${time} ${offset}`);
  return Number.isNaN(parsed) ? null : parsed;
}

interface Separator {
  readonly lineStart: number;
}

/** The next `From ` line at `start` or after an empty line behind it. */
async function findSeparator(window: SourceWindow, start: number): Promise<Separator | null> {
  let lineStart = start;
  // The first line of a file may be one; a message begins with its header section.
  let isAfterEmpty = start === 0;
  for (;;) {
    const octets = await window.from(lineStart);
    if (octets.length === 0) return null;
    const isAtEnd = lineStart + octets.length === window.sizeBytes;
    let at = 0;
    while (at < octets.length && (isAtEnd || octets.length - at > MOST_FROM_LINE_OCTETS)) {
      if (isAfterEmpty && isFromLine(octets, at)) return { lineStart: lineStart + at };
      const lineFeed = octets.indexOf(LF, at);
      if (lineFeed < 0) {
        at = octets.length;
        isAfterEmpty = false;
        break;
      }
      isAfterEmpty = lineFeed === at || (lineFeed === at + 1 && octets[at] === CR);
      at = lineFeed + 1;
    }
    if (isAtEnd) return null;
    lineStart += at;
  }
}

function isFromLine(octets: Uint8Array, at: number): boolean {
  if (FROM.some((octet, index) => octets[at + index] !== octet)) return false;
  return FROM_LINE.test(lineText(octets, at));
}

function lineText(octets: Uint8Array, at: number): string {
  const lineFeed = octets.indexOf(LF, at);
  const end = lineFeed < 0 ? octets.length : lineFeed;
  const text = toLatin1(octets.subarray(at, Math.min(end, at + MOST_FROM_LINE_OCTETS)));
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

async function readLine(window: SourceWindow, start: number): Promise<{ text: string; next: number }> {
  const octets = await window.from(start);
  const lineFeed = octets.indexOf(LF);
  return { text: lineText(octets, 0), next: lineFeed < 0 ? window.sizeBytes : start + lineFeed + 1 };
}

/** Where Content-Length says that the message ends, if that can be. */
async function endByLength(
  window: SourceWindow,
  start: number,
): Promise<{ end: number; separator: Separator | null } | null> {
  const head = (await window.from(start)).subarray(0, MOST_HEADER_OCTETS);
  const bodyStart = findBodyStart(head);
  if (bodyStart === null) return null;
  const header = toLatin1(head.subarray(0, bodyStart));
  const length = /^Content-Length:[ \t]*(\d{1,15})[ \t]*\r?$/imu.exec(header)?.[1];
  if (length === undefined) return null;
  const end = start + bodyStart + Number(length);
  if (end > window.sizeBytes) return null;
  const after = (await window.from(end)).subarray(0, MOST_FROM_LINE_OCTETS + 4);
  const gap = /^(?:\r?\n)*/u.exec(toLatin1(after))?.[0].length ?? 0;
  if (end + gap === window.sizeBytes) return { end, separator: null };
  return isFromLine(after, gap) ? { end, separator: { lineStart: end + gap } } : null;
}

/** The first octet behind the empty line that ends the header section. */
function findBodyStart(octets: Uint8Array): number | null {
  for (let at = 0; at < octets.length;) {
    const lineFeed = octets.indexOf(LF, at);
    if (lineFeed < 0) return null;
    if (lineFeed === at || (lineFeed === at + 1 && octets[at] === CR)) return lineFeed + 1;
    at = lineFeed + 1;
  }
  return null;
}

/** Without the empty line before the separator, which is the file's, not the message's. */
async function endBefore(window: SourceWindow, start: number, separator: number): Promise<number> {
  const from = Math.max(start, separator - 4);
  const tail = toLatin1((await window.from(from)).subarray(0, separator - from));
  const gap = /(?<=^|\n)\r?\n$/u.exec(tail)?.[0].length ?? 0;
  return Math.max(start, separator - gap);
}

/** How many `>` stand before `From `, or null where the line is another one. */
function countQuotes(line: Uint8Array): number | null {
  let count = 0;
  while (line[count] === GREATER_THAN) count++;
  return FROM.every((octet, index) => line[count + index] === octet) ? count : null;
}

function unquote(line: Uint8Array, mostQuotes: number): LineStart | null {
  const count = countQuotes(line);
  return count === null || count === 0 || count > mostQuotes ? null : { skip: 1, insert: NOTHING };
}

function toLatin1(octets: Uint8Array): string {
  let text = '';
  for (let at = 0; at < octets.length; at += 4096) {
    text += String.fromCharCode(...octets.subarray(at, at + 4096));
  }
  return text;
}

/** The octets around a place, so that small messages do not cost a read each. */
class SourceWindow {
  readonly #source: OctetSource;
  #start = 0;
  #octets: Uint8Array = NOTHING;

  constructor(source: OctetSource) {
    this.#source = source;
  }

  get sizeBytes(): number {
    return this.#source.sizeBytes;
  }

  /** Octets from there on: at least MOST_HEADER_OCTETS of them unless the source ends before. */
  async from(position: number): Promise<Uint8Array> {
    const end = this.#start + this.#octets.length;
    const hasEnough = position + MOST_HEADER_OCTETS <= end || end === this.#source.sizeBytes;
    if (position < this.#start || !hasEnough || position > end) {
      const last = Math.min(position + WINDOW_OCTETS, this.#source.sizeBytes);
      this.#octets = await this.#source.readRange(position, last);
      this.#start = position;
    }
    return this.#octets.subarray(position - this.#start);
  }
}
