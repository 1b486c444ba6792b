/**
 * Signing, as relay, storage and the console see it: the keys of our domains, and what stands above a message that leaves.
 *
 * RFC 6376 §5 (DKIM), RFC 8617 §5.1 (ARC). Flow: console → SigningDesk → store; relay → OutgoingSigner → the wire.
 * Invariants: a private key leaves the store for the signer alone: no call, log or answer carries one. A key signs only after its
 * record was seen in DNS; one that was replaced keeps its record for a while, for mail that is still on its way.
 */
import type { Result } from '../../base/result.ts';
import type { Subscribe } from '../../base/emitter.ts';
import type { SignatureAlgorithm } from '../../protocol/authentication/dkim/signature.ts';
import type { QueueEntry } from '../queue/port.ts';

export type { SignatureAlgorithm } from '../../protocol/authentication/dkim/signature.ts';

/** `announced`: its record is to be published; `retiring`: its record must stay a while; `retired`: the record may go. */
export type SigningKeyState = 'announced' | 'active' | 'retiring' | 'retired';

export interface SigningKeyRow {
  readonly id: number;
  /** One of our domains, A-labels. */
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: SignatureAlgorithm;
  /** p= of the record: base64. */
  readonly publicKey: string;
  readonly state: SigningKeyState;
  /** Milliseconds since 1970 UTC. */
  readonly createdAt: number;
  /** When it came into its state. */
  readonly changedAt: number;
}

export interface NewSigningKey extends Omit<SigningKeyRow, 'id'> {
  /** PKCS #8, PEM. */
  readonly privateKey: string;
}

export interface SigningKeyChange {
  readonly id: number;
  readonly state: SigningKeyState;
  readonly at: number;
}

/** Storage implements it. A key that retires loses its private half in the same commit. */
export interface SigningKeyStore {
  list(): Promise<readonly SigningKeyRow[]>;
  /** null where it is gone. */
  privateKeyOf(id: number): Promise<string | null>;
  add(keys: readonly NewSigningKey[]): Promise<void>;
  change(changes: readonly SigningKeyChange[]): Promise<void>;
  remove(id: number): Promise<void>;
}

/** What DNS has under the selector: our key, another, none; or nobody could say. */
export type Publication = 'equal' | 'different' | 'missing' | 'unknown';

export interface SigningKeyStatus extends SigningKeyRow {
  /** Name and text of its TXT record. */
  readonly recordName: string;
  readonly record: string;
  /** null until it was looked for. */
  readonly publication: Publication | null;
  /** Milliseconds since 1970 UTC. */
  readonly checkedAt: number | null;
}

/** The keys, as an administrator sees and steers them. */
export interface SigningDesk {
  list(): readonly SigningKeyStatus[];
  /** Makes an RSA and an Ed25519 key; they wait for their records. Refused while others of the domain wait. */
  makeKeys(domain: string): Promise<Result<void, 'keysAreWaiting'>>;
  /** Looks into DNS now; keys whose records are there begin to sign. */
  check(domain: string): Promise<void>;
  /** An active key is not removed: there must be another first. */
  remove(id: number): Promise<Result<void, 'keyIsActive' | 'noSuchKey'>>;
  readonly onChange: Subscribe<void>;
}

/** What the signer needs to know of a message that leaves. */
export type LeavingEntry = Pick<
  QueueEntry,
  'id' | 'origin' | 'client' | 'prefix' | 'receivedAt' | 'recipients'
>;

export interface OutgoingSigner {
  /** Fields, each ended by CRLF, one character an octet, for above everything; empty where nothing is signed. Never rejects. */
  sign(entry: LeavingEntry, content: AsyncIterable<Uint8Array>): Promise<string>;
}
