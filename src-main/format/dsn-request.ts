/**
 * What a sender asks of delivery status notifications, as parameters of MAIL and RCPT carry it.
 *
 * RFC 3461 §4 (RET, ENVID, NOTIFY, ORCPT, xtext), RFC 6533 §3 (original recipients of type utf-8). Flow: RCPT → queue → DSN
 * or the next hop's RCPT. Invariants: a value that was parsed holds no control character, so it may stand in a header field.
 */

/** RFC 3461 §4.1: what a sender wants to hear of. No condition at all is NEVER. */
export type NotifyCondition = 'success' | 'failure' | 'delay';

/** RFC 3461 §4.2: the address the sender first gave, before anybody forwarded the message. */
export interface OriginalRecipient {
  /** Lower case, e.g. `rfc822` or `utf-8`. */
  readonly type: string;
  /** Decoded. */
  readonly address: string;
}

/** What was asked for the whole message; an absent field was not given. */
export interface MessageDsn {
  /** How much of the message a DSN that tells of a failure returns (RET). */
  readonly returns?: 'full' | 'headers';
  /** ENVID, decoded: the sender's own name for the transaction. */
  readonly envelopeId?: string;
}

/** What was asked for one recipient; an absent field was not given. */
export interface RecipientDsn {
  readonly notify?: readonly NotifyCondition[];
  readonly originalRecipient?: OriginalRecipient;
}

/** RFC 3461 §4.4 */
const MAX_ENVELOPE_ID_CHARACTERS = 100;
/** RFC 3461 §4.2 */
const MAX_ORIGINAL_RECIPIENT_CHARACTERS = 500;

const CONDITIONS: ReadonlyMap<string, NotifyCondition> = new Map([
  ['SUCCESS', 'success'],
  ['FAILURE', 'failure'],
  ['DELAY', 'delay'],
]);

/** NOTIFY's value; null where it is malformed. NEVER stands alone. */
export function parseNotify(value: string): readonly NotifyCondition[] | null {
  if (value.toUpperCase() === 'NEVER') return [];
  const conditions = new Set<NotifyCondition>();
  for (const word of value.split(',')) {
    const condition = CONDITIONS.get(word.toUpperCase());
    if (condition === undefined) return null;
    conditions.add(condition);
  }
  return [...conditions];
}

export function formatNotify(conditions: readonly NotifyCondition[]): string {
  return conditions.length === 0 ? 'NEVER' : conditions.join(',').toUpperCase();
}

/** ENVID's value, decoded; null where it is malformed. */
export function parseEnvelopeId(value: string): string | null {
  if (value.length > MAX_ENVELOPE_ID_CHARACTERS) return null;
  const decoded = decodeXtext(value);
  return decoded !== null && PRINTABLE_ASCII.test(decoded) ? decoded : null;
}

/** ORCPT's value: `type;address`; null where it is malformed. */
export function parseOriginalRecipient(value: string): OriginalRecipient | null {
  if (value.length > MAX_ORIGINAL_RECIPIENT_CHARACTERS) return null;
  const [, type = '', encoded = ''] = /^([A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+);(.+)$/u.exec(value) ?? [];
  if (type === '') return null;
  if (type.toLowerCase() === 'utf-8') {
    const address = decodeUtf8Address(encoded);
    return address === null ? null : { type: 'utf-8', address };
  }
  const address = decodeXtext(encoded);
  return address !== null && PRINTABLE_ASCII.test(address) ? { type: type.toLowerCase(), address } : null;
}

/** ORCPT's value. `allowUtf8`: the transaction uses SMTPUTF8. */
export function formatOriginalRecipient(
  { type, address }: OriginalRecipient,
  options: { allowUtf8: boolean },
): string {
  return `${type};${type === 'utf-8' ? encodeUtf8Address(address, options) : encodeXtext(address)}`;
}

const PRINTABLE_ASCII = /^[\x20-\x7e]+$/;
const XTEXT = /^(?:[\x21-\x2a\x2c-\x3c\x3e-\x7e]|\+[0-9A-F]{2})*$/;

/** xtext of RFC 3461 §4: what is no plain character becomes `+` and its octet in two digits. */
export function encodeXtext(text: string): string {
  let encoded = '';
  for (const octet of new TextEncoder().encode(text)) {
    const isPlain = octet >= 0x21 && octet <= 0x7e && octet !== 0x2b && octet !== 0x3d;
    encoded += isPlain ? String.fromCharCode(octet) : `+${toHex(octet)}`;
  }
  return encoded;
}

/** The text that xtext stands for; null where it is malformed. */
export function decodeXtext(encoded: string): string | null {
  if (!XTEXT.test(encoded)) return null;
  if (!encoded.includes('+')) return encoded;
  const octets: number[] = [];
  for (let i = 0; i < encoded.length; i++) {
    const isEscape = encoded[i] === '+';
    octets.push(isEscape ? parseInt(encoded.slice(i + 1, i + 3), 16) : encoded.charCodeAt(i));
    if (isEscape) i += 2;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(octets));
  } catch {
    return null;
  }
}

/** utf-8-addr-xtext, or utf-8-addr-unitext where UTF-8 is allowed (RFC 6533 §3). */
export function encodeUtf8Address(address: string, options: { allowUtf8: boolean }): string {
  const mustEscape = options.allowUtf8 ? /[\x00-\x20+=\\\x7f]/gu : /[^\x21-\x7e]|[+=\\]/gu;
  return address.replace(mustEscape, (character) => `\\x{${toHex(character.codePointAt(0) ?? 0)}}`);
}

const UTF8_ADDRESS = /^(?:[^\x00-\x20\\\x7f-\x9f]|\\x\{[0-9A-F]{2,6}\})+$/u;
const CONTROL_CHARACTER = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;

function decodeUtf8Address(encoded: string): string | null {
  if (!UTF8_ADDRESS.test(encoded)) return null;
  let isMalformed = false;
  const address = encoded.replace(/\\x\{([0-9A-F]+)\}/g, (_escape, digits: string) => {
    const point = parseInt(digits, 16);
    const isCharacter = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    if (!isCharacter) isMalformed = true;
    return isCharacter ? String.fromCodePoint(point) : '';
  });
  return isMalformed || CONTROL_CHARACTER.test(address) ? null : address;
}

function toHex(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}
