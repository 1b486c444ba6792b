/** Tells a message that cannot be read from everything else that may go wrong while it is written down. */
import type { SourceMessage } from './port.ts';
import { TransferStop } from './transfer-log.ts';

export class UnreadableError extends Error {
  override name = 'UnreadableError' as const;
}

/** The message's octets; whatever its source throws is an UnreadableError, but for what ends the transfer. */
export async function* readable(message: SourceMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* message.octets();
  } catch (error) {
    if (error instanceof TransferStop) throw error;
    throw new UnreadableError(error instanceof Error ? error.message : String(error));
  }
}
