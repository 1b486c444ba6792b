/** What IMAP says where the disk fails (RFC 5530 §3): UNAVAILABLE for what passes, CORRUPTION for what people have to mend. */
import { STORAGE_TROUBLE_TEXTS, storageTroubleOf } from '../../../base/storage-trouble.ts';
import type { ResponseCode } from '../response-codes.ts';

export interface TroubleCompletion {
  readonly status: 'NO';
  readonly code: ResponseCode;
  readonly text: string;
}

/** null where the error is a mistake of ours. */
export function completionForTrouble(error: unknown): TroubleCompletion | null {
  const trouble = storageTroubleOf(error);
  if (trouble === null) return null;
  const code = trouble === 'damaged' ? 'CORRUPTION' : 'UNAVAILABLE';
  return { status: 'NO', code, text: STORAGE_TROUBLE_TEXTS[trouble] };
}

/** What ends a session for a mistake of ours. */
export const SESSION_FAILED = {
  code: 'SERVERBUG',
  text: 'Internal error, see the log of the server',
} as const;
