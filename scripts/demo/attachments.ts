/** Files as people attach them: each one opens in the program for its type. */
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import type { Dice } from '../../test/support/dice.ts';

export type AttachmentKind = 'pdf' | 'image' | 'table' | 'archive';

export interface Attachment {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Buffer;
}

const USUAL_MOST_OCTETS = 48 * 1024;
/** Above the size from which content lies in files of its own. */
const LARGE_OCTETS = 160 * 1024;
const MOST_OCTETS = 900 * 1024;
const LARGE_SHARE = 0.04;

export function createAttachment(kind: AttachmentKind, dice: Dice): Attachment {
  const size = attachmentSize(dice);
  const number = 1000 + dice.below(9000);
  switch (kind) {
    case 'pdf':
      return { filename: `${number}.pdf`, contentType: 'application/pdf', content: pdf(number, size) };
    case 'image':
      return { filename: `scan-${number}.png`, contentType: 'image/png', content: png(dice, size) };
    case 'table':
      return { filename: `prices-${number}.csv`, contentType: 'text/csv', content: csv(dice, size) };
    case 'archive':
      return {
        filename: `papers-${number}.csv.gz`,
        contentType: 'application/gzip',
        content: gzipSync(csv(dice, 2 * size), { level: 1 }),
      };
  }
}

function attachmentSize(dice: Dice): number {
  if (dice.falls(LARGE_SHARE)) return LARGE_OCTETS + dice.below(MOST_OCTETS - LARGE_OCTETS);
  return 600 + Math.floor(dice.next() ** 2 * USUAL_MOST_OCTETS);
}

/** One page with a number on it, and comments up to the size. */
function pdf(number: number, size: number): Buffer {
  const text = `BT /F1 32 Tf 72 700 Td (No. ${number}) Tj ET`;
  const font = '<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>';
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources${font}>>`,
    `<</Length ${text.length}>>stream\n${text}\nendstream`,
  ];
  const body = objects.map((object, index) => `${index + 1} 0 obj${object}endobj\n`).join('');
  const filler = `%${'.'.repeat(78)}\n`.repeat(Math.ceil(size / 80));
  return Buffer.from(`%PDF-1.4\n${body}${filler}trailer<</Root 1 0 R>>\n%%EOF\n`);
}

/** A square of grey noise, as a bad scanner makes it. */
function png(dice: Dice, size: number): Buffer {
  const side = Math.ceil(Math.sqrt(size));
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 0, 0, 0, 0], 8);
  const rows = noise(dice, side * (side + 1));
  for (let row = 0; row < side; row++) rows[row * (side + 1)] = 0;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(rows, { level: 0 });
  return Buffer.concat([
    signature,
    pngChunk('IHDR', head),
    pngChunk('IDAT', data),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}

function noise(dice: Dice, length: number): Buffer {
  const piece = Buffer.from(Array.from({ length: 4099 }, () => 160 + dice.below(96)));
  return Buffer.alloc(length, piece);
}

function csv(dice: Dice, size: number): Buffer {
  const rows = Array.from({ length: 40 }, () => `${dice.below(9999)};${dice.pick(GOODS)};${dice.next()}`);
  const text = `${rows.join('\r\n')}\r\n`;
  return Buffer.from(`number;goods;price\r\n${text.repeat(Math.ceil(size / text.length))}`);
}

const GOODS = ['普洱茶', 'Grüner Tee', 'Thé noir', 'жасмин', 'matcha 抹茶', 'شاي بالنعناع'];
