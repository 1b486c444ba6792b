/**
 * Problem: what went wrong, as a key of a sentence in the reader's language.
 */
import { ORPCError } from '@orpc/client';
import type { RefusalReason } from '../../src-main/contract/errors.ts';
import { ConnectionLostError } from '../host/connection.ts';

export interface Problem {
  readonly key:
    `refusals.${RefusalReason}` | `problems.${'lost' | 'signedOut' | 'tooMany' | 'input' | 'fault'}`;
  readonly params: Readonly<Record<string, string | number>>;
}

export function problemOf(error: unknown): Problem {
  if (error instanceof ConnectionLostError || !(error instanceof ORPCError)) return plain('problems.lost');
  switch (error.code) {
    case 'REFUSED':
      return plain(`refusals.${(error.data as { reason: RefusalReason }).reason}`);
    case 'TOO_MANY_ATTEMPTS': {
      const { retryAfterMs } = error.data as { retryAfterMs: number };
      return { key: 'problems.tooMany', params: { minutes: Math.max(1, Math.ceil(retryAfterMs / 60_000)) } };
    }
    case 'UNAUTHORIZED':
      return plain('problems.signedOut');
    case 'BAD_REQUEST':
      return plain('problems.input');
    default:
      return plain('problems.fault');
  }
}

function plain(key: Problem['key']): Problem {
  return { key, params: {} };
}
