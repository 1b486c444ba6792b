/**
 * ZoneText: one record as it is written in a master file (RFC 1035 §5.1).
 *
 * Flow: zone-file.ts, the page → here. Invariants: a character of a text is an octet; what is written is read back as the same.
 */
import { MAX_STRING_OCTETS } from './limits.ts';
import type { ZoneRecord } from './zone-record.ts';

/** The whole line with full names; null where the value is not known. */
export function zoneLineOf(record: ZoneRecord): string | null {
  const data = recordDataText(record);
  return data === null ? null : `${record.name}. ${String(record.ttlSeconds)} IN ${record.type} ${data}`;
}

/** What stands behind the type; `nameText` says how a target is written: in full, if nothing else is said. */
export function recordDataText(
  record: ZoneRecord,
  nameText: (name: string) => string = (name) => `${name}.`,
): string | null {
  const { type, value, priority, weight, port } = record;
  if (value === null) return null;
  const numbers = [priority, weight, port].filter((number) => number !== null).map(String);
  return [...numbers, valueText(type, value, nameText)].join(' ');
}

/** TXT in quotes, targets as names, addresses and TLSA as they are. */
function valueText(type: ZoneRecord['type'], value: string, nameText: (name: string) => string): string {
  if (type === 'TXT') return textStrings(value).map(quoteString).join(' ');
  if (type === 'A' || type === 'AAAA' || type === 'TLSA') return value;
  return value === '' ? '.' : nameText(value);
}

/** RFC 1035 §3.3.14: a string holds 255 octets; a longer text is several. */
export function textStrings(text: string): readonly string[] {
  if (text === '') return [''];
  const octets = /[^\0-ÿ]/u.test(text) ? utf8Octets(text) : text;
  const count = Math.ceil(octets.length / MAX_STRING_OCTETS);
  return Array.from({ length: count }, (_, index) =>
    octets.slice(MAX_STRING_OCTETS * index, MAX_STRING_OCTETS * (index + 1)),
  );
}

/** RFC 1035 §5.1: `\DDD` is the octet with that decimal number. */
export function quoteString(octets: string): string {
  const escaped = octets.replaceAll(/["\\]|[^ -~]/gu, (character) =>
    /["\\]/u.test(character) ? `\\${character}` : `\\${String(character.charCodeAt(0)).padStart(3, '0')}`,
  );
  return `"${escaped}"`;
}

/** One character an octet. */
export function utf8Octets(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Relative to the domain, `@` for the domain itself; what is elsewhere as it is. */
export function relativeName(domain: string, name: string): string {
  if (name === domain) return '@';
  return name.endsWith(`.${domain}`) ? name.slice(0, -domain.length - 1) : name;
}
