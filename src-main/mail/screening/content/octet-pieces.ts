/** The octets of a message in pieces, as engines are fed: never more than one piece in memory. */
import type { MessageOctets } from '../../content/message-octets.ts';
import { PIECE_OCTETS } from '../limits.ts';

export async function* piecesOf(octets: MessageOctets, start = 0): AsyncGenerator<Uint8Array, void, void> {
  for (let at = start; at < octets.sizeBytes; at += PIECE_OCTETS) {
    yield await octets.readRange(at, Math.min(octets.sizeBytes, at + PIECE_OCTETS));
  }
}
