/**
 * SmtpSession: the protocol state of one client, without a socket: a line goes in, a reply and what to do next come out.
 *
 * RFC 5321 §4.1.4 (order of commands), RFC 4954 §4 (AUTH's responses). Flow: connection → here → command table → policy.
 * Invariants: what the transcript hears has no secret in it; an exception of a policy is a 451, never the end of the session.
 */
import type { Logger } from '../../../base/logger.ts';
import { MASKED } from '../../connection/session.ts';
import type { SessionTranscript, TlsDetails } from '../../connection/session.ts';
import type { TlsChannel } from '../../connection/tls-channel.ts';
import type { SaslBackend, SaslExchange } from '../../sasl/exchange.ts';
import { tarpitDelayMs } from './client-guard.ts';
import type { ClientGuard } from './client-guard.ts';
import type { ChunkScanner } from './chunk-scanner.ts';
import { decodeLine, parseCommand } from './command-grammar.ts';
import type { Command } from './command-grammar.ts';
import { continueSignIn } from './commands/auth.ts';
import { findCommand } from './commands/command-table.ts';
import type { CommandRule } from './commands/command-table.ts';
import type { ContentIntake, ContentTurn, IntakeOptions } from './content-intake.ts';
import { MAX_COMMAND_LINE_OCTETS } from './limits.ts';
import type { SmtpLimits } from './limits.ts';
import type { MailCommand, SmtpClient, SmtpIdentity, SmtpPolicy, SmtpTransaction } from './policy.ts';
import { isPositive, REPLIES, replyToFailure, smtpReply } from './reply.ts';
import type { SmtpReply } from './reply.ts';
import type { CommandLine } from './wire-stream.ts';
import type { ProxiedClient } from './xclient.ts';

/** A reply, and what happens once it is written. */
export interface Outcome {
  /** null where the answer follows the octets that come next (BDAT). */
  readonly reply: SmtpReply | null;
  readonly next?: 'close' | 'startTls' | ContentTurn;
  /** How long the reply is held back. */
  readonly delayMs?: number;
}

export interface OpenTransaction {
  readonly mail: MailCommand;
  readonly policy: SmtpTransaction;
  /** RCPT commands given, and those among them that were accepted. */
  attempted: number;
  accepted: number;
  /** Set once BDAT has begun the content. */
  chunks?: { readonly scanner: ChunkScanner; readonly intake: ContentIntake };
}

export interface SessionContext {
  readonly policy: SmtpPolicy;
  readonly limits: SmtpLimits;
  /** The name this server gives itself. */
  readonly hostname: () => string;
  readonly transcript: SessionTranscript;
  readonly logger: Logger;
  /** What binds strangers; absent: nothing does. */
  readonly guard?: ClientGuard;
  /** Who may say XCLIENT. */
  readonly maySayXclient?: (address: string) => boolean;
}

/** As much of a line as may hold its verb. */
const MAX_VERB_OCTETS = 64;

type MutableClient = { -readonly [Key in keyof SmtpClient]: SmtpClient[Key] };

export class SmtpSession {
  readonly context: SessionContext;
  readonly client: MutableClient;
  transaction: OpenTransaction | undefined;
  /** An AUTH exchange that waits for the client's next response. */
  signIn: SaslExchange<SmtpIdentity> | undefined;
  failedSignIns = 0;
  #errors = 0;
  #messages = 0;
  readonly mayXclient: boolean;
  /** Replies 5yz to the client while it had not signed in. */
  #strangerErrors = 0;
  /** After an AUTH that came to nothing, a client may go on as if it had not: its next lines may be secrets. */
  #mayHearSecrets = false;

  constructor(
    context: SessionContext,
    client: Pick<SmtpClient, 'sessionId' | 'remoteAddress' | 'tls' | 'channel'>,
  ) {
    this.context = context;
    this.client = { ...client, remoteName: '', isExtended: false, identity: undefined };
    this.mayXclient = context.maySayXclient?.(client.remoteAddress) ?? false;
  }

  get greeting(): SmtpReply {
    return smtpReply(220, null, `${this.context.hostname()} ESMTP`);
  }

  /** Whether the limits of strangers bind the client. */
  get isStranger(): boolean {
    return this.#guard !== undefined;
  }

  /** Each answers why a stranger may not go on now, or null. */
  refuseConnection(): SmtpReply | null {
    return this.#guard?.checkConnection(this.client.remoteAddress) ?? null;
  }

  refuseMessage(): SmtpReply | null {
    return this.#guard?.checkMessage(this.client.remoteAddress) ?? null;
  }

  refuseRecipient(): SmtpReply | null {
    return this.#guard?.checkRecipient(this.client.remoteAddress) ?? null;
  }

  /** Absent where nothing binds the client. */
  get #guard(): ClientGuard | undefined {
    const { guard } = this.context;
    const { identity, remoteAddress } = this.client;
    return identity !== undefined || guard?.isExempt(remoteAddress) === true ? undefined : guard;
  }

  /** What signing in asks; absent where AUTH is never offered. */
  get signInBackend(): SaslBackend<SmtpIdentity> | undefined {
    return this.context.policy.authentication?.backendFor(this.client);
  }

  /** Whether HELO or EHLO was accepted. */
  get isGreeted(): boolean {
    return this.client.remoteName !== '';
  }

  /** Whether reply texts may hold UTF-8. */
  get allowsUtf8(): boolean {
    return this.transaction?.mail.smtpUtf8 ?? false;
  }

  /** What every content is taken with. */
  get intakeOptions(): Omit<IntakeOptions, 'framing'> {
    const { limits, logger } = this.context;
    const { sessionId } = this.client;
    return {
      maxOctets: limits.messageOctets,
      onError: (error) => logger.error('A message could not be taken', { sessionId, error }),
    };
  }

  /** Handles one line; never rejects. */
  async handleLine(line: CommandLine): Promise<Outcome> {
    try {
      return this.#countErrors(await this.#dispatch(line));
    } catch (error) {
      this.context.logger.error('An SMTP command failed', { sessionId: this.client.sessionId, error });
      return { reply: replyToFailure(error) };
    }
  }

  /** The octets that were announced have come. */
  async contentArrived({ intake, isLast }: ContentTurn): Promise<Outcome> {
    // RFC 3030 §2: each chunk has its reply; after a refusal the transaction is over.
    if (!isLast && !intake.isRefused) return { reply: REPLIES.chunkTaken };
    return this.#contentEnded(await intake.finish());
  }

  /** Gives the transaction up. */
  async abandon(): Promise<void> {
    const { transaction } = this;
    this.transaction = undefined;
    await transaction?.chunks?.intake.abort();
  }

  #contentEnded(reply: SmtpReply): Outcome {
    this.transaction = undefined;
    if (!isPositive(reply)) return this.#countErrors({ reply });
    this.#errors = 0;
    this.#messages++;
    this.context.transcript.update({ messages: this.#messages });
    return { reply };
  }

  /** RFC 3207 §4.2: after the handshake everything the client said before is forgotten. */
  startedTls(tls: TlsDetails, channel: TlsChannel | undefined): void {
    Object.assign(this.client, { tls, channel, remoteName: '', isExtended: false, identity: undefined });
    this.context.transcript.update({ tls });
    this.context.transcript.note(`TLS is on: ${tls.version} ${tls.cipher}`);
  }

  /** XCLIENT: from here on it is the session of this client; what is not known of it stays. */
  startOver({
    address,
    heloName,
    isExtended,
    identity,
  }: ProxiedClient & { identity: SmtpIdentity | undefined }): void {
    const { transcript } = this.context;
    const remoteAddress = address ?? this.client.remoteAddress;
    const remoteName = heloName ?? '';
    Object.assign(this.client, { remoteAddress, remoteName, isExtended: isExtended ?? false, identity });
    transcript.note(`The client is ${remoteAddress}, says the proxy`);
    transcript.update({
      remoteAddress,
      ...(heloName !== undefined && { remoteName }),
      ...(identity !== undefined && { account: identity.address }),
    });
  }

  async #dispatch(line: CommandLine): Promise<Outcome> {
    if (this.signIn !== undefined) return this.#respond(line);
    const text = decodeLine(line.octets);
    const command = text.ok ? parseCommand(text.value) : undefined;
    const rule = command && findCommand(command.verb);
    this.#record(line, { command, rule });
    if (line.ending === 'bareLf') return refuseLine(REPLIES.bareLineFeed, line);
    if (!text.ok) return refuseLine(text.error, line);
    if (command === undefined || rule === undefined) return { reply: REPLIES.unknownCommand };
    if (line.octets.length > MAX_COMMAND_LINE_OCTETS && rule.verb !== 'AUTH') {
      return refuseLine(REPLIES.lineTooLong, line);
    }
    if (rule.argument === 'none' && command.argument !== '') return { reply: REPLIES.noArgument };
    if (rule.needsGreeting && !this.isGreeted) return { reply: REPLIES.helloFirst };
    return rule.run(this, command.argument);
  }

  async #respond(line: CommandLine): Promise<Outcome> {
    this.context.transcript.client(MASKED);
    if (line.ending === 'bareLf') {
      this.signIn = undefined;
      return { reply: REPLIES.bareLineFeed };
    }
    return continueSignIn(this, line.octets.toString('latin1'));
  }

  #record(line: CommandLine, parsed: { command: Command | undefined; rule: CommandRule | undefined }): void {
    const { command, rule } = parsed;
    const { transcript } = this.context;
    if (rule?.phase !== undefined) transcript.phase(rule.phase);
    if (command !== undefined && rule?.verb === 'AUTH') {
      const [mechanism = '', ...secrets] = command.argument.split(/[ \t]+/);
      transcript.client(['AUTH', mechanism, ...secrets.map(() => MASKED)].join(' ').trimEnd());
    } else {
      transcript.client(rule === undefined && this.#mayHearSecrets ? MASKED : line.octets.toString('utf8'));
    }
    if (rule !== undefined) this.#mayHearSecrets = rule.verb === 'AUTH';
  }

  #countErrors(outcome: Outcome): Outcome {
    if (outcome.reply === null || outcome.reply.code < 500) return outcome;
    this.#errors++;
    const delayMs = this.#countStrangerError();
    return this.#errors < this.context.limits.errors
      ? { ...outcome, delayMs }
      : { reply: REPLIES.tooManyErrors, next: 'close', delayMs };
  }

  /** How long the reply is to be held back. */
  #countStrangerError(): number {
    const guard = this.#guard;
    if (guard === undefined) return 0;
    guard.countError(this.client.remoteAddress);
    return tarpitDelayMs(++this.#strangerErrors);
  }
}

/** What follows a BDAT that was not understood is content: read as commands it would be smuggled in, so the session ends. */
function refuseLine(reply: SmtpReply, line: CommandLine): Outcome {
  const isBdat = /^\s*BDAT\b/i.test(line.octets.toString('latin1', 0, MAX_VERB_OCTETS));
  return isBdat ? { reply, next: 'close' } : { reply };
}
