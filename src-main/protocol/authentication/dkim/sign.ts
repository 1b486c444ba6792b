/**
 * DKIM signing: the DKIM-Signature fields of a message that leaves.
 *
 * RFC 6376 §5, RFC 8301 (RSA of 2048 bits, SHA-256), RFC 8463 (Ed25519). Flow: relay → here → above the content.
 * Invariants: what a reader acts on is signed, and signed once more than it is there (§8.15), so that nobody can add another; no
 * l=, which would let anybody add to the body. The arithmetic runs in Node's thread pool.
 */
import { createHash, sign, type KeyObject } from 'node:crypto';
import type { BodyForm, SignedMessage } from '../signed-message.ts';
import { canonicalSignatureField, type RawField } from './canonical-header.ts';
import type { SignatureAlgorithm } from './signature.ts';

export interface SigningKey {
  /** A-labels. */
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: SignatureAlgorithm;
  readonly privateKey: KeyObject;
}

/** relaxed/relaxed: what servers on the way do to white space breaks nothing. */
export const SIGNED_FORM: BodyForm = { body: 'relaxed' };

/** Signed once more than they are there, even where there is none: a forger would add these. */
const SEALED_FIELDS = ['from', 'to', 'cc', 'reply-to', 'subject'];
/** Signed once more than they are there, where there is one. */
const GUARDED_FIELDS = [
  'sender',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
];
/** Signed as they are there; lists set their own. */
const PLAIN_FIELDS = [
  'resent-from',
  'resent-to',
  'resent-date',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'auto-submitted',
];

/** Names for h=. */
export function chooseSignedFields(fields: readonly RawField[]): readonly string[] {
  const countOf = (name: string) => fields.filter((field) => field.name === name).length;
  const times = (name: string, count: number) => Array.from({ length: count }, () => name);
  return [
    ...SEALED_FIELDS.flatMap((name) => times(name, countOf(name) + 1)),
    ...GUARDED_FIELDS.filter((name) => countOf(name) > 0).flatMap((name) => times(name, countOf(name) + 1)),
    ...PLAIN_FIELDS.flatMap((name) => times(name, countOf(name))),
  ];
}

/** One field for each key, each ended by CRLF. `now`: milliseconds since 1970 UTC. */
export async function signMessage(
  message: SignedMessage,
  keys: readonly SigningKey[],
  now: number,
): Promise<string> {
  const signatures = keys.map((key) => {
    const tags = [['v', '1'], ...keyTags(key), ...messageTags(message, now)] as const;
    return signField({ name: 'DKIM-Signature', tags, key }, (field) => signedData(message, field));
  });
  return (await Promise.all(signatures)).join('');
}

/** a=, d= and s= */
export function keyTags({ algorithm, domain, selector }: SigningKey): readonly Tag[] {
  return [
    ['a', algorithm],
    ['d', domain],
    ['s', selector],
  ];
}

/** c=, t=, h= and bh= */
export function messageTags(
  message: SignedMessage,
  now: number,
  names = chooseSignedFields(message.fields),
): readonly Tag[] {
  return [
    ['c', 'relaxed/relaxed'],
    ['t', String(Math.floor(now / 1000))],
    ['h', names.join(':')],
    ['bh', message.bodyHash(SIGNED_FORM).hash],
  ];
}

/** RFC 6376 §3.7 */
export function signedData(
  message: SignedMessage,
  field: RawField,
  names = chooseSignedFields(message.fields),
): string {
  return message.signedFields.textOf(names, 'relaxed') + canonicalSignatureField(field, 'relaxed');
}

type Tag = readonly [name: string, value: string];

export interface UnsignedField {
  readonly name: string;
  readonly tags: readonly Tag[];
  readonly key: SigningKey;
}

/** Makes a signature field: its text without signature is given to `dataOf`, which says what is signed. */
export async function signField(
  { name, tags, key }: UnsignedField,
  dataOf: (field: RawField) => string,
): Promise<string> {
  const unsigned = `${name}: ${foldTags(tags)};\r\n\tb=`;
  const signature = await signData(dataOf({ name: name.toLowerCase(), text: `${unsigned}\r\n` }), key);
  return `${unsigned}${foldValue(signature)}\r\n`;
}

function signData(data: string, { algorithm, privateKey }: SigningKey): Promise<string> {
  const octets = Buffer.from(data, 'latin1');
  const isRsa = algorithm === 'rsa-sha256';
  // RFC 8463 §3: Ed25519 signs the hash.
  const message = isRsa ? octets : createHash('sha256').update(octets).digest();
  return new Promise((resolve, reject) => {
    sign(isRsa ? 'sha256' : null, message, privateKey, (error, signature) => {
      if (error === null) resolve(signature.toString('base64'));
      else reject(error);
    });
  });
}

/** RFC 5322 §2.1.1 recommends 78 characters a line. */
const LINE_CHARACTERS = 72;

function foldTags(tags: readonly Tag[]): string {
  let text = '';
  let length = 20;
  for (const [name, value] of tags) {
    const tag = `${name}=${name === 'h' ? foldNames(value) : value}`;
    const mustFold = name === 'h' || name === 'bh' || length + tag.length > LINE_CHARACTERS;
    if (text !== '') text += mustFold ? ';\r\n\t' : '; ';
    length = (mustFold ? 0 : length) + tag.length + 2;
    text += tag;
  }
  return text;
}

/** White space may stand before the colons of h= (RFC 6376 §3.5). */
function foldNames(names: string): string {
  let length = 0;
  return names
    .split(':')
    .map((name, index) => {
      const mustFold = length + name.length > LINE_CHARACTERS;
      length = (mustFold ? 0 : length) + name.length + 1;
      return index === 0 ? name : `${mustFold ? '\r\n\t :' : ':'}${name}`;
    })
    .join('');
}

function foldValue(base64: string): string {
  return base64.match(new RegExp(`.{1,${LINE_CHARACTERS}}`, 'g'))?.join('\r\n\t ') ?? '';
}
