/**
 * Release tokens: what a link in a digest proves: whoever has it may release this one copy of this one account, for a while.
 *
 * Shape: `copy.account.traceId.expiry.mac`: ids, milliseconds since 1970 UTC in base 36, HMAC-SHA-256 in base64url.
 * Invariants: only a holder of the server's secret makes one; the purpose is part of what is signed, so that nothing else that is signed
 * with the secret passes for it; the trace id is, since SQLite uses ids of copies again. What is released is gone: it works once.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { QuarantinedMessage } from './port.ts';

const PURPOSE = 'postroom quarantine release 1';
/** Longer ones are none of ours. */
const MOST_CHARACTERS = 200;

/** The office's copies have no links: nobody but administrators handles them. */
export type ReleasableCopy = Pick<QuarantinedMessage, 'id' | 'traceId'> & { readonly accountId: number };

export interface ReleaseToken extends ReleasableCopy {
  /** Milliseconds since 1970 UTC. */
  readonly expiresAt: number;
}

export function signRelease(secret: Uint8Array, { id, accountId, traceId, expiresAt }: ReleaseToken): string {
  const claims = [id, accountId, traceId, expiresAt.toString(36)].join('.');
  return `${claims}.${macOf(secret, claims).toString('base64url')}`;
}

/** Null where we have not signed it. Whether its time is over is the caller's to see. */
export function readRelease(secret: Uint8Array, token: string): ReleaseToken | null {
  if (token.length > MOST_CHARACTERS) return null;
  const parts = /^((\d+)\.(\d+)\.([^.]+)\.([0-9a-z]+))\.([\w-]{43})$/u.exec(token);
  if (parts === null) return null;
  const [, claims = '', id = '', accountId = '', traceId = '', expiry = '', mac = ''] = parts;
  const given = Buffer.from(mac, 'base64url');
  const right = macOf(secret, claims);
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
  return { id: Number(id), accountId: Number(accountId), traceId, expiresAt: parseInt(expiry, 36) };
}

function macOf(secret: Uint8Array, claims: string): Buffer {
  return createHmac('sha256', secret).update(`${PURPOSE}\0${claims}`).digest();
}
