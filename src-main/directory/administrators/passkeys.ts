/**
 * Passkeys: security keys and passkeys as second factor (WebAuthn Level 3), verified by @simplewebauthn/server.
 *
 * Invariants: a challenge is good for one answer, from the origin it was asked at, for a few minutes; the key's counter never
 * goes back, which a copied key's would.
 */
import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Clock } from '../../base/clock.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Administrators } from './administrators.ts';
import { ENROLMENT_MS, MOST_ENROLLING, MOST_PASSKEYS } from './limits.ts';
import type { StoredPasskey } from './port.ts';

/** Where the page is: keys answer only the place they were made at. */
export interface PasskeyPlace {
  /** `https://mail.example.com:8025` */
  readonly origin: string;
}

interface Challenge {
  readonly challenge: string;
  readonly until: number;
}

export class Passkeys {
  readonly #administrators: Administrators;
  readonly #clock: Clock;
  /** `purpose name` → what was asked. */
  readonly #challenges = new Map<string, Challenge>();

  constructor({ administrators, clock }: { administrators: Administrators; clock: Clock }) {
    this.#administrators = administrators;
    this.#clock = clock;
  }

  /** What the browser makes a key with. */
  async begin(name: string, { origin }: PasskeyPlace) {
    const webauthn = await loadWebauthn();
    const options = await webauthn.generateRegistrationOptions({
      rpName: 'Postroom',
      rpID: new URL(origin).hostname,
      userName: name,
      attestationType: 'none',
      excludeCredentials: this.#keysOf(name).map(toCredential),
      authenticatorSelection: { residentKey: 'discouraged', userVerification: 'preferred' },
    });
    this.#remember(`make ${name}`, options.challenge);
    return options;
  }

  async confirm(
    name: string,
    made: { readonly called: string; readonly response: unknown; readonly place: PasskeyPlace },
  ): Promise<Result<void, 'passkeyRefused' | 'tooManyPasskeys'>> {
    const expectedChallenge = this.#take(`make ${name}`);
    if (expectedChallenge === null) return err('passkeyRefused');
    if (this.#keysOf(name).length >= MOST_PASSKEYS) return err('tooManyPasskeys');
    const webauthn = await loadWebauthn();
    const { registrationInfo } = await webauthn
      .verifyRegistrationResponse({
        response: made.response as RegistrationResponseJSON,
        ...{ expectedChallenge, ...expected(made.place), requireUserVerification: false },
      })
      .catch(() => ({ registrationInfo: undefined }));
    if (registrationInfo === undefined) return err('passkeyRefused');
    const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
    const key: StoredPasskey = {
      ...{ id, counter, transports, name: made.called, createdAt: this.#clock.now(), lastUsedAt: null },
      publicKey: Buffer.from(publicKey).toString('base64url'),
    };
    await this.#change(name, (keys) => [...keys, key]);
    return ok(undefined);
  }

  /** What the browser asks the keys with. */
  async challenge(name: string, { origin }: PasskeyPlace) {
    const webauthn = await loadWebauthn();
    const options = await webauthn.generateAuthenticationOptions({
      rpID: new URL(origin).hostname,
      allowCredentials: this.#keysOf(name).map(toCredential),
      userVerification: 'preferred',
    });
    this.#remember(`use ${name}`, options.challenge);
    return options;
  }

  async verify(name: string, response: unknown, place: PasskeyPlace): Promise<boolean> {
    const expectedChallenge = this.#take(`use ${name}`);
    const answer = response as AuthenticationResponseJSON;
    const key = this.#keysOf(name).find(({ id }) => id === answer.id);
    if (expectedChallenge === null || key === undefined) return false;
    const webauthn = await loadWebauthn();
    const { verified, authenticationInfo } = await webauthn
      .verifyAuthenticationResponse({
        ...{ response: answer, expectedChallenge, ...expected(place), requireUserVerification: false },
        credential: { ...toCredential(key), publicKey: publicKeyOf(key), counter: key.counter },
      })
      .catch(() => ({ verified: false, authenticationInfo: { newCounter: 0 } }));
    if (!verified) return false;
    const used = { ...key, counter: authenticationInfo.newCounter, lastUsedAt: this.#clock.now() };
    await this.#change(name, (keys) => keys.map((each) => (each.id === key.id ? used : each)));
    return true;
  }

  async remove(name: string, id: string): Promise<void> {
    await this.#change(name, (keys) => keys.filter((key) => key.id !== id));
  }

  #keysOf(name: string): readonly StoredPasskey[] {
    return this.#administrators.factorOf(name).passkeys;
  }

  async #change(
    name: string,
    change: (keys: readonly StoredPasskey[]) => readonly StoredPasskey[],
  ): Promise<void> {
    await this.#administrators.changeFactor(name, (factor) => ({
      ...{ factor: { ...factor, passkeys: change(factor.passkeys) }, answer: undefined },
    }));
  }

  #remember(key: string, challenge: string): void {
    if (this.#challenges.size >= MOST_ENROLLING) this.#challenges.clear();
    this.#challenges.set(key, { challenge, until: this.#clock.now() + ENROLMENT_MS });
  }

  #take(key: string): string | null {
    const { challenge, until } = this.#challenges.get(key) ?? { challenge: null, until: 0 };
    this.#challenges.delete(key);
    return until > this.#clock.now() ? challenge : null;
  }
}

/** Read when the first key is made or asked for. */
function loadWebauthn() {
  return import('@simplewebauthn/server');
}

function expected({ origin }: PasskeyPlace) {
  return { expectedOrigin: origin, expectedRPID: new URL(origin).hostname };
}

function publicKeyOf({ publicKey }: StoredPasskey): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(publicKey, 'base64url'));
}

function toCredential({ id, transports }: StoredPasskey) {
  return { id, transports: [...transports] as AuthenticatorTransport[] };
}
