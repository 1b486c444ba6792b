/**
 * Edited header: the fields of a header section, which a script may add to and delete from (RFC 5293).
 *
 * Flow: message octets → here → header, address, exists, date tests; addheader, deleteheader → the copies made afterwards.
 * Invariants: fields that stay keep their octets; what is no header field stays with the field before it.
 */
import { guessText } from '../../../../format/charset.ts';
import { decodeEncodedWords, formatEncodedWords } from '../../../../format/encoded-word.ts';
import { unfold } from '../../../../format/field-scanner.ts';
import { parseHeaderSection } from '../../../../format/header-section.ts';

export interface EditedField {
  /** As it is spelled; empty for octets before the first field. */
  readonly name: string;
  /** Unfolded, encoded words kept. */
  readonly value: string;
  readonly octets: Uint8Array;
}

export class EditedHeader {
  #fields: readonly EditedField[];
  #isEdited = false;

  /** `octets`: from the first field; an empty line at the end may be there or not. */
  constructor(octets: Uint8Array) {
    this.#fields = splitFields(octets);
  }

  get isEdited(): boolean {
    return this.#isEdited;
  }

  /** Of that name in their order, whatever the letter case. */
  named(name: string): readonly EditedField[] {
    const wanted = name.toLowerCase();
    return this.#fields.filter((field) => field.name.toLowerCase() === wanted);
  }

  fields(): readonly EditedField[] {
    return this.#fields;
  }

  /** RFC 5293 §4: at the beginning, or at the end. */
  add(name: string, value: string, isLast: boolean): void {
    const text = `${name}: ${formatValue(name, value)}\r\n`;
    const field = { name, value: unfold(value), octets: new TextEncoder().encode(text) };
    this.#fields = isLast ? [...this.#fields, field] : [field, ...this.#fields];
    this.#isEdited = true;
  }

  delete(fields: readonly EditedField[]): void {
    if (fields.length === 0) return;
    this.#fields = this.#fields.filter((field) => !fields.includes(field));
    this.#isEdited = true;
  }

  /** With the empty line that ends it. */
  toOctets(): Uint8Array {
    const pieces = [...this.#fields.map(({ octets }) => octets), new TextEncoder().encode('\r\n')];
    return joinOctets(pieces);
  }
}

/** What a test compares: encoded words decoded, without white space at its ends (RFC 5228 §2.7.2). */
export function decodedValue(field: EditedField): string {
  return decodeEncodedWords(field.value).trim();
}

export function joinOctets(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

function splitFields(octets: Uint8Array): readonly EditedField[] {
  const section = octets.subarray(0, endOfFields(octets));
  const { fields } = parseHeaderSection(section);
  const first = fields[0]?.start ?? section.length;
  const split: EditedField[] = first > 0 ? [{ name: '', value: '', octets: section.subarray(0, first) }] : [];
  fields.forEach((field, index) => {
    const end = fields[index + 1]?.start ?? section.length;
    const value = unfold(guessText(section.subarray(field.bodyStart, field.end)));
    split.push({ name: field.name, value, octets: section.subarray(field.start, end) });
  });
  return split;
}

/** Without the empty line at the end. */
function endOfFields(octets: Uint8Array): number {
  const { length } = octets;
  if (octets[length - 1] !== 0x0a) return length;
  const lineStart = octets[length - 2] === 0x0d ? length - 2 : length - 1;
  return lineStart === 0 || octets[lineStart - 1] === 0x0a ? lineStart : length;
}

/** A value of several lines stays folded; octets beyond ASCII become encoded words; long lines are folded at spaces. */
function formatValue(name: string, value: string): string {
  const line = unfold(value);
  if (!/^[\x20-\x7e]*$/.test(line)) return formatEncodedWords(line);
  let folded = '';
  let length = name.length + 2;
  for (const word of line.split(/(?= )/)) {
    const isTooLong = length + word.length > 78 && folded !== '';
    folded += isTooLong ? `\r\n${word}` : word;
    length = isTooLong ? word.length : length + word.length;
  }
  return folded;
}
