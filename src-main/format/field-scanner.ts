/**
 * Field scanner: walks the header fields of a header section that is already text (RFC 5322 §2.2).
 *
 * Flow: indexer, IMAP searches → here. It reads only; header-section.ts edits.
 * Invariants: never throws, linear time; lines that belong to no field are skipped.
 */
const SPACE = 0x20;
const TAB = 0x09;

/** Calls `visit` with each field's name in lower case and its value, still folded. */
export function scanFields(section: string, visit: (name: string, value: string) => void): void {
  let start = 0;
  while (start < section.length) {
    const end = findFieldEnd(section, start);
    const colon = section.indexOf(':', start);
    if (colon < 0) return;
    if (colon > start && colon < end) {
      visit(section.slice(start, colon).trimEnd().toLowerCase(), section.slice(colon + 1, end));
    }
    start = end;
  }
}

/** Unfolds a value (RFC 5322 §2.2.3): a fold with its white space becomes one space; stray line ends and NULs go. */
export function unfold(value: string): string {
  return value
    .replace(/\r?\n[ \t]+/g, ' ')
    .replace(/[\r\n\0]+/g, '')
    .trim();
}

/** The position after the field that begins at `start`, with its continuation lines. */
function findFieldEnd(section: string, start: number): number {
  let at = start;
  for (;;) {
    const lineFeed = section.indexOf('\n', at);
    if (lineFeed < 0) return section.length;
    at = lineFeed + 1;
    const next = section.charCodeAt(at);
    if (next !== SPACE && next !== TAB) return at;
  }
}
