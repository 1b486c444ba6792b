/** SASL PLAIN (RFC 4616): authorization identity, name and password in one response, parted by NUL. */
import { ClientFirstExchange, conclude, decodeText, failure, isOwnIdentity } from './exchange.ts';
import type { SaslBackend, SaslMechanism, SaslStep } from './exchange.ts';

export const PLAIN: SaslMechanism = {
  name: 'PLAIN',
  isOffered: () => true,
  begin: (backend) => new PlainExchange(backend),
};

class PlainExchange<Account> extends ClientFirstExchange<Account> {
  readonly #backend: SaslBackend<Account>;

  constructor(backend: SaslBackend<Account>) {
    super();
    this.#backend = backend;
  }

  async respond(response: Uint8Array): Promise<SaslStep<Account>> {
    const message = parsePlainMessage(response);
    if (message === null) return failure('malformed');
    const { authorizationId, name, password } = message;
    if (!isOwnIdentity(authorizationId, name)) return failure('otherIdentity');
    return conclude(await this.#backend.signIn(name, password));
  }
}

/** RFC 4616 §2: message = [authzid] UTF8NUL authcid UTF8NUL passwd */
function parsePlainMessage(
  octets: Uint8Array,
): { authorizationId: string; name: string; password: string } | null {
  const first = octets.indexOf(0);
  const second = octets.indexOf(0, first + 1);
  if (first === -1 || second === -1) return null;
  const authorizationId = decodeText(octets.subarray(0, first));
  const name = decodeText(octets.subarray(first + 1, second));
  const password = decodeText(octets.subarray(second + 1));
  if (authorizationId === null || name === null || password === null) return null;
  return name === '' || password === '' ? null : { authorizationId, name, password };
}
