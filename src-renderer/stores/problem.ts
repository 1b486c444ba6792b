/**
 * Problem: what went wrong, as a key of a sentence in the reader's language.
 */
import { ORPCError } from '@orpc/client';
import type { HealthFault } from '../../src-main/contract/health.ts';
import type { RefusalReason } from '../../src-main/contract/errors.ts';
import type { RouteProblem, RuleProblem } from '../../src-main/contract/relay.ts';
import { ConnectionLostError } from '../host/connection.ts';
import { PasskeyNotUsedError } from '../host/passkey.ts';

export interface Problem {
  readonly key:
    | `refusals.${RefusalReason}`
    | `problems.${'lost' | 'signedOut' | 'notAllowed' | 'passkeyNotUsed' | 'tooMany' | 'input' | 'fault'}`
    | `relay.faults.${RuleProblem['fault']}`
    | `relay.routeFaults.${RouteProblem['field']}`
    | `health.faults.${HealthFault['field']}`
    | 'relay.invalidHost';
  readonly params: Readonly<Record<string, string | number>>;
}

export function problemOf(error: unknown): Problem {
  if (error instanceof PasskeyNotUsedError) return plain('problems.passkeyNotUsed');
  if (error instanceof ConnectionLostError || !(error instanceof ORPCError)) return plain('problems.lost');
  switch (error.code) {
    case 'REFUSED':
      return plain(`refusals.${(error.data as { reason: RefusalReason }).reason}`);
    case 'TOO_MANY_ATTEMPTS': {
      const { retryAfterMs } = error.data as { retryAfterMs: number };
      return { key: 'problems.tooMany', params: { minutes: Math.max(1, Math.ceil(retryAfterMs / 60_000)) } };
    }
    case 'INVALID_RULE': {
      const { fault, value } = error.data as RuleProblem;
      return { key: `relay.faults.${fault}`, params: { value } };
    }
    case 'INVALID_ROUTE': {
      const { field, value } = error.data as RouteProblem;
      return { key: `relay.routeFaults.${field}`, params: { value } };
    }
    case 'INVALID_HEALTH_SETTING': {
      const { field, value } = error.data as HealthFault;
      return { key: `health.faults.${field}`, params: { value } };
    }
    case 'INVALID_HOST':
      return plain('relay.invalidHost');
    case 'FORBIDDEN':
      return plain('problems.notAllowed');
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
