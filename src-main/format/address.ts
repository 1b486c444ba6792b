/**
 * Addresses of the envelope: `local-part@domain`, and paths, which are addresses in angle brackets.
 *
 * RFC 5321 §4.1.2 (Mailbox, Path), §4.1.3 (address literals), §4.5.3.1 (limits); RFC 6531 §3.3 (UTF-8 in both parts).
 * Invariants: a parsed address is well-formed and within the limits; two spellings of one address have the same key.
 */
import { err, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { domainToAscii, isAddressLiteral, MAX_DOMAIN_OCTETS } from './domain.ts';

/** RFC 5321 §4.5.3.1.1 */
const MAX_LOCAL_PART_OCTETS = 64;
/** RFC 5321 §4.5.3.1.3, without the angle brackets that it counts. */
const MAX_PATH_OCTETS = 254;

export interface Address {
  /** Without the quotes and backslashes of a quoted-string. */
  readonly localPart: string;
  /** As it was spelled; an address literal with its brackets; empty only for `postmaster`. */
  readonly domain: string;
  /** Lower case, A-labels; an address literal in lower case. */
  readonly asciiDomain: string;
}

export interface AddressOptions {
  /** Whether octets beyond ASCII may stand in it (SMTPUTF8, RFC 6531). */
  readonly allowUtf8?: boolean;
}

/** Octets that an atom is made of (RFC 5322 §3.2.3). */
const ATEXT = /[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]/;

const NON_ASCII = /[^\x00-\x7f]/;
const DOT_STRING =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+)*$/u;
// C1 controls, line and paragraph separators, zero-width and direction marks: they never help and they deceive.
const DECEPTIVE = /[\u0080-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** Parses `local-part@domain`. The error is a sentence without its full stop. */
export function parseAddress(text: string, options: AddressOptions = {}): Result<Address, string> {
  const localPart = readLocalPart(text);
  if (!localPart.ok) return localPart;
  const { value, end } = localPart.value;
  if (text[end] !== '@')
    return err(end === text.length ? 'there is no @' : `unexpected "${text[end]}" before the @`);
  const domain = text.slice(end + 1);
  if (NON_ASCII.test(text) && options.allowUtf8 !== true) {
    return err('characters beyond ASCII need the SMTPUTF8 extension');
  }
  if (DECEPTIVE.test(text)) return err('it holds invisible characters');
  if (octetLength(value) > MAX_LOCAL_PART_OCTETS) {
    return err(`the local part is longer than ${MAX_LOCAL_PART_OCTETS} octets`);
  }
  if (octetLength(text) > MAX_PATH_OCTETS) return err(`it is longer than ${MAX_PATH_OCTETS} octets`);
  return withDomain(value, domain);
}

function withDomain(localPart: string, domain: string): Result<Address, string> {
  if (domain.startsWith('[')) {
    if (!isAddressLiteral(domain)) return err(`"${domain}" is not an address literal`);
    return ok({ localPart, domain, asciiDomain: domain.toLowerCase() });
  }
  if (octetLength(domain) > MAX_DOMAIN_OCTETS)
    return err(`the domain is longer than ${MAX_DOMAIN_OCTETS} octets`);
  const ascii = domainToAscii(domain);
  return ascii.ok ? ok({ localPart, domain, asciiDomain: ascii.value }) : ascii;
}

/** Local-part = Dot-string / Quoted-string; returns its value and where it ended. */
function readLocalPart(text: string): Result<{ value: string; end: number }, string> {
  if (text.startsWith('"')) return readQuotedString(text);
  const at = text.lastIndexOf('@');
  const end = at === -1 ? text.length : at;
  const value = text.slice(0, end);
  if (value === '') return err('the local part is missing');
  if (!DOT_STRING.test(value)) return err(describeBadDotString(value));
  return ok({ value, end });
}

function describeBadDotString(value: string): string {
  for (const character of value) {
    if (character !== '.' && !ATEXT.test(character) && !NON_ASCII.test(character)) {
      return `the local part holds ${describeCharacter(character)} outside quotes`;
    }
  }
  return 'the local part has a dot at its start, at its end, or two in a row';
}

function describeCharacter(character: string): string {
  if (character === ' ') return 'a space';
  return character < ' ' || character === '\x7f' ? 'a control character' : `"${character}"`;
}

function readQuotedString(text: string): Result<{ value: string; end: number }, string> {
  let value = '';
  for (let i = 1; i < text.length; i++) {
    let character = text.charAt(i);
    if (character === '"') {
      return value === '' ? err('the local part is empty') : ok({ value, end: i + 1 });
    }
    if (character === '\\') character = text.charAt(++i);
    // RFC 5321 §4.1.2: qtextSMTP and quoted-pairSMTP are printable.
    if (character < ' ' || character === '\x7f') return err('the local part holds a control character');
    value += character;
  }
  return err('the quoted local part has no closing quote');
}

export interface ParsedPath {
  /** null for the null reverse-path `<>`. */
  readonly address: Address | null;
  /** What stood between the brackets, without a source route. */
  readonly text: string;
  /** Index of the first character after the closing bracket. */
  readonly end: number;
}

/**
 * Reads a path in angle brackets at the start of `text`; something else may follow it. A source route is read over, as
 * RFC 5321 §4.1.1.3 and appendix C ask. `<postmaster>` is an address without a domain (RFC 5321 §4.1.1.3).
 */
export function readPath(text: string, options: AddressOptions = {}): Result<ParsedPath, string> {
  if (!text.startsWith('<')) return err('the address must stand in angle brackets');
  const close = findClosingBracket(text);
  if (close === -1) return err('the closing angle bracket is missing');
  const inner = text.slice(1, close).replace(/^@[^\s@:<>",]+(?:,@[^\s@:<>",]+)*:/, '');
  const end = close + 1;
  if (inner === '') return ok({ address: null, text: inner, end });
  if (inner.toLowerCase() === 'postmaster') {
    return ok({ address: { localPart: inner, domain: '', asciiDomain: '' }, text: inner, end });
  }
  const address = parseAddress(inner, options);
  return address.ok ? ok({ address: address.value, text: inner, end }) : address;
}

/** The bracket that ends the path: not one inside a quoted-string. */
function findClosingBracket(text: string): number {
  let isQuoted = false;
  for (let i = 1; i < text.length; i++) {
    const character = text[i];
    if (character === '"') isQuoted = !isQuoted;
    else if (character === '\\' && isQuoted) i++;
    else if (character === '>' && !isQuoted) return i;
  }
  return -1;
}

/** Writes the address, with quotes where the local part needs them. */
export function formatAddress(address: Pick<Address, 'localPart' | 'domain'>): string {
  const { localPart, domain } = address;
  const local = DOT_STRING.test(localPart) ? localPart : `"${localPart.replace(/["\\]/g, '\\$&')}"`;
  return domain === '' ? local : `${local}@${domain}`;
}

/** The form in which addresses compare: case-insensitive, NFC, domain as A-labels. */
export function addressKey(address: Address): string {
  const localPart = address.localPart.normalize('NFC').toLowerCase();
  return formatAddress({ localPart, domain: address.asciiDomain });
}

/** How many octets the text has in UTF-8. */
function octetLength(text: string): number {
  return NON_ASCII.test(text) ? new TextEncoder().encode(text).length : text.length;
}
