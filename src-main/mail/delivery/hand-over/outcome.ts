/** What a failure of this machine's files means for a message. */
import type { HandOverOutcome } from './port.ts';

export function deferred(diagnostic: string, status = '4.2.0'): HandOverOutcome {
  return { kind: 'deferred', status, diagnostic };
}

export function delivered(diagnostic: string): HandOverOutcome {
  return { kind: 'delivered', status: '2.0.0', diagnostic };
}

/** Everything that an administrator can mend keeps the message waiting; nothing of it is the sender's fault. */
export function deferredBy(error: unknown, doing: string): HandOverOutcome {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // RFC 3463 §3.4: X.3.1, system full; §3.3: X.2.0, other mailbox status.
  const status = code === 'ENOSPC' || code === 'EDQUOT' ? '4.3.1' : '4.2.0';
  return deferred(`${doing}: ${error instanceof Error ? error.message : String(error)}`, status);
}
