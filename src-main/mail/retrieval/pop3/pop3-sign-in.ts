/**
 * USER, PASS and AUTH (RFC 1939 §7, RFC 5034).
 *
 * Invariants: a refusal never says whether the account exists.
 */
import type { Account } from '../../../directory/port.ts';
import type { Pop3Command } from '../../../protocol/pop3/command.ts';
import type { Challenge, Pop3Reply } from '../../../protocol/pop3/server/session.ts';
import { runSaslDialogue } from '../../../protocol/sasl/dialogue.ts';
import type { SaslBackend, SaslFailure } from '../../../protocol/sasl/exchange.ts';
import { createSaslExchange, listMechanisms } from '../../../protocol/sasl/mechanisms.ts';
import { okay, refuse } from './reply.ts';

type SignInCommand = Extract<Pop3Command, { name: 'USER' | 'PASS' | 'AUTH' }>;

export class Pop3SignIn {
  readonly #backend: SaslBackend<Account>;
  readonly #open: (account: Account) => Promise<Pop3Reply>;
  #user: string | null = null;
  failures = 0;

  /** `open` opens the maildrop of who has signed in. */
  constructor(backend: SaslBackend<Account>, open: (account: Account) => Promise<Pop3Reply>) {
    this.#backend = backend;
    this.#open = open;
  }

  /** What AUTH offers (RFC 5034 §4). */
  get mechanisms(): readonly string[] {
    return listMechanisms(this.#backend);
  }

  async handle(command: SignInCommand, challenge: Challenge): Promise<Pop3Reply> {
    switch (command.name) {
      case 'USER':
        this.#user = command.user;
        // The same answer for every name.
        return okay('Now the password');
      case 'PASS':
        return this.#checkPassword(command.password);
      case 'AUTH':
        if (command.mechanism === null) return okay('Mechanisms', { kind: 'lines', lines: this.mechanisms });
        return this.#authenticate(command.mechanism, command.initialResponse, challenge);
    }
  }

  async #checkPassword(password: string): Promise<Pop3Reply> {
    const user = this.#user;
    this.#user = null;
    if (user === null) return refuse('USER comes first');
    const verdict = await this.#backend.signIn(user, password);
    return verdict.kind === 'ok' ? this.#open(verdict.account) : this.#refused(verdict.kind);
  }

  async #authenticate(
    mechanism: string,
    initialResponse: string | null,
    challenge: Challenge,
  ): Promise<Pop3Reply> {
    const exchange = createSaslExchange(mechanism, this.#backend);
    if (exchange === null) return refuse('This mechanism is not offered');
    const outcome = await runSaslDialogue({ exchange, initialResponse, challenge });
    switch (outcome.kind) {
      case 'success':
        return this.#open(outcome.account);
      case 'failure':
        return this.#refused(outcome.reason);
      case 'cancelled':
        return refuse('AUTH cancelled');
      case 'notBase64':
        return refuse('The response is not base64');
    }
  }

  #refused(reason: SaslFailure): Pop3Reply {
    this.failures++;
    switch (reason) {
      case 'disabled':
        return refuse('This account is switched off', 'SYS/PERM');
      case 'otherIdentity':
        return refuse('Nobody can sign in as somebody else', 'AUTH');
      case 'malformed':
        return refuse('The response does not fit the mechanism');
      case 'notAllowed':
        return refuse('This password is not for reading mail; use an app password that is', 'AUTH');
      case 'blocked':
        // RFC 3206 §4: a program should not ask for another password because of it.
        return refuse('Too many wrong passwords from there; try again later', 'SYS/TEMP');
      case 'unavailable':
        return refuse('Signing in does not work at the moment, try again later', 'SYS/TEMP');
      case 'refused':
        return refuse('Wrong name or password', 'AUTH');
    }
  }
}
