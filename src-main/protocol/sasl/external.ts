/** SASL EXTERNAL (RFC 4422 App. A): who the client is says the certificate that it showed in the TLS handshake. */
import { conclude, decodeText, failure } from './exchange.ts';
import type { SaslBackend, SaslExchange, SaslMechanism, SaslStep } from './exchange.ts';

export const EXTERNAL: SaslMechanism = {
  name: 'EXTERNAL',
  isOffered: (backend) => backend.signInWithCertificate !== undefined,
  begin: (backend) => new ExternalExchange(backend),
};

class ExternalExchange<Account> implements SaslExchange<Account> {
  readonly #backend: SaslBackend<Account>;

  constructor(backend: SaslBackend<Account>) {
    this.#backend = backend;
  }

  async start(initialResponse?: Uint8Array): Promise<SaslStep<Account>> {
    if (initialResponse === undefined) return { kind: 'challenge', data: new Uint8Array(0) };
    return this.respond(initialResponse);
  }

  async respond(response: Uint8Array): Promise<SaslStep<Account>> {
    const name = decodeText(response);
    if (name === null) return failure('malformed');
    const verdict = await this.#backend.signInWithCertificate?.(name === '' ? null : name);
    return conclude(verdict ?? { kind: 'refused' });
  }
}
