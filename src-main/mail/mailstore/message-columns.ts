/** Entries as columns, for stores that do not keep them so (MessageColumns of the port). */
import type { MessageColumns, MessageEntry, ModSeq } from './port.ts';

/** `entries` rise by UID. */
export function toColumns(entries: readonly MessageEntry[], highestModSeq: ModSeq): MessageColumns {
  const numbers = (of: (entry: MessageEntry) => number): Float64Array => Float64Array.from(entries, of);
  return {
    highestModSeq,
    uids: Uint32Array.from(entries, (entry) => entry.uid),
    modSeqs: numbers((entry) => entry.modSeq),
    flagIds: Uint32Array.from(entries.keys()),
    flagLists: entries.map((entry) => entry.flags),
    internalDates: numbers((entry) => entry.internalDate),
    savedDates: numbers((entry) => entry.savedAt),
    sizes: numbers((entry) => entry.sizeBytes),
  };
}
