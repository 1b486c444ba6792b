/**
 * Packets of the milter protocol, version 6, as an MTA writes and reads them.
 *
 * Source: libmilter's mfdef.h and milter-protocol.txt: length of command and data in 4 octets, command in one, data; strings end with NUL.
 */

/** What the MTA says. */
export const COMMAND = {
  negotiate: 'O',
  macros: 'D',
  connect: 'C',
  hello: 'H',
  mail: 'M',
  recipient: 'R',
  data: 'T',
  header: 'L',
  endOfHeader: 'N',
  body: 'B',
  endOfMessage: 'E',
  quit: 'Q',
} as const;

/** What the milter says. */
export const REPLY = {
  negotiate: 'O',
  accept: 'a',
  continue: 'c',
  discard: 'd',
  reject: 'r',
  temporaryFailure: 't',
  replyCode: 'y',
  skip: 's',
  progress: 'p',
  addHeader: 'h',
  insertHeader: 'i',
  changeHeader: 'm',
  quarantine: 'q',
  connectionFailed: 'f',
  shutdown: '4',
} as const;

/** What a milter may ask us to do (SMFIF_*): add header fields, change or remove them, quarantine. */
export const ACTION_ADD_HEADER = 0x01;
export const ACTION_CHANGE_HEADER = 0x10;
export const ACTION_QUARANTINE = 0x20;

/** What a milter does not want to hear (SMFIP_NO*), and where it answers nothing (SMFIP_NR_*). */
export const NOT_WANTED = {
  connect: 0x01,
  hello: 0x02,
  mail: 0x04,
  recipient: 0x08,
  body: 0x10,
  header: 0x20,
  endOfHeader: 0x40,
  data: 0x200,
} as const;
export const NOT_ANSWERED = {
  connect: 0x1000,
  hello: 0x2000,
  mail: 0x4000,
  recipient: 0x8000,
  data: 0x1_0000,
  header: 0x80,
  endOfHeader: 0x4_0000,
  body: 0x8_0000,
} as const;
/** It may say that it needs no more of the body (SMFIP_SKIP). */
export const MAY_SKIP = 0x400;
/** Values of header fields are given and taken with the space after the colon (SMFIP_HDR_LEADSPC), which signatures may cover. */
export const KEEPS_LEADING_SPACE = 0x10_0000;

export const VERSION = 6;

export interface MilterPacket {
  readonly command: string;
  readonly data: Buffer;
}

export function encodePacket(command: string, data: Uint8Array = new Uint8Array(0)): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(data.length + 1);
  head.write(command, 4, 'latin1');
  return Buffer.concat([head, data]);
}

/** Texts, each ended by NUL; a NUL within would end it early and is left out. */
export function encodeTexts(...texts: readonly string[]): Buffer {
  return Buffer.from(texts.map((text) => `${text.replaceAll('\0', '')}\0`).join(''), 'utf8');
}

export function decodeTexts(data: Uint8Array): readonly string[] {
  const texts = Buffer.from(data).toString('utf8').split('\0');
  return texts.at(-1) === '' ? texts.slice(0, -1) : texts;
}

export function encodeNumbers(...numbers: readonly number[]): Buffer {
  const octets = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, index) => octets.writeUInt32BE(number >>> 0, 4 * index));
  return octets;
}

/** Null where there are fewer. */
export function decodeNumbers(data: Buffer, count: number): readonly number[] | null {
  if (data.length < 4 * count) return null;
  return Array.from({ length: count }, (_, index) => data.readUInt32BE(4 * index));
}
