/** A message that a script has changed, for the script after it and for the commit. */
import { indexMessage } from '../../../../format/message-indexer.ts';
import { shiftIndex } from '../../../../format/shift-index.ts';
import type { MessageReceiver } from '../../../content/message-receiver.ts';
import type { StagedContent } from '../../../content/port.ts';
import type { SieveMessage } from '../running/environment.ts';
import type { EditedContent } from '../running/outcome.ts';

/** Octets that are copied at once. */
const CHUNK_OCTETS = 64 * 1024;

/** The message as the edits left it. */
export function editedMessage(source: SieveMessage, { head, restFrom }: EditedContent): SieveMessage {
  if (restFrom === null) return messageOf(head);
  const by = head.length - restFrom;
  return {
    sizeBytes: source.sizeBytes + by,
    index: shiftIndex(source.index, by),
    readRange: async (start, end) => {
      const own = head.subarray(Math.min(start, head.length), Math.min(end, head.length));
      if (end <= head.length) return own;
      const rest = await source.readRange(Math.max(start, head.length) - by, end - by);
      return own.length === 0 ? rest : Buffer.concat([own, rest]);
    },
  };
}

function messageOf(octets: Uint8Array): SieveMessage {
  return {
    sizeBytes: octets.length,
    index: indexMessage(octets),
    readRange: (start, end) => Promise.resolve(octets.subarray(start, end)),
  };
}

/** Stages the message, for the copies that hold it. */
export async function stageMessage(receiver: MessageReceiver, message: SieveMessage): Promise<StagedContent> {
  const writer = receiver.begin();
  try {
    for (let at = 0; at < message.sizeBytes; at += CHUNK_OCTETS) {
      await writer.write(await message.readRange(at, Math.min(at + CHUNK_OCTETS, message.sizeBytes)));
    }
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
