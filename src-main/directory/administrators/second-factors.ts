/**
 * SecondFactors: what administrators show besides the password: a code of their phone (RFC 6238), a recovery code, a
 * security key or passkey (WebAuthn Level 3).
 *
 * Flow: enrolling is begun, then confirmed by using it once; signing in asks for one of those that are there.
 * Invariants: a code is good once; recovery codes are kept as hashes; challenges live in memory and die soon.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { RandomBytes } from '../../base/ids.ts';
import { NO_FACTOR, type Administrators } from './administrators.ts';
import { ENROLMENT_MS, MOST_ENROLLING, RECOVERY_CODES, TOTP_KEY_OCTETS } from './limits.ts';
import type { StoredFactor } from './port.ts';
import type { Sealing } from './sealing.ts';
import { findStep, toBase32, totpUri } from './totp.ts';

export interface FactorState {
  readonly hasTotp: boolean;
  readonly recoveryCodesLeft: number;
  readonly passkeys: readonly {
    readonly id: string;
    readonly name: string;
    readonly createdAt: number;
    readonly lastUsedAt: number | null;
  }[];
}

export interface SecondFactorsOptions {
  readonly administrators: Administrators;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/** RFC 4648 §6 without padding: 80 bits, nobody guesses that. */
const RECOVERY_OCTETS = 10;

export class SecondFactors {
  readonly #options: SecondFactorsOptions;
  readonly #enrolling = new Map<string, { key: Uint8Array; until: number }>();

  constructor(options: SecondFactorsOptions) {
    this.#options = options;
  }

  stateOf(name: string): FactorState {
    const { totp, recovery, passkeys } = this.#options.administrators.factorOf(name);
    return {
      hasTotp: totp !== null,
      recoveryCodesLeft: recovery.length,
      passkeys: passkeys.map(({ id, name: called, createdAt, lastUsedAt }) => ({
        ...{ id, name: called, createdAt, lastUsedAt },
      })),
    };
  }

  isEnrolled(name: string): boolean {
    const { totp, passkeys } = this.#options.administrators.factorOf(name);
    return totp !== null || passkeys.length > 0;
  }

  /** A key to show, as text and for the QR code; nothing changes until a code of it was typed. */
  beginTotp(name: string, issuer: string): { secret: string; uri: string } {
    const key = this.#options.randomBytes(TOTP_KEY_OCTETS);
    if (this.#enrolling.size >= MOST_ENROLLING) this.#enrolling.clear();
    this.#enrolling.set(name, { key, until: this.#options.clock.now() + ENROLMENT_MS });
    return { secret: toBase32(key), uri: totpUri({ key, issuer, name }) };
  }

  /** The recovery codes, which nobody can ask for again; null: a wrong code, or begun too long ago. */
  async confirmTotp(name: string, code: string): Promise<readonly string[] | null> {
    const { clock, administrators, sealing } = this.#options;
    const begun = this.#enrolling.get(name);
    const now = clock.now();
    if (begun === undefined || begun.until <= now) return null;
    const step = findStep(begun.key, code, { now, lastStep: 0 });
    if (step === null) return null;
    this.#enrolling.delete(name);
    const codes = this.#makeRecoveryCodes();
    const totp = { sealedKey: sealing.seal(begun.key, name), lastStep: step };
    const enrolled = (factor: StoredFactor) => ({ ...factor, totp, recovery: codes.map(hashOf) });
    return administrators.changeFactor(name, (factor) => ({ factor: enrolled(factor), answer: codes }));
  }

  renewRecoveryCodes(name: string): Promise<readonly string[] | null> {
    const codes = this.#makeRecoveryCodes();
    return this.#options.administrators.changeFactor(name, (factor) => ({
      ...{ factor: { ...factor, recovery: codes.map(hashOf) }, answer: codes },
    }));
  }

  async removeTotp(name: string): Promise<void> {
    await this.#options.administrators.changeFactor(name, ({ passkeys, recovery }) => ({
      factor: { totp: null, passkeys, recovery: passkeys.length === 0 ? [] : recovery },
      answer: undefined,
    }));
  }

  /** All of it: the phone is gone, and the keys with it. */
  async reset(name: string): Promise<void> {
    this.#enrolling.delete(name);
    await this.#options.administrators.changeFactor(name, () => ({ factor: NO_FACTOR, answer: undefined }));
  }

  /** A code of the phone, or one of the recovery codes; either is used up by it. */
  async verifyCode(name: string, code: string): Promise<boolean> {
    const used = await this.#options.administrators.changeFactor(name, (factor) => {
      const left = this.#useTotp(name, factor, code) ?? useRecovery(factor, code);
      return left === null ? null : { factor: left, answer: true };
    });
    return used ?? false;
  }

  #useTotp(name: string, factor: StoredFactor, code: string): StoredFactor | null {
    const { sealing, clock } = this.#options;
    if (factor.totp === null) return null;
    const key = sealing.open(factor.totp.sealedKey, name);
    if (key === null) return null;
    const step = findStep(key, code, { now: clock.now(), lastStep: factor.totp.lastStep });
    return step === null ? null : { ...factor, totp: { ...factor.totp, lastStep: step } };
  }

  #makeRecoveryCodes(): readonly string[] {
    const make = () => toBase32(this.#options.randomBytes(RECOVERY_OCTETS)).toLowerCase();
    return Array.from({ length: RECOVERY_CODES }, () => make().replaceAll(/(.{4})(?=.)/gu, '$1-'));
  }
}

function useRecovery(factor: StoredFactor, code: string): StoredFactor | null {
  const hash = hashOf(code);
  if (!factor.recovery.includes(hash)) return null;
  return { ...factor, recovery: factor.recovery.filter((each) => each !== hash) };
}

/** However it was typed. */
function hashOf(code: string): string {
  const plain = code.replaceAll(/[\s-]/gu, '').toLowerCase();
  return createHash('sha256').update(plain).digest('base64');
}
