/** BODY and BODYSTRUCTURE: the MIME tree of a message as FETCH answers it (RFC 9051 §7.5.2). */
import type { IndexedDisposition, IndexedPart } from '../../../format/message-index.ts';
import { isAscii } from './cursor.ts';
import { formatEnvelope } from './format-envelope.ts';
import { formatNstring, formatString } from './format.ts';

export interface BodyStructureOptions {
  /** BODYSTRUCTURE has extension data, BODY has not. */
  readonly isExtended: boolean;
  readonly isUtf8: boolean;
}

export function formatBodyStructure(part: IndexedPart, options: BodyStructureOptions): string {
  return part.children.length > 0 ? formatMultipart(part, options) : formatSinglePart(part, options);
}

function formatMultipart(part: IndexedPart, options: BodyStructureOptions): string {
  const children = part.children.map((child) => formatBodyStructure(child, options)).join('');
  const subtype = formatString(part.subtype, options.isUtf8);
  if (!options.isExtended) return `(${children} ${subtype})`;
  const parameters = formatParameters(part.parameters, options.isUtf8);
  return `(${children} ${subtype} ${parameters} ${formatCommonExtension(part, options.isUtf8)})`;
}

function formatSinglePart(part: IndexedPart, options: BodyStructureOptions): string {
  const { isUtf8 } = options;
  const fields = [
    formatString(part.type, isUtf8),
    formatString(part.subtype, isUtf8),
    formatParameters(part.parameters, isUtf8),
    formatNstring(part.id, isUtf8),
    formatNstring(part.description, isUtf8),
    formatString(part.encoding, isUtf8),
    String(part.bodyEnd - part.bodyStart),
  ];
  // RFC 3501 §9 knows message/rfc822 only; message/global came with IMAP4rev2.
  if (part.message !== null && (isUtf8 || part.subtype === 'rfc822')) {
    const { envelope, root } = part.message;
    fields.push(formatEnvelope(envelope, isUtf8), formatBodyStructure(root, options), String(part.lines));
  } else if (part.type === 'text') {
    fields.push(String(part.lines));
  }
  if (options.isExtended) fields.push(formatNstring(part.md5, isUtf8), formatCommonExtension(part, isUtf8));
  return `(${fields.join(' ')})`;
}

/** Disposition, language, location. */
function formatCommonExtension(part: IndexedPart, isUtf8: boolean): string {
  const disposition = formatDisposition(part.disposition, isUtf8);
  return `${disposition} ${formatLanguages(part.language, isUtf8)} ${formatNstring(part.location, isUtf8)}`;
}

function formatDisposition(disposition: IndexedDisposition | null, isUtf8: boolean): string {
  if (disposition === null) return 'NIL';
  return `(${formatString(disposition.type, isUtf8)} ${formatParameters(disposition.parameters, isUtf8)})`;
}

function formatLanguages(languages: readonly string[], isUtf8: boolean): string {
  const [only] = languages;
  if (only === undefined) return 'NIL';
  if (languages.length === 1) return formatString(only, isUtf8);
  return `(${languages.map((tag) => formatString(tag, isUtf8)).join(' ')})`;
}

function formatParameters(parameters: Readonly<Record<string, string>>, isUtf8: boolean): string {
  const entries = Object.entries(parameters);
  if (entries.length === 0) return 'NIL';
  const pairs = entries.map(([name, value]) => {
    // A client without UTF-8 gets the value in the encoding that the header field may have had (RFC 2231).
    if (isUtf8 || isAscii(value)) return `${formatString(name, isUtf8)} ${formatString(value, isUtf8)}`;
    return `${formatString(`${name}*`, false)} ${formatString(`utf-8''${encodeExtended(value)}`, false)}`;
  });
  return `(${pairs.join(' ')})`;
}

/** RFC 2231 §4: everything but attribute characters becomes `%xx`. */
function encodeExtended(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
