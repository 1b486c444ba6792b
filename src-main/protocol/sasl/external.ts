/** SASL EXTERNAL (RFC 4422 App. A): who the client is says the certificate that it showed in the TLS handshake. */
import { ClientFirstExchange, conclude, decodeText, failure } from './exchange.ts';
import type { SaslBackend, SaslMechanism, SaslStep } from './exchange.ts';

export const EXTERNAL: SaslMechanism = {
  name: 'EXTERNAL',
  isOffered: (backend) => backend.signInWithCertificate !== undefined,
  begin: (backend) => new ExternalExchange(backend),
};

class ExternalExchange<Account> extends ClientFirstExchange<Account> {
  readonly #backend: SaslBackend<Account>;

  constructor(backend: SaslBackend<Account>) {
    super();
    this.#backend = backend;
  }

  async respond(response: Uint8Array): Promise<SaslStep<Account>> {
    const name = decodeText(response);
    if (name === null) return failure('malformed');
    const verdict = await this.#backend.signInWithCertificate?.(name === '' ? null : name);
    return conclude(verdict ?? { kind: 'refused' });
  }
}
