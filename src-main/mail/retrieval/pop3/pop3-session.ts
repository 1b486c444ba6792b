/**
 * POP3 session: one client's state over the account's maildrop.
 *
 * Actor: MS (RFC 5598), RFC 1939, RFC 2449, RFC 6856. Flow: POP3 engine → here → directory, maildrop.
 * Invariants: one session holds a maildrop at a time; a connection that breaks removes nothing; without TLS no password is
 * looked at unless the administrator allowed it.
 */
import { assertNever } from '../../../base/result.ts';
import type { Account } from '../../../directory/port.ts';
import type { SessionTranscript, TlsDetails } from '../../../protocol/connection/session.ts';
import type { Pop3Command, Pop3CommandName } from '../../../protocol/pop3/command.ts';
import type {
  Challenge,
  Pop3EngineSession,
  Pop3Reply,
  Pop3State,
} from '../../../protocol/pop3/server/session.ts';
import { findLanguage, LANGUAGES, type Language } from '../../../protocol/pop3/languages.ts';
import type { SaslBackend } from '../../../protocol/sasl/exchange.ts';
import { ensureMailboxes } from '../ensure-mailboxes.ts';
import type { RetrievalOptions } from '../options.ts';
import { Maildrop } from './maildrop.ts';
import type { NumberedMessage } from './maildrop.ts';
import type { MaildropLocks } from './maildrop-locks.ts';
import { Pop3SignIn } from './pop3-sign-in.ts';
import { headerOf, linesOf, textOf } from './message-text.ts';
import { okay, refuse } from './reply.ts';

const IN_AUTHORIZATION: readonly Pop3CommandName[] = [
  'CAPA',
  'STLS',
  'QUIT',
  'USER',
  'PASS',
  'AUTH',
  'UTF8',
  'LANG',
];
const IN_TRANSACTION: readonly Pop3CommandName[] = [
  'CAPA',
  'QUIT',
  'STAT',
  'LIST',
  'UIDL',
  'RETR',
  'DELE',
  'TOP',
  'NOOP',
  'RSET',
  'LANG',
];
const NO_SUCH_MESSAGE = refuse('No such message');

export class Pop3Session implements Pop3EngineSession {
  readonly #options: RetrievalOptions;
  readonly #transcript: SessionTranscript;
  readonly #locks: MaildropLocks;
  readonly #signIn: Pop3SignIn;
  #hasTls: boolean;
  #isOver = false;
  #language: Language = 'en';
  #account: Account | null = null;
  #maildrop: Maildrop | null = null;

  constructor(
    options: RetrievalOptions,
    transcript: SessionTranscript,
    facts: { hasTls: boolean; locks: MaildropLocks; signIn: SaslBackend<Account> },
  ) {
    this.#options = options;
    this.#transcript = transcript;
    this.#locks = facts.locks;
    this.#hasTls = facts.hasTls;
    this.#signIn = new Pop3SignIn(facts.signIn, (account) => this.#open(account));
  }

  get state(): Pop3State {
    if (this.#isOver) return 'over';
    return this.#maildrop === null ? 'authorization' : 'transaction';
  }

  get accountId(): number | null {
    return this.#account?.id ?? null;
  }

  get failedSignIns(): number {
    return this.#signIn.failures;
  }

  get language(): Language {
    return this.#language;
  }

  greeting(): string {
    return `${this.#options.hostname()} Postroom ready`;
  }

  isAllowed(name: Pop3CommandName): boolean {
    if (name === 'STLS' && this.#hasTls) return false;
    return (this.state === 'transaction' ? IN_TRANSACTION : IN_AUTHORIZATION).includes(name);
  }

  async handle(command: Pop3Command, challenge: Challenge): Promise<Pop3Reply> {
    switch (command.name) {
      case 'CAPA':
        return okay('Capabilities', { kind: 'lines', lines: this.#capabilities() });
      case 'USER':
      case 'PASS':
      case 'AUTH':
        if (!this.#maySignIn)
          return refuse('Use STLS first: passwords are not taken in clear text', 'SYS/PERM');
        return this.#signIn.handle(command, challenge);
      case 'UTF8':
        // RFC 6856 §2: names and passwords are read as UTF-8 in any case, and messages sent as they came. §5: a client
        // without UTF8 gets them so too, because a header it shows badly is better than mail it cannot fetch.
        return okay('UTF-8 it is');
      case 'LANG':
        return this.#changeLanguage(command.range);
      case 'QUIT':
        return this.#quit();
      case 'STLS':
        throw new Error('STLS is handled by the engine');
      default:
        return this.#handleMaildrop(command);
    }
  }

  secured(_tls: TlsDetails): void {
    this.#hasTls = true;
  }

  close(): void {
    if (this.#maildrop !== null && this.#account !== null) this.#locks.release(this.#account.id);
    this.#maildrop = null;
    this.#isOver = true;
  }

  get #maySignIn(): boolean {
    return this.#hasTls || this.#options.allowCleartextAuth();
  }

  /** RFC 6856 §3 */
  #changeLanguage(range: string | null): Pop3Reply {
    if (range === null)
      return okay('Languages', { kind: 'lines', lines: LANGUAGES.map(({ tag, name }) => `${tag} ${name}`) });
    const language = findLanguage(range);
    if (language === null) return refuse(`Not a language of this server: ${range}`);
    this.#language = language;
    return okay(`${language} ${LANGUAGES.find(({ tag }) => tag === language)?.name ?? ''}`);
  }

  /** RFC 2449 §5; what is here is really there. */
  #capabilities(): string[] {
    const signIn = this.#maySignIn ? ['USER', `SASL ${this.#signIn.mechanisms.join(' ')}`] : [];
    const beforeSignIn = this.state === 'authorization' && !this.#hasTls ? ['STLS'] : [];
    const always = [
      'TOP',
      'UIDL',
      'PIPELINING',
      'RESP-CODES',
      'AUTH-RESP-CODE',
      'UTF8 USER',
      'LANG',
      ...this.#stayCapabilities(),
      'IMPLEMENTATION Postroom',
    ];
    return [...signIn, ...beforeSignIn, ...always];
  }

  /** RFC 2449 §6.5, §6.7: before we know who comes, the strictest there is; `USER` says that it depends. */
  #stayCapabilities(): string[] {
    const { keepDays, loginDelaySeconds } = this.#account?.pop3 ?? this.#options.directory.strictestPop3();
    const mayDiffer = this.#account === null ? ' USER' : '';
    const expire = keepDays === null ? 'EXPIRE NEVER' : `EXPIRE ${keepDays}${mayDiffer}`;
    return loginDelaySeconds === 0 ? [expire] : [expire, `LOGIN-DELAY ${loginDelaySeconds}${mayDiffer}`];
  }

  /** The maildrop of who has signed in, if no other session holds it. */
  async #open(account: Account): Promise<Pop3Reply> {
    const { mailStore, clock } = this.#options;
    if (this.#locks.isTooSoon(account.id, clock.now(), account.pop3.loginDelaySeconds))
      return refuse('Wait before the next sign-in', 'LOGIN-DELAY');
    if (!this.#locks.acquire(account.id)) return refuse('Another session has this maildrop', 'IN-USE');
    try {
      await ensureMailboxes(mailStore, account.id);
      this.#maildrop = await Maildrop.open(mailStore, account);
      this.#account = account;
    } finally {
      if (this.#maildrop === null) this.#locks.release(account.id);
    }
    if (this.#maildrop === null) return refuse('There is no maildrop', 'SYS/TEMP');
    this.#locks.noteOpened(account.id, clock.now());
    this.#transcript.update({ account: account.address });
    return okay(`${this.#maildrop.messages.length} messages`);
  }

  async #quit(): Promise<Pop3Reply> {
    const maildrop = this.#maildrop;
    try {
      // RFC 1939 §6: removed before the answer.
      await maildrop?.commit(this.#options.clock.now());
      return okay('Goodbye');
    } finally {
      this.close();
    }
  }

  async #handleMaildrop(
    command: Exclude<
      Pop3Command,
      { name: 'CAPA' | 'USER' | 'PASS' | 'AUTH' | 'UTF8' | 'LANG' | 'QUIT' | 'STLS' }
    >,
  ): Promise<Pop3Reply> {
    const maildrop = this.#maildrop;
    if (maildrop === null) throw new Error('no maildrop is open');
    switch (command.name) {
      case 'STAT':
        return okay(`${maildrop.messages.length} ${maildrop.sizeBytes}`);
      case 'LIST':
        return listing(maildrop, command.number, ({ entry }) => String(entry.sizeBytes));
      case 'UIDL':
        return listing(maildrop, command.number, ({ uniqueId }) => uniqueId);
      case 'NOOP':
        return okay('Here');
      case 'RSET':
        maildrop.unmarkAll();
        return okay(`${maildrop.messages.length} messages`);
      case 'DELE':
        return deleteMessage(maildrop, command.number);
      case 'TOP':
        return this.#retrieve(maildrop, command.number, command.lines);
      case 'RETR':
        return this.#retrieve(maildrop, command.number, null);
      default:
        return assertNever(command);
    }
  }

  /** RETR, or TOP with so many lines of the body. */
  async #retrieve(maildrop: Maildrop, number: number, lines: number | null): Promise<Pop3Reply> {
    const found = maildrop.find(number);
    if (found === null) return NO_SUCH_MESSAGE;
    const message = await maildrop.read(found);
    if (message === null) return refuse('The message is gone');
    if (lines === null && maildrop.noteRetrieved(found)) this.#reportRead(found);
    return okay(lines === null ? `${found.entry.sizeBytes} octets` : 'Top of the message', {
      kind: 'message',
      header: headerOf(message),
      body: lines === null ? textOf(message) : linesOf(message, lines),
      bodyLines: lines ?? Number.POSITIVE_INFINITY,
    });
  }

  #reportRead({ entry }: NumberedMessage): void {
    if (entry.traceId === null || this.#account === null) return;
    const { events, clock } = this.#options;
    const { sessionId } = this.#transcript;
    const account = this.#account.address;
    events({
      type: 'read',
      by: 'pop3',
      traceId: entry.traceId,
      at: clock.now(),
      account,
      mailbox: this.#maildrop?.mailboxName ?? 'INBOX',
      sessionId,
    });
  }
}

function listing(
  maildrop: Maildrop,
  number: number | null,
  show: (message: NumberedMessage) => string,
): Pop3Reply {
  if (number === null) {
    const lines = maildrop.messages.map((message) => `${message.number} ${show(message)}`);
    return okay(`${lines.length} messages`, { kind: 'lines', lines });
  }
  const found = maildrop.find(number);
  return found === null ? NO_SUCH_MESSAGE : okay(`${number} ${show(found)}`);
}

function deleteMessage(maildrop: Maildrop, number: number): Pop3Reply {
  const found = maildrop.find(number);
  if (found === null) return NO_SUCH_MESSAGE;
  maildrop.markDeleted(found);
  return okay(`Message ${number} is marked for removal`);
}
