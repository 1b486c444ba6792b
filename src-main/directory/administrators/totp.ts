/**
 * TOTP: the six digits that a phone shows beside the password. RFC 4226 (HOTP), RFC 6238.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { TOTP_DIGITS, TOTP_DRIFT_STEPS, TOTP_STEP_MS } from './limits.ts';

type Hash = 'sha1' | 'sha256' | 'sha512';

/** RFC 4226 §5.3 */
export function hotp(
  key: Uint8Array,
  counter: number,
  { digits = TOTP_DIGITS, hash = 'sha1' }: { digits?: number; hash?: Hash } = {},
): string {
  const octets = Buffer.alloc(8);
  octets.writeBigUInt64BE(BigInt(counter));
  const digest = createHmac(hash, key).update(octets).digest();
  const offset = (digest.at(-1) ?? 0) & 0x0f;
  const truncated = digest.readUInt32BE(offset) & 0x7fff_ffff;
  return String(truncated % 10 ** digits).padStart(digits, '0');
}

/** RFC 6238 §4.2 */
export function stepAt(timeMs: number): number {
  return Math.floor(timeMs / TOTP_STEP_MS);
}

/** The step whose code this is; null: none of those near now that come after the last one used. */
export function findStep(
  key: Uint8Array,
  code: string,
  { now, lastStep }: { readonly now: number; readonly lastStep: number },
): number | null {
  const typed = Buffer.from(code.replaceAll(/\s/gu, ''));
  let found: number | null = null;
  for (let drift = -TOTP_DRIFT_STEPS; drift <= TOTP_DRIFT_STEPS; drift++) {
    const step = stepAt(now) + drift;
    const expected = Buffer.from(hotp(key, Math.max(step, 0)));
    const isRight = typed.length === expected.length && timingSafeEqual(typed, expected);
    // RFC 6238 §5.2: a second use of the same code is refused.
    if (isRight && step > lastStep) found ??= step;
  }
  return found;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 §6, without padding, as authenticator apps want it. */
export function toBase32(octets: Uint8Array): string {
  const bits = [...octets].map((octet) => octet.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/gu) ?? []).map((five) => BASE32[parseInt(five.padEnd(5, '0'), 2)]).join('');
}

/** What the QR code says: https://github.com/google/google-authenticator/wiki/Key-Uri-Format */
export function totpUri({ key, issuer, name }: { key: Uint8Array; issuer: string; name: string }): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(name)}`;
  const query = new URLSearchParams({ secret: toBase32(key), issuer });
  return `otpauth://totp/${label}?${query.toString().replaceAll('+', '%20')}`;
}
