/**
 * Header fields as they are signed: their octets as they stand, or in a form that survives refolding.
 *
 * RFC 6376 §3.4.1, §3.4.2, §5.4.2. Invariants: never throws; one character is one octet, so that nothing is decoded that was signed.
 */

export type Canonicalization = 'simple' | 'relaxed';

/** A field with its line end, as octets (one character each). */
export interface RawField {
  /** Lower case, without white space before the colon. */
  readonly name: string;
  readonly text: string;
}

/** The fields of a header section, in order; lines that belong to no field are skipped. */
export function readRawFields(section: string): readonly RawField[] {
  const fields: RawField[] = [];
  for (const text of section.match(/[^\n]*\n(?:[ \t][^\n]*\n)*/g) ?? []) {
    const colon = text.indexOf(':');
    const name = text.slice(0, Math.max(colon, 0)).trimEnd().toLowerCase();
    if (name !== '' && !/[ \t]/.test(name)) fields.push({ name, text });
  }
  return fields;
}

/** What stands behind the colon, still folded. */
export function rawBody(field: RawField): string {
  return field.text.slice(field.text.indexOf(':') + 1);
}

/** With its CRLF. */
export function canonicalField(field: RawField, canonicalization: Canonicalization): string {
  if (canonicalization === 'simple') return field.text;
  const value = rawBody(field)
    .replace(/\r?\n/g, '')
    .replace(/[ \t]+/g, ' ');
  return `${field.name}:${trimSpace(value)}\r\n`;
}

function trimSpace(text: string): string {
  return text.slice(text.startsWith(' ') ? 1 : 0, text.endsWith(' ') && text.length > 1 ? -1 : undefined);
}

/** The signature's own field with nothing in b=, and without its CRLF: the last of what is signed (§3.5, §3.7). */
export function canonicalSignatureField(field: RawField, canonicalization: Canonicalization): string {
  const colon = field.text.indexOf(':') + 1;
  const body = field.text.slice(colon).replace(/((?:^|;)[ \t\r\n]*b[ \t\r\n]*=)[^;]*/, '$1');
  const emptied = { name: field.name, text: field.text.slice(0, colon) + body };
  return canonicalField(emptied, canonicalization).replace(/\r\n$/, '');
}
