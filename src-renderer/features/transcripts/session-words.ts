/** Words for rows of the sessions list. */
import type { SessionRow } from '../../../src-main/contract/transcripts.ts';
import { t } from '../../locales/text.ts';
import type { Tone } from '../../ui/StatusMark.vue';

/** An open session is busy; one that met a refusal is worth a look; one that broke is an error. */
export function sessionTone(row: SessionRow): Tone {
  if (row.end === null) return 'busy';
  if (row.end === 'failed') return 'error';
  if (row.end !== 'closed' || row.lastError !== null) return 'warning';
  return 'ok';
}

export function sessionOutcome(row: SessionRow): string {
  if (row.end === null) return t('transcripts.open');
  return row.lastError ?? t(`transcripts.ends.${row.end}`);
}

/** The name a peer gave and its address, whichever there is. */
export function peerOf(row: SessionRow): string {
  const { remoteName, remoteAddress } = row;
  // A client without a name calls itself by its address: `[127.0.0.1]` (RFC 5321 §4.1.3).
  if (remoteName === null || remoteName.includes(remoteAddress)) return remoteAddress;
  return `${remoteName} (${remoteAddress})`;
}
