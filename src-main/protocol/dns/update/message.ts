/**
 * DNS messages as dynamic updates need them: every octet ours, since they are signed.
 *
 * RFC 1035 §4.1, RFC 2136 §2. Flow: UpdateClient → here → wire. Invariants: names are written without compression and read with it;
 * data of records that are read holds whole names, so that it can be sent back as it is; readMessage() never throws.
 */
import {
  decodeName,
  DnsFormatError,
  encodeName,
  readOctets,
  readUint16,
  readUint32,
  uint16,
  uint32,
} from './octets.ts';

export const TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  TLSA: 52,
  TSIG: 250,
  ANY: 255,
} as const;

/** RFC 2136 §2.4, §2.5: NONE and ANY say what is not, and what is whatever it be. */
export const CLASSES = { IN: 1, NONE: 254, ANY: 255 } as const;

export const OPCODES = { QUERY: 0, UPDATE: 5 } as const;

const HEADER_OCTETS = 12;
const RESPONSE_FLAG = 0x8000;
const AUTHORITATIVE_FLAG = 0x0400;

export interface ResourceRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttlSeconds: number;
  readonly data: Buffer;
}

export interface Question {
  readonly name: string;
  readonly type: number;
}

/** Sections as RFC 2136 §2.2 calls them in an update: zone, prerequisites, updates. */
export interface NewMessage {
  readonly id: number;
  readonly opcode: number;
  readonly question: Question;
  readonly answers?: readonly ResourceRecord[];
  readonly authorities?: readonly ResourceRecord[];
}

export interface ReadMessage {
  readonly id: number;
  readonly isResponse: boolean;
  readonly isAuthoritative: boolean;
  readonly opcode: number;
  readonly rcode: number;
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
  /** Where the last record begins. */
  readonly lastRecordAt: number;
}

export function encodeMessage({ id, opcode, question, answers = [], authorities = [] }: NewMessage): Buffer {
  const { name, type } = question;
  return Buffer.concat([
    uint16(id, opcode << 11, 1, answers.length, authorities.length, 0),
    ...[encodeName(name), uint16(type, CLASSES.IN)],
    ...[...answers, ...authorities].map(encodeRecord),
  ]);
}

export function encodeRecord({ name, type, class: recordClass, ttlSeconds, data }: ResourceRecord): Buffer {
  return Buffer.concat([
    encodeName(name),
    uint16(type, recordClass),
    uint32(ttlSeconds),
    uint16(data.length),
    data,
  ]);
}

/** null where it is no message. */
export function readMessage(octets: Buffer): ReadMessage | null {
  try {
    return readSections(octets);
  } catch (error) {
    if (error instanceof DnsFormatError) return null;
    throw error;
  }
}

function readSections(octets: Buffer): ReadMessage {
  const flags = readUint16(octets, 2);
  const counts = [4, 6, 8, 10].map((at) => readUint16(octets, at));
  const [questionCount = 0, ...recordCounts] = counts;
  let at = HEADER_OCTETS;
  const questions = Array.from({ length: questionCount }, () => {
    const { name, next } = decodeName(octets, at);
    const question = { name, type: readUint16(octets, next) };
    at = next + 4;
    return question;
  });
  let lastRecordAt = at;
  const [answers = [], authorities = [], additionals = []] = recordCounts.map((count) =>
    Array.from({ length: count }, () => {
      lastRecordAt = at;
      const { record, next } = readRecord(octets, at);
      at = next;
      return record;
    }),
  );
  return {
    id: readUint16(octets, 0),
    isResponse: (flags & RESPONSE_FLAG) !== 0,
    isAuthoritative: (flags & AUTHORITATIVE_FLAG) !== 0,
    opcode: (flags >> 11) & 0xf,
    rcode: flags & 0xf,
    ...{ questions, answers, authorities, additionals, lastRecordAt },
  };
}

function readRecord(octets: Buffer, at: number): { record: ResourceRecord; next: number } {
  const { name, next } = decodeName(octets, at);
  const type = readUint16(octets, next);
  const length = readUint16(octets, next + 8);
  const dataAt = next + 10;
  const record = {
    ...{ name, type, class: readUint16(octets, next + 2) },
    ttlSeconds: readUint32(octets, next + 4),
    data: wholeData(octets, { type, at: dataAt, length }),
  };
  return { record, next: dataAt + length };
}

/** RFC 3597 §4: names within the data of old types may be compressed. */
const NUMBERS_BEFORE_NAME: Readonly<Record<number, number>> = {
  [TYPES.CNAME]: 0,
  [TYPES.NS]: 0,
  [TYPES.MX]: 2,
  [TYPES.SRV]: 6,
};

function wholeData(
  octets: Buffer,
  { type, at, length }: { type: number; at: number; length: number },
): Buffer {
  const data = readOctets(octets, at, length);
  const before = NUMBERS_BEFORE_NAME[type];
  if (before === undefined || length <= before) return Buffer.from(data);
  const { name } = decodeName(octets, at + before);
  return Buffer.concat([data.subarray(0, before), encodeName(name)]);
}
