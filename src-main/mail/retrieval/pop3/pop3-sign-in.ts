/**
 * USER, PASS and AUTH (RFC 1939 §7, RFC 5034).
 *
 * Invariants: a refusal takes a moment and never says whether the account exists.
 */
import type { Clock } from '../../../base/clock.ts';
import type { Account, Directory } from '../../../directory/port.ts';
import type { Pop3Command } from '../../../protocol/pop3/command.ts';
import type { Challenge, Pop3Reply } from '../../../protocol/pop3/server/session.ts';
import { decodeInitialResponse, decodeSaslLine, encodeSaslLine } from '../../../protocol/sasl/base64-line.ts';
import type { SaslLine } from '../../../protocol/sasl/base64-line.ts';
import type { SaslFailure, SaslStep } from '../../../protocol/sasl/exchange.ts';
import { SASL_MECHANISM_NAMES, createSaslExchange } from '../../../protocol/sasl/mechanisms.ts';
import { FAILED_SIGN_IN_DELAY_MS } from '../limits.ts';
import { okay, refuse } from './reply.ts';

type SignInCommand = Extract<Pop3Command, { name: 'USER' | 'PASS' | 'AUTH' }>;

export class Pop3SignIn {
  readonly #directory: Directory;
  readonly #clock: Clock;
  readonly #open: (account: Account) => Promise<Pop3Reply>;
  #user: string | null = null;
  failures = 0;

  /** `open` opens the maildrop of who has signed in. */
  constructor(directory: Directory, clock: Clock, open: (account: Account) => Promise<Pop3Reply>) {
    this.#directory = directory;
    this.#clock = clock;
    this.#open = open;
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
        if (command.mechanism === null)
          return okay('Mechanisms', { kind: 'lines', lines: SASL_MECHANISM_NAMES });
        return this.#authenticate(command.mechanism, command.initialResponse, challenge);
    }
  }

  async #checkPassword(password: string): Promise<Pop3Reply> {
    const user = this.#user;
    this.#user = null;
    if (user === null) return refuse('USER comes first');
    const outcome = await this.#directory.signIn(user, password);
    return outcome.kind === 'ok' ? this.#open(outcome.account) : this.#refused(outcome.kind);
  }

  async #authenticate(mechanism: string, initial: string | null, challenge: Challenge): Promise<Pop3Reply> {
    const exchange = createSaslExchange<Account>(mechanism, this.#directory);
    if (exchange === null) return refuse('This mechanism is not offered');
    let step: SaslStep<Account>;
    if (initial === null) step = await exchange.start();
    else {
      const octets = octetsOf(decodeInitialResponse(initial));
      if (octets === null) return refuse('The response is not base64');
      step = await exchange.start(octets);
    }
    while (step.kind === 'challenge') {
      const line = await challenge(encodeSaslLine(step.data));
      const octets = line === null ? null : octetsOf(decodeSaslLine(line));
      if (octets === null) return refuse('AUTH cancelled');
      step = await exchange.respond(octets);
    }
    return step.kind === 'success' ? this.#open(step.account) : this.#refused(step.reason);
  }

  async #refused(reason: SaslFailure): Promise<Pop3Reply> {
    this.failures++;
    const delayMs = FAILED_SIGN_IN_DELAY_MS * this.failures;
    await new Promise<void>((resolve) => this.#clock.after(delayMs, resolve));
    switch (reason) {
      case 'disabled':
        return refuse('This account is switched off', 'SYS/PERM');
      case 'otherIdentity':
        return refuse('Nobody can sign in as somebody else', 'AUTH');
      case 'malformed':
        return refuse('The response does not fit the mechanism');
      case 'refused':
        return refuse('Wrong name or password', 'AUTH');
    }
  }
}

function octetsOf(line: SaslLine): Uint8Array | null {
  return line.kind === 'data' ? line.octets : null;
}
