/** SASL LOGIN (draft-murchison-sasl-login-00): never a standard, but what Outlook and many devices speak. */
import { conclude, decodeText, failure } from './exchange.ts';
import type { SaslBackend, SaslExchange, SaslMechanism, SaslStep } from './exchange.ts';

// Some clients compare the prompts word for word, so they are the ones everybody sends.
const USERNAME_PROMPT = new TextEncoder().encode('Username:');
const PASSWORD_PROMPT = new TextEncoder().encode('Password:');

export const LOGIN: SaslMechanism = {
  name: 'LOGIN',
  isOffered: () => true,
  begin: (backend) => new LoginExchange(backend),
};

class LoginExchange<Account> implements SaslExchange<Account> {
  readonly #backend: SaslBackend<Account>;
  #name: string | undefined;

  constructor(backend: SaslBackend<Account>) {
    this.#backend = backend;
  }

  async start(initialResponse?: Uint8Array): Promise<SaslStep<Account>> {
    // Clients that send an initial response send the name in it.
    if (initialResponse !== undefined && initialResponse.length > 0) return this.respond(initialResponse);
    return { kind: 'challenge', data: USERNAME_PROMPT };
  }

  async respond(response: Uint8Array): Promise<SaslStep<Account>> {
    const text = decodeText(response);
    if (text === null || text === '') return failure('malformed');
    if (this.#name !== undefined) {
      return conclude(await this.#backend.signIn(this.#name, text));
    }
    this.#name = text;
    return { kind: 'challenge', data: PASSWORD_PROMPT };
  }
}
