/** New signing keys: RSA of 2048 bits for everybody, Ed25519 for those who read it (RFC 8301 §3.2, RFC 8463 §5). */
import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { NewSigningKey, SignatureAlgorithm } from './port.ts';

const generate = promisify(generateKeyPair);

/** A longer one does not fit into a DNS answer of 512 octets with its name. */
const RSA_BITS = 2048;
const ED25519_OCTETS = 32;

export const ALGORITHMS: readonly SignatureAlgorithm[] = ['rsa-sha256', 'ed25519-sha256'];

/** The arithmetic runs in Node's thread pool. `takenSelectors`: of the domain. */
export async function makeSigningKey(
  algorithm: SignatureAlgorithm,
  place: { domain: string; takenSelectors: ReadonlySet<string>; now: number },
): Promise<NewSigningKey> {
  const { domain, now } = place;
  const pair =
    algorithm === 'rsa-sha256'
      ? await generate('rsa', { modulusLength: RSA_BITS })
      : await generate('ed25519', {});
  return {
    domain,
    selector: chooseSelector(algorithm, place),
    algorithm,
    publicKey: publicKeyText(algorithm, pair.publicKey),
    privateKey: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    state: 'announced',
    createdAt: now,
    changedAt: now,
  };
}

/** RFC 8463 §4: of Ed25519 the key alone; it ends the structure that other software writes (RFC 8410 §4). */
function publicKeyText(algorithm: SignatureAlgorithm, key: KeyObject): string {
  const der = key.export({ format: 'der', type: 'spki' });
  return (algorithm === 'rsa-sha256' ? der : der.subarray(-ED25519_OCTETS)).toString('base64');
}

/** Kind and day, e.g. `r20261121`: people see in DNS how old it is. */
function chooseSelector(
  algorithm: SignatureAlgorithm,
  { takenSelectors, now }: { takenSelectors: ReadonlySet<string>; now: number },
): string {
  const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '');
  const plain = `${algorithm === 'rsa-sha256' ? 'r' : 'e'}${day}`;
  let selector = plain;
  for (let count = 2; takenSelectors.has(selector); count++) selector = `${plain}-${count}`;
  return selector;
}
