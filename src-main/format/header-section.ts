/**
 * Header section: its fields with the octets they occupy, what is wrong with it, and a copy with fields added or removed.
 *
 * RFC 5322 §2.1-2.2 and §3.6; RFC 6532 (UTF-8 in field bodies). Flow: submission and reception hold the header section back,
 * look at it here, and pass it on. Invariants: fields that stay keep their octets exactly; offsets count from its first octet.
 */

export interface HeaderField {
  /** As it is spelled. */
  readonly name: string;
  /** First line, 1-based. */
  readonly line: number;
  /** First octet of the name. */
  readonly start: number;
  /** First octet after the colon. */
  readonly bodyStart: number;
  /** First octet after the field's last CRLF. */
  readonly end: number;
}

export interface HeaderProblem {
  /** 1-based. */
  readonly line: number;
  /** A sentence without its full stop, to follow "line 3: ". */
  readonly text: string;
}

export interface HeaderSection {
  readonly octets: Uint8Array;
  /** Well-formed fields in their order. */
  readonly fields: readonly HeaderField[];
  /** The first thing that RFC 5322 does not allow, or null. */
  readonly problem: HeaderProblem | null;
}

/** RFC 5322 §2.1.1, without CRLF. */
const MAX_LINE_OCTETS = 998;

/** RFC 5322 §3.6: these occur once at most. */
const SINGLE_FIELDS: ReadonlySet<string> = new Set([
  'date',
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'message-id',
  'in-reply-to',
  'references',
  'subject',
]);

/** One octet, one character: offsets in the text are offsets in the octets. */
const octetText = new TextDecoder('latin1');
const utf8 = new TextDecoder('utf-8');

const FIELD_NAME = /[\x21-\x39\x3b-\x7e]+/y;

/** Reads a header section: lines ended by CRLF, without the empty line that ends it. */
export function parseHeaderSection(octets: Uint8Array): HeaderSection {
  const text = octetText.decode(octets);
  const fields: HeaderField[] = [];
  let problem: HeaderProblem | null = null;
  let start = 0;
  for (let line = 1; start < text.length; line++) {
    const lineEnd = findLineEnd(text, start);
    const outcome = isFolded(text, start) ? extendField(fields, lineEnd) : readField(text, start, lineEnd);
    if (typeof outcome === 'string') problem ??= { line, text: outcome };
    else if (outcome !== null) fields.push({ ...outcome, line });
    problem ??= checkLine(text.slice(start, lineEnd), line);
    start = lineEnd;
  }
  return { octets, fields, problem: problem ?? findRepeatedField(fields) };
}

function findLineEnd(text: string, start: number): number {
  const lineFeed = text.indexOf('\n', start);
  return lineFeed === -1 ? text.length : lineFeed + 1;
}

function isFolded(text: string, start: number): boolean {
  const first = text.charCodeAt(start);
  return first === 0x20 || first === 0x09;
}

/** A folded line belongs to the field before it. */
function extendField(fields: HeaderField[], end: number): string | null {
  const last = fields.pop();
  if (last === undefined) return 'the first line begins with a space, as if it continued a field';
  fields.push({ ...last, end });
  return null;
}

/** Reads the name; the answer is a field, or what is wrong. */
function readField(text: string, start: number, end: number): Omit<HeaderField, 'line'> | string {
  FIELD_NAME.lastIndex = start;
  const name = FIELD_NAME.exec(text)?.[0] ?? '';
  const colon = start + name.length;
  if (text[colon] === ':' && name !== '') return { name, start, bodyStart: colon + 1, end };
  const line = text.slice(start, end).trimEnd();
  if (!line.includes(':')) return `"${shorten(line)}" is not a header field: it has no colon`;
  return name === '' || text[colon] !== ' '
    ? `the field name before the colon in "${shorten(line)}" holds a character that is not allowed`
    : `there is a space in the field name or before its colon in "${shorten(line)}"`;
}

function checkLine(line: string, number: number): HeaderProblem | null {
  const octets = line.trimEnd().length;
  if (octets > MAX_LINE_OCTETS) {
    return { line: number, text: `the line is longer than ${MAX_LINE_OCTETS} octets; it must be folded` };
  }
  // RFC 5322 §3.2.2: a line of nothing but white space cannot be told from the empty line that ends the section.
  if (octets === 0) return { line: number, text: 'the line holds nothing but white space' };
  return line.includes('\0') ? { line: number, text: 'the line holds a NUL octet' } : null;
}

function findRepeatedField(fields: readonly HeaderField[]): HeaderProblem | null {
  const seen = new Set<string>();
  for (const field of fields) {
    const name = field.name.toLowerCase();
    if (SINGLE_FIELDS.has(name) && seen.has(name)) {
      return { line: field.line, text: `there is more than one ${field.name} field` };
    }
    seen.add(name);
  }
  return null;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

/** Fields of that name, whatever their letter case, in their order. */
export function findFields(section: HeaderSection, name: string): readonly HeaderField[] {
  const wanted = name.toLowerCase();
  return section.fields.filter((field) => field.name.toLowerCase() === wanted);
}

/** The field's body: unfolded, read as UTF-8, without white space at its ends. */
export function fieldBody(section: HeaderSection, field: HeaderField): string {
  const raw = utf8.decode(section.octets.subarray(field.bodyStart, field.end));
  return raw.replace(/\r?\n(?=[ \t])/g, '').trim();
}

/** The octets of the section without some fields and with whole fields, each ended by CRLF, at its end. */
export function rewriteHeaderSection(
  section: HeaderSection,
  change: { without?: readonly HeaderField[]; append?: string },
): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (const field of change.without ?? []) {
    if (field.start > start) pieces.push(section.octets.subarray(start, field.start));
    start = field.end;
  }
  if (start < section.octets.length) pieces.push(section.octets.subarray(start));
  if (change.append !== undefined && change.append !== '') {
    pieces.push(new TextEncoder().encode(change.append));
  }
  return pieces;
}
