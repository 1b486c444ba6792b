/**
 * IMAP session: one client's state over the mailstore: who has signed in, what was enabled, which mailbox is selected.
 *
 * Actor: MS (RFC 5598), RFC 9051 §3. Flow: IMAP engine → command table → handlers, which read and change this state.
 * Invariants: after every command the client hears of changes in its mailbox, with EXPUNGE only where that is allowed.
 */
import type { Account } from '../../../directory/port.ts';
import type { TlsDetails, SessionTranscript } from '../../../protocol/connection/session.ts';
import type { Command, CommandName } from '../../../protocol/imap/grammar/command.ts';
import { decodeMailboxName, encodeMailboxName } from '../../../protocol/imap/grammar/mailbox-name.ts';
import { formatAstring, formatString } from '../../../protocol/imap/grammar/format.ts';
import type {
  CommandIo,
  Completion,
  EngineSession,
  ImapState,
} from '../../../protocol/imap/server/session.ts';
import type { SaslBackend } from '../../../protocol/sasl/exchange.ts';
import { listMechanisms } from '../../../protocol/sasl/mechanisms.ts';
import type { MessageReceiver } from '../../content/message-receiver.ts';
import type { TraceId } from '../../events.ts';
import type { Mailbox, MailboxId, MessageStore, Uid } from '../../mailstore/port.ts';
import type { MailSearch } from '../../mailstore/search/port.ts';
import type { RetrievalOptions } from '../options.ts';
import { Announcements, type Occasion, type ResponseSink } from './announcements.ts';
import { listCapabilities } from './capabilities.ts';
import { COMMAND_TABLE, runCommand } from './command-table.ts';
import type { FetchFormat } from './fetch-response.ts';
import type { ReachableMailbox } from './reachable-mailbox.ts';
import type { SelectedMailbox } from './selected-mailbox.ts';

export interface ImapServiceOptions extends RetrievalOptions {
  readonly receiver: MessageReceiver;
  readonly search: MailSearch;
  /** Whether the disk has room for another message. */
  readonly hasRoom: () => boolean;
}

export interface SessionFacts {
  readonly hasTls: boolean;
  readonly signIn: SaslBackend<Account>;
}

export class ImapSession implements EngineSession {
  readonly options: ImapServiceOptions;
  readonly transcript: SessionTranscript;
  /** What signing in asks. */
  readonly signInBackend: SaslBackend<Account>;
  account: Account | null = null;
  selected: SelectedMailbox | null = null;
  /** `$` (RFC 5182): UIDs that the last SEARCH saved. */
  savedResult: readonly Uid[] = [];
  failedSignIns = 0;
  isLoggedOut = false;
  /** ENABLE IMAP4rev2 (RFC 9051 §6.3.1): ESEARCH instead of SEARCH, names in UTF-8, no RECENT. */
  isRev2 = false;
  /** RFC 7162 §3.1: this client keeps MODSEQs, so FETCH responses that nobody asked for carry them. */
  isCondStore = false;
  /** RFC 7162 §3.2: VANISHED instead of EXPUNGE. */
  isQresync = false;
  /** RFC 9586: no message numbers in either direction. */
  isUidOnly = false;
  /** ENABLE UTF8=ACCEPT (RFC 6855 §3). */
  acceptsUtf8 = false;
  /** ENABLE METADATA (RFC 5464 §4.1): annotations that others change are told. */
  hearsMetadata = false;
  readonly announcements = new Announcements(this);
  #hasTls: boolean;
  #isCompressed = false;

  constructor(options: ImapServiceOptions, transcript: SessionTranscript, facts: SessionFacts) {
    this.options = options;
    this.transcript = transcript;
    this.#hasTls = facts.hasTls;
    this.signInBackend = facts.signIn;
  }

  get state(): ImapState {
    if (this.isLoggedOut) return 'logout';
    if (this.account === null) return 'notAuthenticated';
    return this.selected === null ? 'authenticated' : 'selected';
  }

  get hasTls(): boolean {
    return this.#hasTls;
  }

  get accountId(): number | null {
    return this.account?.id ?? null;
  }

  /** Whether a password may come over this connection. */
  get maySignIn(): boolean {
    return this.#hasTls || this.options.allowCleartextAuth();
  }

  get capabilities(): string {
    return listCapabilities({
      isSignedIn: this.account !== null,
      hasTls: this.#hasTls,
      isCompressed: this.#isCompressed,
      mechanisms: this.maySignIn ? listMechanisms(this.signInBackend) : [],
    });
  }

  /** The account whose session this is; the command table lets nobody get here without one. */
  get signedIn(): Account {
    if (this.account === null) throw new Error('nobody has signed in');
    return this.account;
  }

  /** The selected mailbox; the command table lets nobody get here without one. */
  get mailbox(): SelectedMailbox {
    if (this.selected === null) throw new Error('no mailbox is selected');
    return this.selected;
  }

  greeting(): string {
    return `OK [CAPABILITY ${this.capabilities}] ${this.options.hostname()} Postroom ready`;
  }

  isAllowed(name: CommandName): boolean {
    if (name === 'STARTTLS' && this.#hasTls) return false;
    return COMMAND_TABLE[name].states.includes(this.state);
  }

  handle(command: Command, io: CommandIo): Promise<Completion> {
    return runCommand(this, command, io);
  }

  secured(_tls: TlsDetails): void {
    this.#hasTls = true;
  }

  compressed(): void {
    this.#isCompressed = true;
  }

  /** A mailbox name as the client wrote it. A trailing delimiter only says that inferiors will come (RFC 9051 §6.3.4). */
  readName(wireName: string): string {
    const name = decodeMailboxName(wireName, this.isUtf8);
    return name.length > 1 && name.endsWith('/') ? name.slice(0, -1) : name;
  }

  /** A pattern or a reference of LIST as the client wrote it. */
  readPattern(wireName: string): string {
    return decodeMailboxName(wireName, this.isUtf8).normalize('NFC');
  }

  /** A mailbox name as the client can read it. */
  writeName(name: string): string {
    const text = encodeMailboxName(name, this.isUtf8);
    return this.isUtf8 ? formatString(text, true) : formatAstring(text);
  }

  /** Somebody has signed in. */
  open(account: Account): void {
    this.account = account;
    this.announcements.open();
  }

  select(selected: SelectedMailbox, mailbox: Mailbox): void {
    this.deselect();
    this.selected = selected;
    this.announcements.enter(mailbox);
    // What changed while it was being opened has no notice.
    selected.markDirty();
  }

  deselect(): void {
    if (this.selected !== null) this.announcements.leave(this.selected);
    this.selected = null;
    this.savedResult = [];
  }

  /** This session has put messages into a mailbox: if it is the selected one, its client hears of it with this command. */
  touch(mailboxId: MailboxId, uids: readonly Uid[]): void {
    if (this.selected?.id === mailboxId) this.selected.noteOwn(uids);
    else this.announcements.absorbMessages(mailboxId, uids);
  }

  /** A message was read for the first time: its timeline shows it. Messages that a client appended have none. */
  reportRead(traceId: TraceId | null): void {
    if (traceId === null) return;
    const { events, clock } = this.options;
    const { sessionId } = this.transcript;
    const account = this.signedIn.address;
    events({
      type: 'read',
      by: 'imap',
      traceId,
      at: clock.now(),
      account,
      mailbox: this.mailbox.name,
      sessionId,
    });
  }

  /** The messages of a mailbox as this account sees them: in another's it has \Seen of its own. */
  messagesOf(mailbox: Pick<ReachableMailbox, 'owner'>): MessageStore {
    const { mailStore } = this.options;
    return mailbox.owner === null ? mailStore : mailStore.asReader(this.signedIn.id);
  }

  /** Tells the client what has changed. */
  announce(io: CommandIo, occasion: Occasion): Promise<void> {
    return this.announcements.announce(io, occasion);
  }

  /** Whether names and strings may be UTF-8 (RFC 9051 §5.1, RFC 6855 §3). */
  get isUtf8(): boolean {
    return this.isRev2 || this.acceptsUtf8;
  }

  /** What FETCH responses tell without being asked; `isUid`: in answer to a UID command. */
  fetchFormat(isUid: boolean): FetchFormat {
    const { isUidOnly } = this;
    // RFC 9586 §3.3: a UIDFETCH response begins with the UID.
    const withUid = !isUidOnly && (isUid || this.isRev2 || this.isQresync);
    return { withUid, withModSeq: this.isCondStore, isUidOnly };
  }

  /** A CONDSTORE-enabling command was given (RFC 7162 §3.1). */
  async enableCondStore(io: CommandIo): Promise<void> {
    if (this.isCondStore) return;
    this.isCondStore = true;
    // RFC 7162 §3.1.2.1: from here on MODSEQs count for the mailbox that is selected already.
    if (this.selected !== null) await io.send(`* OK [HIGHESTMODSEQ ${this.selected.modSeq}] Highest`);
  }

  beginWaiting(sink: ResponseSink): void {
    this.announcements.startBetweenCommands(sink);
  }

  endWaiting(): Promise<void> | undefined {
    return this.announcements.stopLive();
  }

  close(): void {
    this.deselect();
    this.announcements.close();
    this.isLoggedOut = true;
  }
}
