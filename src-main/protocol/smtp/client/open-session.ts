/**
 * Opens a session: connection, greeting, EHLO, TLS, sign-in.
 *
 * RFC 5321 §3.1, §3.2; RFC 3207; RFC 4954. Flow: relay → here → SmtpClientSession.
 * Invariants: with TLS `required` nothing of a message crosses the wire in clear text; with `opportunistic` TLS that is
 * broken is worse than none, so we try once more without (RFC 7435); a session that could not begin leaves a transcript.
 */
import type { Clock } from '../../../base/clock.ts';
import type { RandomBytes } from '../../../base/ids.ts';
import { err, ok, type Result } from '../../../base/result.ts';
import type { SessionTranscript, TranscriptRecorder } from '../../connection/session.ts';
import type { Credentials } from '../../sasl/client-exchange.ts';
import { authenticate } from './authenticate.ts';
import { ClientWire } from './client-wire.ts';
import type { TlsaTerms } from '../../connection/dane.ts';
import type { Connect, OutgoingConnection, OutgoingTls } from '../../connection/outgoing-connection.ts';
import type { DeliveryObserver } from './delivery-observer.ts';
import { extensionsOf, NO_EXTENSIONS, type Extensions } from './extensions.ts';
import { REPLY_TIMEOUTS } from './limits.ts';
import { refusedForNow, SessionBrokenError, temporaryProblem, type SessionProblem } from './problem.ts';
import { isAccepted, type ServerReply } from './reply.ts';
import { SmtpClientSession } from './session.ts';

/** `implicit`: TLS from the first octet. `required`, `opportunistic`: STARTTLS. `none`: clear text. */
export type TlsMode = 'implicit' | 'required' | 'opportunistic' | 'none';

export interface SessionTarget {
  /** The host's name, or its address where it has none. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly tls: TlsMode;
  /** Whether the certificate must be valid and for `host`. */
  readonly mustVerify: boolean;
  /** What DNS says of the host's key (DANE). */
  readonly tlsa?: TlsaTerms;
  /** What the recipients' domain asks of TLS, as it is told. */
  readonly policy?: TargetPolicy;
  readonly credentials?: Credentials;
  /** Absent: SMTP. */
  readonly protocol?: 'lmtp';
}

/** RFC 8460 §4.4: the policy that a domain has for TLS to its hosts. */
export interface TargetPolicy {
  readonly type: 'sts' | 'tlsa' | 'no-policy-found';
  readonly lines: readonly string[];
  readonly mxHosts: readonly string[];
  /** For people, e.g. `MTA-STS, mode enforce`. */
  readonly note: string;
  /** What is not as it should be is told, and keeps no mail. */
  readonly isTesting?: true;
  /** In testing: the policy does not name the host. */
  readonly isHostMissing?: true;
}

/** What became of TLS with a host. */
export interface TlsFindings {
  /** null: the host was not reached, or TLS was not asked for. */
  readonly hasOffered: boolean | null;
  /** Of the last handshake, also of one that was refused. */
  readonly tls: OutgoingTls | null;
  /** Why a handshake failed. */
  readonly problem: string | null;
}

export interface SmtpClientOptions {
  readonly connect: Connect;
  readonly transcripts: TranscriptRecorder;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** What we call ourselves in EHLO. */
  readonly hostname: () => string;
}

export interface OpenFailure {
  readonly problem: SessionProblem;
  readonly sessionId: string;
  readonly findings: TlsFindings;
}

export interface OpeningOptions extends SmtpClientOptions {
  readonly observer?: DeliveryObserver | undefined;
  /** Whether CHUNKING is not to be believed. */
  readonly avoidChunking?: boolean;
}

export async function openSession(
  target: SessionTarget,
  options: OpeningOptions,
): Promise<Result<SmtpClientSession, OpenFailure>> {
  const opening = new Opening(target, target.tls, options);
  const opened = await opening.open();
  const mayDoWithout = target.tls === 'opportunistic' && opening.hasTlsFailed;
  return !opened.ok && mayDoWithout
    ? new Opening(target, 'none', { ...options, findings: opening.findings }).open()
    : opened;
}

/** The host for people: `mx.example [192.0.2.25]:25`. */
export function describeTarget({ host, address, port }: SessionTarget): string {
  return host === address ? `[${address}]:${port}` : `${host} [${address}]:${port}`;
}

class Opening {
  hasTlsFailed = false;
  findings: TlsFindings;
  readonly #target: SessionTarget;
  readonly #tls: TlsMode;
  readonly #options: OpeningOptions;
  readonly #observer: DeliveryObserver | undefined;
  readonly #transcript: SessionTranscript;

  constructor(
    target: SessionTarget,
    tls: TlsMode,
    options: OpeningOptions & { readonly findings?: TlsFindings },
  ) {
    this.findings = options.findings ?? NOTHING_FOUND;
    this.#target = target;
    this.#tls = tls;
    this.#options = options;
    this.#observer = options.observer;
    this.#transcript = options.transcripts.open({
      protocol: 'smtp',
      direction: 'out',
      remoteAddress: target.address,
      remotePort: target.port,
      localAddress: '',
      localPort: 0,
    });
    this.#transcript.update({ remoteName: target.host });
    if (target.policy !== undefined) this.#transcript.note(`TLS policy of the domain: ${target.policy.note}`);
  }

  async open(): Promise<Result<SmtpClientSession, OpenFailure>> {
    const connected = await this.#connect();
    if (!connected.ok) return this.#fail(connected.error);
    const wire = new ClientWire(connected.value, this.#transcript, this.#options.clock);
    try {
      const extensions = await this.#begin(wire, connected.value.tls);
      const { tls } = connected.value;
      const security = { isVerified: tls?.isVerified ?? false, isEncrypted: tls !== undefined };
      const { findings } = this;
      return ok(new SmtpClientSession({ wire, extensions, target: this.#target, findings, ...security }));
    } catch (error) {
      this.#noteRefusal(connected.value);
      if (!(error instanceof SessionBrokenError)) throw error;
      await sayGoodbye(wire);
      return this.#fail(error.problem);
    }
  }

  #fail(problem: SessionProblem): Result<never, OpenFailure> {
    this.#transcript.close('refused');
    const diagnostic = `${describeTarget(this.#target)}: ${problem.diagnostic}`;
    const { sessionId } = this.#transcript;
    return err({ problem: { ...problem, diagnostic }, sessionId, findings: this.findings });
  }

  async #connect(): Promise<Result<OutgoingConnection, SessionProblem>> {
    const { address, port, host, mustVerify, tlsa } = this.#target;
    const serverName = host === address ? null : host;
    this.#observer?.onPhase('connecting', describeTarget(this.#target));
    try {
      const terms = { mustVerify, ...(tlsa !== undefined && { tlsa }) };
      const connection = await this.#options.connect({ address, port, serverName, ...terms });
      if (this.#tls === 'implicit') {
        this.#observer?.onPhase('tls');
        this.#noteTls(await connection.startTls());
      }
      return ok(connection);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#transcript.note(reason);
      // RFC 3463 §3.5: X.4.1, no answer from host.
      return err(temporaryProblem('4.4.1', reason));
    }
  }

  async #begin(wire: ClientWire, tls: OutgoingTls | undefined): Promise<Extensions> {
    const greeting = await wire.readReply(REPLY_TIMEOUTS.greetingMs);
    if (greeting.code !== 220) throw new SessionBrokenError(problemOfGreeting(greeting));
    let extensions = await this.#hello(wire);
    if (tls === undefined) extensions = await this.#secure(wire, extensions);
    const { credentials } = this.#target;
    if (credentials !== undefined) {
      this.#observer?.onPhase('signIn');
      await authenticate(wire, extensions.auth, { credentials, randomBytes: this.#options.randomBytes });
    }
    return extensions;
  }

  async #hello(wire: ClientWire): Promise<Extensions> {
    const name = this.#options.hostname();
    const isLmtp = this.#target.protocol === 'lmtp';
    // RFC 2033 §4.1
    wire.send(`${isLmtp ? 'LHLO' : 'EHLO'} ${name}`);
    const reply = await wire.readReply(REPLY_TIMEOUTS.helloMs);
    if (isAccepted(reply)) return this.#believe(extensionsOf(reply));
    // RFC 5321 §3.2: a server that does not know EHLO is spoken to as of old.
    if (reply.code < 500 || isLmtp) throw new SessionBrokenError(refusedForNow(reply));
    wire.send(`HELO ${name}`);
    const helo = await wire.readReply(REPLY_TIMEOUTS.helloMs);
    if (!isAccepted(helo)) throw new SessionBrokenError(refusedForNow(helo));
    return NO_EXTENSIONS;
  }

  #believe(extensions: Extensions): Extensions {
    return this.#options.avoidChunking === true ? { ...extensions, chunking: false } : extensions;
  }

  async #secure(wire: ClientWire, extensions: Extensions): Promise<Extensions> {
    const tls = this.#tls;
    if (tls !== 'none') this.findings = { ...this.findings, hasOffered: extensions.startTls };
    if (tls === 'none' || (tls === 'opportunistic' && !extensions.startTls)) return extensions;
    if (!extensions.startTls) {
      throw new SessionBrokenError(
        temporaryProblem('4.7.4', 'TLS is required here, and the host does not offer it'),
      );
    }
    wire.transcript.phase('tls');
    this.#observer?.onPhase('tls');
    wire.send('STARTTLS');
    const reply = await wire.readReply(REPLY_TIMEOUTS.startTlsMs);
    if (reply.code !== 220) {
      if (tls === 'opportunistic') return extensions;
      throw new SessionBrokenError(refusedForNow(reply));
    }
    this.hasTlsFailed = true;
    this.#noteTls(await wire.startTls());
    this.hasTlsFailed = false;
    // RFC 3207 §4.2: what was said before the handshake counts no more.
    return this.#hello(wire);
  }

  #noteTls(tls: OutgoingTls): void {
    const { version, cipher, isVerified } = tls;
    this.findings = { ...this.findings, tls };
    const certificate = isVerified ? 'certificate verified' : 'certificate not verified';
    this.#transcript.note(`TLS is on: ${version} ${cipher}, ${certificate}`);
    this.#noteCertificate(tls);
    this.#transcript.update({ tls: { version, cipher } });
  }

  /** What the handshake showed, where that ended it. */
  #noteRefusal({ refusedTls: tls, tlsProblem: problem }: OutgoingConnection): void {
    if (problem === undefined) return;
    this.findings = { ...this.findings, tls: tls ?? null, problem };
    if (tls !== undefined) this.#noteCertificate(tls);
  }

  #noteCertificate({ certificate, provedBy, flaw }: OutgoingTls): void {
    if (certificate === null) return;
    const { subject, issuer, notBefore, notAfter, fingerprint } = certificate;
    const [from, until] = [notBefore, notAfter].map((at) => new Date(at).toISOString().slice(0, 10));
    const proof = provedBy === null ? `not proved: ${flaw?.reason ?? ''}` : `proved by ${provedBy}`;
    this.#transcript.note(
      `Certificate of ${subject}, issued by ${issuer}, valid from ${from} to ${until}, ${proof}`,
    );
    this.#transcript.note(`Certificate SHA-256 ${fingerprint}`);
  }
}

const NOTHING_FOUND: TlsFindings = { hasOffered: null, tls: null, problem: null };

/** RFC 7504: 521 and 556 say that this host takes no mail, now or ever; any other refusal is about this moment. */
function problemOfGreeting(greeting: ServerReply): SessionProblem {
  const problem = refusedForNow(greeting);
  const isNever = greeting.code === 521 || greeting.code === 556;
  return isNever ? { ...problem, isPermanent: true, status: greeting.enhanced ?? '5.3.2' } : problem;
}

async function sayGoodbye(wire: ClientWire): Promise<void> {
  if (!wire.isOpen) return wire.abort('lost');
  wire.transcript.phase('close');
  wire.send('QUIT');
  await wire.close('refused');
}
