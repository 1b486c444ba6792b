/**
 * Sealing: keeps small keys that must be read again (TOTP's), so that the database alone gives none away.
 *
 * AES-256-GCM (NIST SP 800-38D) under a key derived from the server's secret, which lies in a file of its own.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { RandomBytes } from '../../base/ids.ts';

const CIPHER = 'aes-256-gcm';
const KEY_OCTETS = 32;
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;

export interface Sealing {
  /** `about`: whom it belongs to; opened for anybody else it is worth nothing. */
  seal(octets: Uint8Array, about: string): string;
  /** null: changed, cut, or sealed with another secret. */
  open(sealed: string, about: string): Uint8Array | null;
}

export function createSealing(secret: Uint8Array, randomBytes: RandomBytes): Sealing {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'postroom second factor', KEY_OCTETS));
  return {
    seal: (octets, about) => {
      const nonce = Buffer.from(randomBytes(NONCE_OCTETS));
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(about));
      const text = Buffer.concat([cipher.update(octets), cipher.final()]);
      return Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64');
    },
    open: (sealed, about) => {
      const octets = Buffer.from(sealed, 'base64');
      if (octets.length < NONCE_OCTETS + TAG_OCTETS) return null;
      const decipher = createDecipheriv(CIPHER, key, octets.subarray(0, NONCE_OCTETS));
      decipher.setAAD(Buffer.from(about)).setAuthTag(octets.subarray(-TAG_OCTETS));
      try {
        return Buffer.concat([decipher.update(octets.subarray(NONCE_OCTETS, -TAG_OCTETS)), decipher.final()]);
      } catch {
        return null;
      }
    },
  };
}
