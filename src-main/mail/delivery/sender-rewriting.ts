/**
 * Sender rewriting (SRS): the reverse-path of a forwarded message, so that it passes for mail of ours and its bounces find back.
 *
 * The scheme of libsrs2 and postsrsd, which servers know by sight: `SRS0=hash=time=domain=local-part@ours`, and
 * `SRS1=hash=first-forwarder==rest@ours` for what another forwarder has rewritten already.
 * Flow: courier forwards → rewrite(); a DSN comes for such an address → restore() → the sender.
 * Invariants: only addresses that carry our hash, and are not older than LIFETIME_DAYS, lead anywhere: nobody relays by making some
 * up. The hash is compared without case: some servers change it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';

const DAY_MS = 86_400_000;
/** A bounce comes within the week that servers try; three allow for holidays of a queue. */
const LIFETIME_DAYS = 21;
/** Days since 1970 in two digits of base 32: they repeat after 1,024 days. */
const DAYS_OF_STAMP = 1024;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** 30 bits: guessing takes a million messages for each address, and leads to that address only. */
const HASH_CHARACTERS = 6;

export interface SenderRewriting {
  /** `domain`: one of ours. */
  rewrite(reversePath: string, domain: string): string;
  /** The address that a rewritten one stands for; null where it is none of ours, or too old. */
  restore(address: string): string | null;
}

export function createSenderRewriting(options: { secret: Uint8Array; clock: Clock }): SenderRewriting {
  return new HashedRewriting(options.secret, options.clock);
}

class HashedRewriting implements SenderRewriting {
  readonly #secret: Uint8Array;
  readonly #clock: Clock;

  constructor(secret: Uint8Array, clock: Clock) {
    this.#secret = secret;
    this.#clock = clock;
  }

  rewrite(reversePath: string, domain: string): string {
    const at = reversePath.lastIndexOf('@');
    const localPart = reversePath.slice(0, at);
    const host = reversePath.slice(at + 1);
    const first = /^SRS0[=+-](.*)$/iu.exec(localPart);
    if (first !== null) return this.#second(host, `=${first[1] ?? ''}`, domain);
    const second = /^SRS1[=+-][^=]+=([^=]+)=(.*)$/iu.exec(localPart);
    if (second !== null) return this.#second(second[1] ?? '', second[2] ?? '', domain);
    const stamp = stampOf(this.#today());
    return `SRS0=${this.#hash(stamp, host, localPart)}=${stamp}=${host}=${localPart}@${domain}`;
  }

  restore(address: string): string | null {
    const localPart = address.slice(0, address.lastIndexOf('@'));
    const [, hash = '', stamp = '', host = '', rest = ''] =
      /^SRS0[=+-]([^=]+)=([^=]{2})=([^=]+)=(.+)$/iu.exec(localPart) ?? [];
    if (hash !== '')
      return this.#isOurs(hash, [stamp, host, rest]) && this.#isFresh(stamp) ? `${rest}@${host}` : null;
    const [, outer = '', forwarder = '', opaque = ''] =
      /^SRS1[=+-]([^=]+)=([^=]+)=(.+)$/iu.exec(localPart) ?? [];
    if (outer === '') return null;
    return this.#isOurs(outer, [forwarder, opaque]) ? `SRS0${opaque}@${forwarder}` : null;
  }

  #second(forwarder: string, opaque: string, domain: string): string {
    return `SRS1=${this.#hash(forwarder, opaque)}=${forwarder}=${opaque}@${domain}`;
  }

  #hash(...parts: readonly string[]): string {
    const digest = createHmac('sha256', this.#secret).update(parts.join('=').toLowerCase()).digest();
    return [...digest.subarray(0, HASH_CHARACTERS)].map((octet) => DIGITS.charAt(octet & 31)).join('');
  }

  #isOurs(hash: string, parts: readonly string[]): boolean {
    const given = Buffer.from(hash.toUpperCase());
    const right = Buffer.from(this.#hash(...parts));
    return given.length === right.length && timingSafeEqual(given, right);
  }

  #isFresh(stamp: string): boolean {
    const [high = '', low = ''] = stamp.toUpperCase();
    const day = DIGITS.indexOf(high) * 32 + DIGITS.indexOf(low);
    const age = (this.#today() - day + DAYS_OF_STAMP) % DAYS_OF_STAMP;
    return day >= 0 && age <= LIFETIME_DAYS;
  }

  #today(): number {
    return Math.floor(this.#clock.now() / DAY_MS) % DAYS_OF_STAMP;
  }
}

function stampOf(day: number): string {
  return DIGITS.charAt(day >> 5) + DIGITS.charAt(day & 31);
}
