/**
 * Passkey: security keys and passkeys through the browser (WebAuthn). Browsers offer it on secure pages with a name only:
 * https, or localhost.
 */
import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';

type Json = Record<string, unknown>;

/** The person closed the browser's dialog, or took too long. */
export class PasskeyNotUsedError extends Error {
  override readonly name = 'PasskeyNotUsedError';
}

export function mayUsePasskeys(): boolean {
  const isNamed = !/^[\d.]+$|^\[/u.test(window.location.hostname);
  return window.isSecureContext && isNamed && 'credentials' in navigator && 'PublicKeyCredential' in window;
}

export async function askPasskey(options: Json): Promise<Json> {
  const optionsJSON = options as unknown as PublicKeyCredentialRequestOptionsJSON;
  return { ...(await startAuthentication({ optionsJSON }).catch(fail)) };
}

export async function makePasskey(options: Json): Promise<Json> {
  const optionsJSON = options as unknown as PublicKeyCredentialCreationOptionsJSON;
  return { ...(await startRegistration({ optionsJSON }).catch(fail)) };
}

function fail(cause: unknown): never {
  throw new PasskeyNotUsedError('no passkey was used', { cause });
}
