/** MessageOctets: one shape for the octets of a message, staged or stored. */
import type { MessageIndex } from '../../format/message-index.ts';

export interface MessageOctets {
  readonly sizeBytes: number;
  readonly index: MessageIndex;
  /** Offsets are octets from the start; `end` is exclusive. */
  readRange(start: number, end: number): Promise<Uint8Array>;
}
