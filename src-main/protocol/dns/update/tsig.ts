/**
 * TSIG: signatures of messages by a secret that both sides have (RFC 8945).
 *
 * Flow: UpdateClient → here. Invariants: a reply counts only where the same key signed it over what we asked; secrets are compared
 * in constant time and never written anywhere.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { TSIG_FUDGE_SECONDS } from './limits.ts';
import { CLASSES, encodeRecord, readMessage, TYPES } from './message.ts';
import {
  decodeName,
  DnsFormatError,
  encodeName,
  readOctets,
  readUint16,
  uint16,
  uint32,
  uint48,
} from './octets.ts';

/** RFC 8945 §6: what must be there, and what is recommended. */
export type TsigAlgorithm = 'hmac-sha256' | 'hmac-sha512';

export interface TsigKey {
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Uint8Array;
}

export type TsigProblem =
  /** Nobody signed it. */
  | 'unsigned'
  /** Another key or another way of signing. */
  | 'otherKey'
  | 'wrongSignature'
  | 'wrongTime';

/** RFC 8945 §3; `truncated` is never ours. */
export type TsigError = 'BADSIG' | 'BADKEY' | 'BADTIME' | 'BADTRUNC';

const TSIG_ERRORS: Readonly<Record<number, TsigError>> = {
  16: 'BADSIG',
  17: 'BADKEY',
  18: 'BADTIME',
  22: 'BADTRUNC',
};
const HASHES = { 'hmac-sha256': 'sha256', 'hmac-sha512': 'sha512' } as const;
const ADDITIONAL_COUNT_AT = 10;

export interface SignedMessage {
  readonly octets: Buffer;
  readonly mac: Buffer;
}

export function signMessage(
  message: Buffer,
  key: TsigKey,
  options: { nowSeconds: number; requestMac?: Buffer },
): SignedMessage {
  const fields = {
    signedAt: options.nowSeconds,
    fudge: TSIG_FUDGE_SECONDS,
    error: 0,
    other: Buffer.alloc(0),
  };
  const mac = macOf({ message, key, fields, requestMac: options.requestMac ?? null });
  const data = Buffer.concat([
    ...[encodeName(key.algorithm), uint48(fields.signedAt), uint16(fields.fudge, mac.length), mac],
    ...[message.subarray(0, 2), uint16(fields.error, 0)],
  ]);
  const record = { name: key.name, type: TYPES.TSIG, class: CLASSES.ANY, ttlSeconds: 0, data };
  const octets = Buffer.concat([message, encodeRecord(record)]);
  octets.writeUInt16BE(octets.readUInt16BE(ADDITIONAL_COUNT_AT) + 1, ADDITIONAL_COUNT_AT);
  return { octets, mac };
}

export interface TsigVerdict {
  /** null: the key signed it, now. */
  readonly problem: TsigProblem | null;
  /** What the server found wrong with our signature. */
  readonly error: TsigError | null;
}

/** RFC 8945 §5.3: the reply is signed over our signature as well. */
export function verifyReply(
  reply: Buffer,
  options: { key: TsigKey; requestMac: Buffer; nowSeconds: number },
): TsigVerdict {
  const { key, requestMac, nowSeconds } = options;
  const read = readTsig(reply);
  if (read === null) return { problem: 'unsigned', error: null };
  const error = TSIG_ERRORS[read.fields.error] ?? null;
  const isOurs = read.name === key.name.toLowerCase() && read.algorithm === key.algorithm;
  // RFC 8945 §5.3.2: what the server could not verify it does not sign.
  if (!isOurs || read.mac.length === 0)
    return { problem: read.mac.length === 0 ? 'unsigned' : 'otherKey', error };
  const mac = macOf({ message: read.message, key, fields: read.fields, requestMac });
  if (mac.length !== read.mac.length || !timingSafeEqual(mac, read.mac))
    return { problem: 'wrongSignature', error };
  const isNow = Math.abs(nowSeconds - read.fields.signedAt) <= read.fields.fudge;
  return { problem: isNow || error === 'BADTIME' ? null : 'wrongTime', error };
}

interface TsigFields {
  readonly signedAt: number;
  readonly fudge: number;
  readonly error: number;
  readonly other: Buffer;
}

/** RFC 8945 §4.3 */
function macOf(options: {
  message: Buffer;
  key: TsigKey;
  fields: TsigFields;
  requestMac: Buffer | null;
}): Buffer {
  const { message, key, fields, requestMac } = options;
  const hash = createHmac(HASHES[key.algorithm], key.secret);
  if (requestMac !== null) hash.update(uint16(requestMac.length)).update(requestMac);
  hash.update(message);
  hash.update(encodeName(key.name.toLowerCase())).update(uint16(CLASSES.ANY)).update(uint32(0));
  hash.update(encodeName(key.algorithm)).update(uint48(fields.signedAt));
  hash.update(uint16(fields.fudge, fields.error, fields.other.length)).update(fields.other);
  return hash.digest();
}

interface ReadTsig {
  readonly name: string;
  readonly algorithm: string;
  readonly mac: Buffer;
  readonly fields: TsigFields;
  /** What was signed: without the record, under the id that it names. */
  readonly message: Buffer;
}

/** The last record, where it is a signature (RFC 8945 §5.1); null: it is none. */
function readTsig(octets: Buffer): ReadTsig | null {
  const read = readMessage(octets);
  const record = read?.additionals.at(-1);
  if (read === null || record?.type !== TYPES.TSIG) return null;
  try {
    return {
      ...readTsigData(record.data, octets.subarray(0, read.lastRecordAt)),
      name: record.name.toLowerCase(),
    };
  } catch (error) {
    if (error instanceof DnsFormatError) return null;
    throw error;
  }
}

function readTsigData(data: Buffer, unsigned: Buffer): Omit<ReadTsig, 'name'> {
  const { name: algorithm, next: at } = decodeName(data, 0);
  const macLength = readUint16(data, at + 8);
  const mac = readOctets(data, at + 10, macLength);
  const rest = at + 10 + macLength;
  const fields = {
    signedAt: readOctets(data, at, 6).readUIntBE(0, 6),
    fudge: readUint16(data, at + 6),
    error: readUint16(data, rest + 2),
    other: readOctets(data, rest + 6, readUint16(data, rest + 4)),
  };
  const message = Buffer.from(unsigned);
  readOctets(data, rest, 2).copy(message);
  message.writeUInt16BE(message.readUInt16BE(ADDITIONAL_COUNT_AT) - 1, ADDITIONAL_COUNT_AT);
  return { algorithm: algorithm.toLowerCase(), mac, fields, message };
}
