/**
 * Answer addresses: where a moderator writes to decide on a message that waits: `team+approve-<place>-<mac>@example.com`.
 *
 * Shape: decision, trace id and ordinal of the recipient that is held, 80 bits of HMAC-SHA-256 in base 32; in lower case, since some
 * servers change it. Flow: notice → the moderator's answer → router → ModerationDesk.
 * Invariants: only a holder of the server's secret makes one; it names one held recipient and one decision, so it is spent once that
 * is decided. What stands before it is for people: the office's detail separators, or none, change nothing.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { QueuePlace } from '../../queue/port.ts';
import type { ModerationAnswer, ModerationDecision } from '../../routing/port.ts';

const PURPOSE = 'postroom moderation answer 1';
const DIGITS = 'abcdefghijklmnopqrstuvwxyz234567';
/** 80 bits: nobody guesses one before its message is decided on. */
const MAC_CHARACTERS = 16;
/** RFC 5321 §4.5.3.1.1 */
const MOST_LOCAL_PART_OCTETS = 64;
/** Wherever the office has switched details off: any character does, the address is known by its end. */
const USUAL_SEPARATOR = '+';

export interface AnswerAddresses {
  /** `group`: the address of the group that is held at `place`. */
  addressOf(decision: ModerationDecision, place: QueuePlace, group: string): string;
  /** null: an address like any other. */
  read(address: string): ModerationAnswer | null;
}

export interface AnswerAddressOptions {
  readonly secret: Uint8Array;
  readonly separators: () => string;
}

export function createAnswerAddresses({ secret, separators }: AnswerAddressOptions): AnswerAddresses {
  return {
    addressOf: (decision, place, group) => {
      const at = group.lastIndexOf('@');
      const claim = `${decision}-${place.entryId}-${place.ordinal.toString(36)}`;
      const token = `${claim}-${macOf(secret, claim)}`;
      const [separator = USUAL_SEPARATOR] = separators();
      const named = `${group.slice(0, at)}${separator}${token}`;
      const localPart = Buffer.byteLength(named) <= MOST_LOCAL_PART_OCTETS ? named : token;
      return `${localPart}${group.slice(at)}`;
    },
    read: (address) => readAnswer(secret, address.slice(0, address.lastIndexOf('@')).toLowerCase()),
  };
}

function readAnswer(secret: Uint8Array, localPart: string): ModerationAnswer | null {
  const parts = /(?:^|[^a-z0-9])((approve|refuse)-([a-z0-9]+)-([a-z0-9]{1,6}))-([a-z2-7]{16})$/u.exec(
    localPart,
  );
  if (parts === null) return null;
  const [, claim = '', decision, entryId = '', ordinal = '', mac = ''] = parts;
  if (!timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(secret, claim)))) return null;
  return {
    decision: decision === 'approve' ? 'approve' : 'refuse',
    entryId,
    ordinal: Number.parseInt(ordinal, 36),
  };
}

function macOf(secret: Uint8Array, claim: string): string {
  const digest = createHmac('sha256', secret).update(`${PURPOSE}\0${claim}`).digest();
  return [...digest.subarray(0, MAC_CHARACTERS)].map((octet) => DIGITS.charAt(octet & 31)).join('');
}
