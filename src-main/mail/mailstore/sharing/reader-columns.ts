/** Columns of another's mailbox as its reader sees them: with \Seen and MODSEQs of its own. */
import type { MessageColumns, ModSeq, Uid } from '../port.ts';

/** What a reader has seen of a message, or has not any more. */
export interface ReaderSeen {
  readonly uid: Uid;
  readonly isSeen: boolean;
  readonly modSeq: ModSeq;
}

const SEEN = '\\Seen';

/** Leaves `columns`, which others hold too, as they are. `seen` may name messages that are not in them. */
export function withReaderSeen(columns: MessageColumns, seen: Iterable<ReaderSeen>): MessageColumns {
  // Each set of flags becomes two: without \Seen, and behind it the same with \Seen.
  const flagLists = columns.flagLists.flatMap((flags) => {
    const others = flags.filter((flag) => flag !== SEEN);
    return [others, [SEEN, ...others]];
  });
  const flagIds = columns.flagIds.map((id) => 2 * id);
  const modSeqs = columns.modSeqs.slice();
  for (const { uid, isSeen, modSeq } of seen) {
    const at = placeOf(columns.uids, uid);
    if (at < 0) continue;
    if (isSeen) flagIds[at] = (flagIds[at] ?? 0) + 1;
    modSeqs[at] = Math.max(modSeqs[at] ?? 0, modSeq);
  }
  return { ...columns, flagIds, flagLists, modSeqs };
}

/** -1 where it is not there. */
function placeOf(uids: Uint32Array, uid: Uid): number {
  let low = 0;
  let high = uids.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = uids[middle] ?? 0;
    if (found === uid) return middle;
    if (found < uid) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
