/** How FETCH responses name a message and its flags (RFC 9051 §7.5.2): by number, or by UID alone (UIDFETCH: RFC 9586 §3.3). */
import type { MessageEntry, Uid } from '../../mailstore/port.ts';
import { formatFlags } from './flags.ts';

export interface FetchFormat {
  /** Whether the UID is named though nobody asked for it. */
  readonly withUid: boolean;
  /** Whether the MODSEQ is (RFC 7162 §3.1). */
  readonly withModSeq: boolean;
  /** UIDONLY is enabled: no message numbers. */
  readonly isUidOnly: boolean;
}

/** `* 23 FETCH (` or `* 25996 UIDFETCH (` */
export function openFetch(message: { sequence: number; uid: Uid }, isUidOnly: boolean): string {
  return isUidOnly ? `* ${message.uid} UIDFETCH (` : `* ${message.sequence} FETCH (`;
}

/** A FETCH response with a message's flags. */
export function formatFlagsResponse(
  sequence: number,
  entry: MessageEntry,
  { withUid, withModSeq, isUidOnly }: FetchFormat,
): string {
  const uid = withUid ? `UID ${entry.uid} ` : '';
  const modSeq = withModSeq ? ` MODSEQ (${entry.modSeq})` : '';
  return `${openFetch({ sequence, uid: entry.uid }, isUidOnly)}${uid}FLAGS ${formatFlags(entry.flags)}${modSeq})`;
}
