/** Words for rows of the sessions list. */
import type { SessionRow } from '../../../src-main/contract/transcripts.ts';
import { t } from '../../locales/text.ts';
import { formatDuration } from '../../ui/format.ts';
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
  if (row.lastError === null) return t(`transcripts.ends.${row.end}`);
  return row.protocol === 'imap' ? withoutTag(row.lastError) : row.lastError;
}

/** The tag is the client's own counter and tells nobody anything (RFC 9051 §2.2.1). */
function withoutTag(response: string): string {
  return response.replace(/^\S+ (?=(?:NO|BAD)\b)/i, '');
}

/** What was spoken; of SMTP also which way, since the same server may hand us mail and take ours. */
export function protocolOf({ protocol, direction }: Pick<SessionRow, 'protocol' | 'direction'>): string {
  return protocol === 'smtp' ? t(`transcripts.smtp.${direction}`) : t(`transcripts.protocols.${protocol}`);
}

/** Of one that is over. */
export function durationOf({ startedAt, endedAt }: Pick<SessionRow, 'startedAt' | 'endedAt'>): string {
  return endedAt === null ? '' : formatDuration(endedAt - startedAt);
}

export interface Peer {
  /** What says most: who signed in, else what the peer calls itself, else its address. */
  readonly name: string;
  /** What else is known; always holds the address unless `name` is it. */
  readonly details: string;
}

export function peerOf({ account, remoteName, remoteAddress }: SessionRow): Peer {
  // A client without a name calls itself by its address: `[127.0.0.1]` (RFC 5321 §4.1.3).
  const ownName = remoteName?.includes(remoteAddress) === true ? null : remoteName;
  const [name = remoteAddress, ...details] = [account, ownName, remoteAddress].filter(
    (fact) => fact !== null,
  );
  return { name, details: details.join(' · ') };
}
