/**
 * SASL SCRAM-SHA-256, server side (RFC 5802, RFC 7677), without channel binding.
 *
 * Invariants: the password never comes over the wire, and whoever steals the stored keys cannot sign in with them; a name
 * that nobody has is answered like any other, so the dialogue never says whether the account exists.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { decodeText, failure } from './exchange.ts';
import type { SaslBackend, SaslExchange, SaslMechanism, SaslStep, ScramKeys } from './exchange.ts';

export const SCRAM_SHA_256: SaslMechanism = {
  name: 'SCRAM-SHA-256',
  begin: (backend) => new ScramExchange(backend),
};

/** RFC 5802 §7: client-first-message; no extensions, and no mandatory ones (`m=`). */
const CLIENT_FIRST = /^([ny]),(?:a=([^,]+))?,(n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[^m=,]=[^,]*)*)$/u;
/** RFC 5802 §7: client-final-message. */
const CLIENT_FINAL = /^(c=([A-Za-z0-9+/=]+),r=([^,]+)(?:,[^m=p,]=[^,]*)*),p=([A-Za-z0-9+/=]+)$/u;
/** RFC 5802 §5.1: `=` in a name stands only before 2C (a comma) or 3D. */
const BAD_ESCAPE = /=(?!2C|3D)/u;

interface Opened<Account> {
  readonly keys: ScramKeys<Account>;
  /** `c=` of the client's last message must say the same as its first one did. */
  readonly channelBinding: string;
  readonly nonce: string;
  /** client-first-message-bare, server-first-message. */
  readonly transcript: string;
}

class ScramExchange<Account> implements SaslExchange<Account> {
  readonly #backend: SaslBackend<Account>;
  #opened: Opened<Account> | undefined;
  #isProven = false;

  constructor(backend: SaslBackend<Account>) {
    this.#backend = backend;
  }

  async start(initialResponse?: Uint8Array): Promise<SaslStep<Account>> {
    if (initialResponse === undefined) return { kind: 'challenge', data: new Uint8Array(0) };
    return this.respond(initialResponse);
  }

  async respond(response: Uint8Array): Promise<SaslStep<Account>> {
    const text = decodeText(response);
    if (text === null) return failure('malformed');
    const opened = this.#opened;
    if (opened === undefined) return this.#open(text);
    if (!this.#isProven) return this.#prove(opened, text);
    // The client has seen that we know its keys too, and says nothing more.
    return text === '' ? conclude(opened.keys) : failure('malformed');
  }

  async #open(text: string): Promise<SaslStep<Account>> {
    const [, flag, authorizationId, bare, escapedName = '', clientNonce = ''] = CLIENT_FIRST.exec(text) ?? [];
    if (flag === undefined || bare === undefined || BAD_ESCAPE.test(escapedName)) return failure('malformed');
    const name = unescapeName(escapedName);
    if (authorizationId !== undefined && unescapeName(authorizationId).toLowerCase() !== name.toLowerCase())
      return failure('otherIdentity');
    const keys = await this.#backend.scramKeys(name);
    const nonce = clientNonce + keys.nonce;
    const challenge = `r=${nonce},s=${Buffer.from(keys.salt).toString('base64')},i=${keys.iterations}`;
    const channelBinding = Buffer.from(text.slice(0, text.length - bare.length)).toString('base64');
    this.#opened = { keys, nonce, channelBinding, transcript: `${bare},${challenge}` };
    return { kind: 'challenge', data: Buffer.from(challenge) };
  }

  #prove({ keys, nonce, channelBinding, transcript }: Opened<Account>, text: string): SaslStep<Account> {
    const [, withoutProof, binding, echoed, proof = ''] = CLIENT_FINAL.exec(text) ?? [];
    if (withoutProof === undefined) return failure('malformed');
    if (binding !== channelBinding || echoed !== nonce) return failure('malformed');
    const authMessage = `${transcript},${withoutProof}`;
    const signature = hmac(keys.storedKey, authMessage);
    const clientKey = exclusiveOr(Buffer.from(proof, 'base64'), signature);
    const found = createHash('sha256').update(clientKey).digest();
    if (!isSame(found, keys.storedKey)) return failure('refused');
    this.#isProven = true;
    const verifier = hmac(keys.serverKey, authMessage).toString('base64');
    return { kind: 'challenge', data: Buffer.from(`v=${verifier}`) };
  }
}

async function conclude<Account>(keys: ScramKeys<Account>): Promise<SaslStep<Account>> {
  const verdict = await keys.admit();
  return verdict.kind === 'ok' ? { kind: 'success', account: verdict.account } : failure(verdict.kind);
}

function unescapeName(name: string): string {
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=');
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function exclusiveOr(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((octet, index) => octet ^ (b[index] ?? 0));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
