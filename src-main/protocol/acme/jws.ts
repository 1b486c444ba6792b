/** Requests to an authority are signed: JWS with ES256 (RFC 7515, RFC 7518 §3.4), keys as JWK (RFC 7517, RFC 7638). */
import { createHash, createHmac, createPublicKey, sign, type KeyObject } from 'node:crypto';

export interface Jws {
  readonly protected: string;
  readonly payload: string;
  readonly signature: string;
}

/** The public half, its members in the order in which RFC 7638 §3.2 hashes them. */
export interface PublicJwk {
  readonly crv: string;
  readonly kty: string;
  readonly x: string;
  readonly y: string;
}

export function publicJwk(key: KeyObject): PublicJwk {
  const { crv, kty, x, y } = createPublicKey(key).export({ format: 'jwk' });
  if (crv === undefined || kty === undefined || x === undefined || y === undefined) {
    throw new Error('an account key must be an elliptic curve key');
  }
  return { crv, kty, x, y };
}

/** RFC 7638: SHA-256 of the key, base64url. */
export function thumbprint(key: KeyObject): string {
  return createHash('sha256')
    .update(JSON.stringify(publicJwk(key)))
    .digest('base64url');
}

/** `payload` undefined: POST-as-GET (RFC 8555 §6.3), which is the empty payload. */
export function signJws(header: object, payload: unknown, key: KeyObject): Jws {
  const parts = encodeParts({ alg: 'ES256', ...header }, payload);
  const octets = Buffer.from(`${parts.protected}.${parts.payload}`);
  const signature = sign('sha256', octets, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  return { ...parts, signature };
}

/** RFC 8555 §7.3.4: the account key, signed with what the authority gave the administrator. */
export function signBinding(
  binding: { readonly keyId: string; readonly hmacKey: string },
  accountKey: KeyObject,
  url: string,
): Jws {
  const parts = encodeParts({ alg: 'HS256', kid: binding.keyId, url }, publicJwk(accountKey));
  const signature = createHmac('sha256', Buffer.from(binding.hmacKey, 'base64url'))
    .update(`${parts.protected}.${parts.payload}`)
    .digest('base64url');
  return { ...parts, signature };
}

function encodeParts(header: object, payload: unknown): Pick<Jws, 'protected' | 'payload'> {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return { protected: encode(header), payload: payload === undefined ? '' : encode(payload) };
}
