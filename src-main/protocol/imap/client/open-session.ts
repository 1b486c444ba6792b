/**
 * Opens an IMAP session as a client: connection, greeting, TLS, sign-in.
 *
 * RFC 9051 §3.4, §6.2; RFC 8314. Flow: transfer → here → ImapClientSession. Invariants: without `none` no password crosses the
 * wire in clear text; a session that could not begin leaves a transcript, and throws ImapProblem with a sentence.
 */
import { isIP } from 'node:net';
import type { Clock } from '../../../base/clock.ts';
import type { RandomBytes } from '../../../base/ids.ts';
import type { Connect, OutgoingConnection } from '../../connection/outgoing-connection.ts';
import { MASKED, type TranscriptRecorder } from '../../connection/session.ts';
import { beginSaslExchange, type Credentials, type SaslClientExchange } from '../../sasl/client-exchange.ts';
import { ImapClientWire, ImapProblem } from './client-wire.ts';
import { SIGN_IN_TIMEOUT_MS } from './limits.ts';
import { ImapClientSession, quote } from './session.ts';

export interface ImapTarget {
  readonly host: string;
  readonly port: number;
  /** `implicit`: TLS from the first octet. `starttls`: before anything else. `none`: clear text. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** Whether the certificate must be valid and for `host`. */
  readonly mustVerify: boolean;
  readonly credentials: Credentials;
}

export interface ImapClientOptions {
  readonly connect: Connect;
  readonly transcripts: TranscriptRecorder;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

export async function openImapSession(
  target: ImapTarget,
  options: ImapClientOptions,
): Promise<ImapClientSession> {
  const { host, port, mustVerify } = target;
  const place = { remoteAddress: host, remotePort: port, localAddress: '', localPort: 0 };
  const transcript = options.transcripts.open({ protocol: 'imap', direction: 'out', ...place });
  transcript.update({ remoteName: host });
  let connection: OutgoingConnection;
  try {
    connection = await options.connect({
      address: host,
      port,
      serverName: isIP(host) === 0 ? host : null,
      mustVerify,
    });
    if (target.tls === 'implicit') transcript.update({ tls: await connection.startTls() });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    transcript.note(reason);
    transcript.close('refused');
    throw new ImapProblem(`${host}:${port}: ${reason}`, 'connection');
  }
  const opening = new Opening(new ImapClientWire(connection, transcript, options.clock), target, options);
  return opening.begin();
}

class Opening {
  readonly #wire: ImapClientWire;
  readonly #target: ImapTarget;
  readonly #options: ImapClientOptions;

  constructor(wire: ImapClientWire, target: ImapTarget, options: ImapClientOptions) {
    this.#wire = wire;
    this.#target = target;
    this.#options = options;
  }

  async begin(): Promise<ImapClientSession> {
    const isSignedIn = await this.#readGreeting();
    if (this.#target.tls === 'starttls') {
      await this.#complete('STARTTLS', this.#wire.send('STARTTLS'));
      await this.#wire.startTls();
    }
    if (!isSignedIn) await this.#signIn(await this.#readCapabilities()).catch(failedAtSignIn);
    // RFC 9051 §6.1.1: they may be others once somebody has signed in.
    return new ImapClientSession(this.#wire, await this.#readCapabilities());
  }

  async #readGreeting(): Promise<boolean> {
    const greeting = await this.#wire.read(SIGN_IN_TIMEOUT_MS);
    if (greeting.kind === 'status' && greeting.status === 'OK') return false;
    // RFC 9051 §7.1.4
    if (greeting.kind === 'status' && greeting.status === 'PREAUTH') return true;
    const said = greeting.kind === 'status' ? greeting.text : 'something that is no greeting';
    throw this.#wire.problem(`The server would not talk to us: ${said}`, 'refused');
  }

  async #readCapabilities(): Promise<ReadonlySet<string>> {
    const tag = this.#wire.send('CAPABILITY');
    const found = new Set<string>();
    for (;;) {
      const response = await this.#wire.read(SIGN_IN_TIMEOUT_MS);
      if (response.kind === 'data' && response.name === 'CAPABILITY')
        for (const each of response.rest.split(' ')) found.add(each.toUpperCase());
      if (response.kind === 'completion' && response.tag === tag) return found;
      if (response.kind === 'status' && response.status === 'BYE') throw this.#ended(response.text);
    }
  }

  async #signIn(capabilities: ReadonlySet<string>): Promise<void> {
    this.#wire.transcript.phase('sign-in');
    const { credentials } = this.#target;
    const offered = new Set(
      [...capabilities].filter((each) => each.startsWith('AUTH=')).map((each) => each.slice('AUTH='.length)),
    );
    const exchange = beginSaslExchange(offered, credentials, this.#options.randomBytes);
    if (exchange !== null) await this.#authenticate(exchange, capabilities.has('SASL-IR'));
    else if (!capabilities.has('LOGINDISABLED')) await this.#logIn();
    else throw this.#wire.problem('The server offers no way to sign in over this connection', 'refused');
    this.#wire.transcript.update({ account: credentials.user });
  }

  async #logIn(): Promise<void> {
    const { user, password } = this.#target.credentials;
    const [name, secret] = [user, password].map((text) => Buffer.from(text).toString('latin1'));
    const command = `LOGIN ${quote(name ?? '')} ${quote(secret ?? '')}`;
    await this.#complete('the sign-in', this.#wire.send(command, `LOGIN ${quote(user)} ${MASKED}`));
  }

  /** RFC 9051 §6.2.2; SASL-IR: RFC 4959. */
  async #authenticate(exchange: SaslClientExchange, hasInitialResponse: boolean): Promise<void> {
    const { mechanism, firstMessage } = exchange;
    const command = `AUTHENTICATE ${mechanism}`;
    let first = firstMessage;
    let tag: string;
    if (first !== null && hasInitialResponse) {
      tag = this.#wire.send(`${command} ${base64(first)}`, `${command} ${MASKED}`);
      first = null;
    } else tag = this.#wire.send(command);
    await this.#complete('the sign-in', tag, async (challenge) => {
      if (first !== null) {
        this.#wire.sendSecret(base64(first));
        first = null;
        return;
      }
      const response = await exchange.respond(Buffer.from(challenge, 'base64').toString('utf8'));
      if (!response.ok) throw this.#wire.problem(response.error, 'refused');
      this.#wire.sendSecret(base64(response.value));
    });
    const doubt = exchange.findDoubt();
    if (doubt !== null) throw this.#wire.problem(doubt, 'refused');
  }

  /** Reads up to the command's completion, which must be OK. */
  async #complete(
    name: string,
    tag: string,
    onChallenge?: (challenge: string) => Promise<void>,
  ): Promise<void> {
    for (;;) {
      const response = await this.#wire.read(SIGN_IN_TIMEOUT_MS);
      if (response.kind === 'continuation' && onChallenge !== undefined) await onChallenge(response.text);
      if (response.kind === 'status' && response.status === 'BYE') throw this.#ended(response.text);
      if (response.kind !== 'completion' || response.tag !== tag) continue;
      if (response.status === 'OK') return;
      throw this.#wire.problem(`The server refused ${name}: ${response.text}`, 'refused');
    }
  }

  #ended(said: string): ImapProblem {
    return this.#wire.problem(`The server ended the session: ${said}`);
  }
}

function failedAtSignIn(error: unknown): never {
  throw error instanceof ImapProblem ? new ImapProblem(error.message, 'signIn') : error;
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
