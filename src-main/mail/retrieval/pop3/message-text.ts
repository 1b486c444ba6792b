/** Message text: the octets of a message for RETR and TOP, piece by piece. */
import type { OpenMessage } from '../../mailstore/port.ts';
import { READ_OCTETS } from '../limits.ts';

/** A line is rarely longer; TOP of a few lines need not read a whole attachment. */
const LIKELY_LINE_OCTETS = 100;

/** The header section with its empty line. */
export function headerOf(message: OpenMessage): AsyncIterable<Uint8Array> {
  return readRange(message, { start: 0, end: message.index.root.bodyStart, pieceOctets: READ_OCTETS });
}

export function textOf(message: OpenMessage): AsyncIterable<Uint8Array> {
  return readRange(message, {
    start: message.index.root.bodyStart,
    end: message.sizeBytes,
    pieceOctets: READ_OCTETS,
  });
}

/** The body in pieces that suit so many lines; who takes them stops when it has enough. */
export function linesOf(message: OpenMessage, lines: number): AsyncIterable<Uint8Array> {
  const pieceOctets = Math.min(READ_OCTETS, Math.max(1, lines) * LIKELY_LINE_OCTETS);
  return readRange(message, { start: message.index.root.bodyStart, end: message.sizeBytes, pieceOctets });
}

async function* readRange(
  message: OpenMessage,
  { start, end, pieceOctets }: { start: number; end: number; pieceOctets: number },
): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; at += pieceOctets)
    yield await message.readRange(at, Math.min(end, at + pieceOctets));
}
