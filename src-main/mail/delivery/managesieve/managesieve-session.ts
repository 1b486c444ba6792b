/**
 * ManageSieve session: one client's state over the scripts of an account.
 *
 * Actor: MDA (RFC 5598), RFC 5804. Flow: ManageSieve engine → here → directory, script store.
 * Invariants: without TLS no password is looked at unless the administrator allowed it; a script that is wrong is never stored.
 */
import type { Account } from '../../../directory/port.ts';
import type { SessionTranscript, TlsDetails } from '../../../protocol/connection/session.ts';
import type { ManageSieveCommand, ManageSieveCommandName } from '../../../protocol/managesieve/command.ts';
import { MAX_LITERAL_BEFORE_SIGN_IN } from '../../../protocol/managesieve/limits.ts';
import type {
  Challenge,
  DataLine,
  ManageSieveEngineSession,
  ManageSieveReply,
} from '../../../protocol/managesieve/server/session.ts';
import { runSaslDialogue } from '../../../protocol/sasl/dialogue.ts';
import type { SaslBackend, SaslFailure } from '../../../protocol/sasl/exchange.ts';
import { createSaslExchange, listMechanisms } from '../../../protocol/sasl/mechanisms.ts';
import { CAPABILITIES } from '../sieve/checking/capabilities.ts';
import { MAX_REDIRECTS, MAX_SCRIPT_OCTETS } from '../sieve/limits.ts';
import type { ManageSieveOptions } from './managesieve-service.ts';
import { ScriptDesk } from './script-desk.ts';

const ALWAYS: readonly ManageSieveCommandName[] = ['CAPABILITY', 'LOGOUT', 'NOOP'];

const REFUSALS: Readonly<Record<SaslFailure | 'notBase64' | 'cancelled' | 'unknownMechanism', string>> = {
  disabled: 'This account is switched off',
  otherIdentity: 'Nobody can sign in as somebody else',
  malformed: 'The response does not fit the mechanism',
  notAllowed: 'This password is not for rules; use an app password that is',
  blocked: 'Too many wrong passwords from there; try again later',
  unavailable: 'Signing in does not work at the moment, try again later',
  refused: 'Wrong name or password',
  notBase64: 'The response is not base64',
  cancelled: 'Signing in was given up',
  unknownMechanism: 'This mechanism is not offered',
};

export interface SessionFacts {
  readonly hasTls: boolean;
  readonly signIn: SaslBackend<Account>;
}

export class ManageSieveSession implements ManageSieveEngineSession {
  readonly #options: ManageSieveOptions;
  readonly #transcript: SessionTranscript;
  readonly #signIn: SaslBackend<Account>;
  #hasTls: boolean;
  #account: Account | null = null;
  failedSignIns = 0;
  isOver = false;

  constructor(options: ManageSieveOptions, transcript: SessionTranscript, facts: SessionFacts) {
    this.#options = options;
    this.#transcript = transcript;
    this.#hasTls = facts.hasTls;
    this.#signIn = facts.signIn;
  }

  get accountId(): number | null {
    return this.#account?.id ?? null;
  }

  get maxLiteralOctets(): number {
    return this.#account === null ? MAX_LITERAL_BEFORE_SIGN_IN : MAX_SCRIPT_OCTETS;
  }

  /** RFC 5804 §1.7; what is here is really there. */
  capabilities(): readonly DataLine[] {
    const owner = this.#account === null ? [] : [{ strings: ['OWNER', this.#account.address] }];
    return [
      { strings: ['IMPLEMENTATION', 'Postroom'] },
      { strings: ['SASL', this.#maySignIn ? this.#mechanisms.join(' ') : ''] },
      { strings: ['SIEVE', CAPABILITIES.join(' ')] },
      ...(this.#mayStartTls ? [{ strings: ['STARTTLS'] }] : []),
      { strings: ['MAXREDIRECTS', String(MAX_REDIRECTS)] },
      { strings: ['NOTIFY', 'mailto'] },
      ...owner,
      { strings: ['UNAUTHENTICATE'] },
      { strings: ['VERSION', '1.0'] },
    ];
  }

  isAllowed(name: ManageSieveCommandName): boolean {
    if (ALWAYS.includes(name)) return true;
    if (name === 'STARTTLS') return this.#mayStartTls;
    return (name === 'AUTHENTICATE') === (this.#account === null);
  }

  async handle(command: ManageSieveCommand, challenge: Challenge): Promise<ManageSieveReply> {
    switch (command.name) {
      case 'CAPABILITY':
        return { status: 'OK', text: 'Capabilities', data: this.capabilities() };
      case 'NOOP':
        // RFC 5804 §2.13
        return {
          status: 'OK',
          text: 'Here',
          ...(command.tag !== null && { code: { name: 'TAG', value: command.tag } }),
        };
      case 'LOGOUT':
        this.isOver = true;
        return { status: 'OK', text: 'Goodbye' };
      case 'UNAUTHENTICATE':
        this.#account = null;
        return { status: 'OK', text: 'Signed out' };
      case 'AUTHENTICATE':
        return this.#authenticate(command.mechanism, command.initialResponse, challenge);
      case 'STARTTLS':
        throw new Error('STARTTLS is handled by the engine');
      default:
        if (this.#account === null) throw new Error('nobody is signed in');
        return new ScriptDesk(this.#options.scripts, this.#account.id).handle(command);
    }
  }

  secured(_tls: TlsDetails): void {
    this.#hasTls = true;
  }

  close(): void {
    this.isOver = true;
  }

  /** RFC 5804 §2.1: LOGIN was never a mechanism of ManageSieve. */
  get #mechanisms(): readonly string[] {
    return listMechanisms(this.#signIn).filter((name) => name !== 'LOGIN');
  }

  get #maySignIn(): boolean {
    return this.#hasTls || this.#options.allowCleartextAuth();
  }

  /** RFC 5804 §2.2: only before anybody has signed in. */
  get #mayStartTls(): boolean {
    return !this.#hasTls && this.#account === null;
  }

  async #authenticate(
    mechanism: string,
    initial: string | null,
    challenge: Challenge,
  ): Promise<ManageSieveReply> {
    if (!this.#maySignIn) {
      return { status: 'NO', code: { name: 'ENCRYPT-NEEDED' }, text: 'Use STARTTLS first' };
    }
    const isOffered = this.#mechanisms.includes(mechanism.toUpperCase());
    const exchange = isOffered ? createSaslExchange(mechanism, this.#signIn) : null;
    if (exchange === null) return refused('unknownMechanism');
    const outcome = await runSaslDialogue({ exchange, initialResponse: initial, challenge });
    switch (outcome.kind) {
      case 'success':
        return this.#admit(outcome.account);
      case 'failure':
        return this.#refuse(outcome.reason);
      default:
        return refused(outcome.kind);
    }
  }

  #admit(account: Account): ManageSieveReply {
    this.#account = account;
    this.#transcript.update({ account: account.address });
    return { status: 'OK', text: 'Signed in' };
  }

  #refuse(reason: SaslFailure): ManageSieveReply {
    this.failedSignIns++;
    return refused(reason);
  }
}

function refused(reason: keyof typeof REFUSALS): ManageSieveReply {
  // RFC 5804 §1.3: the same command may be right later.
  const code = reason === 'blocked' || reason === 'unavailable' ? { code: { name: 'TRYLATER' } } : {};
  return { status: 'NO', ...code, text: REFUSALS[reason] };
}
