/**
 * SASL SCRAM, server side (RFC 5802; SHA-256: RFC 7677), with channel binding (-PLUS) and without.
 *
 * Invariants: the password never comes over the wire, and whoever steals the stored keys cannot sign in with them; a name
 * that nobody has is answered like any other, so the dialogue never says whether the account exists; a client that was
 * kept from seeing -PLUS notices, and so do we.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { ChannelBindingType } from '../connection/tls-channel.ts';
import { ClientFirstExchange, conclude, decodeText, failure, isOwnIdentity } from './exchange.ts';
import type {
  SaslBackend,
  SaslMechanism,
  SaslStep,
  ScramCandidate,
  ScramHash,
  ScramKeys,
} from './exchange.ts';

interface Variant {
  readonly name: string;
  readonly hash: ScramHash;
  readonly isPlus: boolean;
}

function createScram(variant: Variant): SaslMechanism {
  return {
    name: variant.name,
    isOffered: (backend) =>
      (variant.hash === 'sha256' || backend.allowsSha1 === true) && (!variant.isPlus || canBind(backend)),
    begin: (backend) => new ScramExchange(variant, backend),
  };
}

export const SCRAM_SHA_256_PLUS = createScram({ name: 'SCRAM-SHA-256-PLUS', hash: 'sha256', isPlus: true });
export const SCRAM_SHA_256 = createScram({ name: 'SCRAM-SHA-256', hash: 'sha256', isPlus: false });
export const SCRAM_SHA_1_PLUS = createScram({ name: 'SCRAM-SHA-1-PLUS', hash: 'sha1', isPlus: true });
export const SCRAM_SHA_1 = createScram({ name: 'SCRAM-SHA-1', hash: 'sha1', isPlus: false });

/** In TLS there is always the certificate to bind to. */
function canBind({ channelBinding }: SaslBackend<unknown>): boolean {
  return channelBinding !== undefined && channelBinding('tls-server-end-point') !== null;
}

/**
 * RFC 5802 §7: client-first-message; no extensions, and no mandatory ones (`m=`). GNU SASL sends an `a=` with nothing in it.
 */
const CLIENT_FIRST =
  /^(?:([ny])|p=([A-Za-z0-9.-]+)),(?:a=([^,]*))?,(n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[^m=,]=[^,]*)*)$/u;
/** RFC 5802 §7: client-final-message. */
const CLIENT_FINAL = /^(c=([A-Za-z0-9+/=]+),r=([^,]+)(?:,[^m=p,]=[^,]*)*),p=([A-Za-z0-9+/=]+)$/u;
/** RFC 5802 §5.1: `=` in a name stands only before 2C (a comma) or 3D. */
const BAD_ESCAPE = /=(?!2C|3D)/u;

const BINDING_TYPES: readonly string[] = [
  'tls-exporter',
  'tls-server-end-point',
] satisfies ChannelBindingType[];

interface Opened<Account> {
  readonly keys: ScramKeys<Account>;
  /** What `c=` of the client's last message must be, in base64: its first message's GS2 header, and what binds. */
  readonly channelBinding: string;
  readonly nonce: string;
  /** client-first-message-bare, server-first-message. */
  readonly transcript: string;
}

class ScramExchange<Account> extends ClientFirstExchange<Account> {
  readonly #variant: Variant;
  readonly #backend: SaslBackend<Account>;
  #opened: Opened<Account> | undefined;
  #proven: ScramCandidate<Account> | undefined;

  constructor(variant: Variant, backend: SaslBackend<Account>) {
    super();
    this.#variant = variant;
    this.#backend = backend;
  }

  async respond(response: Uint8Array): Promise<SaslStep<Account>> {
    const text = decodeText(response);
    if (text === null) return failure('malformed');
    if (this.#opened === undefined) return this.#open(text);
    if (this.#proven === undefined) return this.#prove(this.#opened, text);
    // The client has seen that we know its keys too, and says nothing more.
    return text === '' ? conclude(await this.#proven.admit()) : failure('malformed');
  }

  async #open(text: string): Promise<SaslStep<Account>> {
    const match = CLIENT_FIRST.exec(text);
    if (match === null) return failure('malformed');
    const [, flag, bindingType, authorizationId = '', bare = '', escapedName = '', clientNonce = ''] = match;
    if (BAD_ESCAPE.test(escapedName)) return failure('malformed');
    const binding = this.#bind(flag, bindingType);
    if (binding === null) return failure('malformed');
    const name = unescapeName(escapedName);
    if (!isOwnIdentity(unescapeName(authorizationId), name)) return failure('otherIdentity');
    const keys = await this.#backend.scramKeys(name, this.#variant.hash);
    const nonce = clientNonce + keys.nonce;
    const challenge = `r=${nonce},s=${Buffer.from(keys.salt).toString('base64')},i=${keys.iterations}`;
    const gs2Header = Buffer.from(text.slice(0, text.length - bare.length));
    const channelBinding = Buffer.concat([gs2Header, binding]).toString('base64');
    this.#opened = { keys, nonce, channelBinding, transcript: `${bare},${challenge}` };
    return { kind: 'challenge', data: Buffer.from(challenge) };
  }

  /** The octets that the client must have seen too (RFC 5802 §6); null where it asks for what cannot be. */
  #bind(flag: string | undefined, bindingType: string | undefined): Uint8Array | null {
    if (bindingType !== undefined) {
      if (!this.#variant.isPlus || !BINDING_TYPES.includes(bindingType)) return null;
      return this.#backend.channelBinding?.(bindingType as ChannelBindingType) ?? null;
    }
    if (this.#variant.isPlus) return null;
    // RFC 5802 §6: `y` says that we do not offer -PLUS; where we do, somebody in between took it out of our list.
    return flag === 'y' && canBind(this.#backend) ? null : new Uint8Array(0);
  }

  async #prove(opened: Opened<Account>, text: string): Promise<SaslStep<Account>> {
    const [, withoutProof, binding, echoed, proof = ''] = CLIENT_FINAL.exec(text) ?? [];
    if (withoutProof === undefined) return failure('malformed');
    if (binding !== opened.channelBinding || echoed !== opened.nonce) return failure('malformed');
    const authMessage = `${opened.transcript},${withoutProof}`;
    const fits = (candidate: ScramCandidate<Account>) =>
      this.#isProof(Buffer.from(proof, 'base64'), candidate.storedKey, authMessage);
    this.#proven = opened.keys.candidates.find(fits);
    if (this.#proven === undefined) return conclude(await opened.keys.refuse());
    const verifier = hmac(this.#variant.hash, this.#proven.serverKey, authMessage).toString('base64');
    return { kind: 'challenge', data: Buffer.from(`v=${verifier}`) };
  }

  /** RFC 5802 §3: ClientProof = ClientKey XOR ClientSignature, StoredKey = H(ClientKey). */
  #isProof(proof: Uint8Array, storedKey: Uint8Array, authMessage: string): boolean {
    const { hash } = this.#variant;
    const clientKey = exclusiveOr(proof, hmac(hash, storedKey, authMessage));
    const found = createHash(hash).update(clientKey).digest();
    return found.length === storedKey.length && timingSafeEqual(found, storedKey);
  }
}

function unescapeName(name: string): string {
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=');
}

function hmac(hash: ScramHash, key: Uint8Array, text: string): Buffer {
  return createHmac(hash, key).update(text).digest();
}

function exclusiveOr(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((octet, index) => octet ^ (b[index] ?? 0));
}
