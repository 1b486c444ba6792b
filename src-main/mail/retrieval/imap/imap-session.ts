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
import type { MessageReceiver } from '../../content/message-receiver.ts';
import type { TraceId } from '../../events.ts';
import type { MailboxChanged, MailboxId, MessageStore, Uid } from '../../mailstore/port.ts';
import type { MailSearch } from '../../mailstore/search/port.ts';
import type { RetrievalOptions } from '../options.ts';
import { listCapabilities } from './capabilities.ts';
import { COMMAND_TABLE, runCommand } from './command-table.ts';
import { noticeRights } from './noticed-rights.ts';
import type { ReachableMailbox } from './reachable-mailbox.ts';
import type { SelectedMailbox } from './selected-mailbox.ts';

export interface ImapServiceOptions extends RetrievalOptions {
  readonly receiver: MessageReceiver;
  readonly search: MailSearch;
  /** Whether the disk has room for another message. */
  readonly hasRoom: () => boolean;
}

export class ImapSession implements EngineSession {
  readonly options: ImapServiceOptions;
  readonly transcript: SessionTranscript;
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
  /** ENABLE UTF8=ACCEPT (RFC 6855 §3). */
  acceptsUtf8 = false;
  /** Called when the selected mailbox may have changed; IDLE waits for it. */
  onMailboxChange: (() => void) | null = null;
  #hasTls: boolean;
  #isCompressed = false;
  #unsubscribe: (() => void) | null = null;

  constructor(options: ImapServiceOptions, transcript: SessionTranscript, facts: { hasTls: boolean }) {
    this.options = options;
    this.transcript = transcript;
    this.#hasTls = facts.hasTls;
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
      maySignIn: this.maySignIn,
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

  select(mailbox: SelectedMailbox): void {
    this.deselect();
    this.selected = mailbox;
    this.#unsubscribe = this.options.mailStore.onChange((change) => this.#hear(change, mailbox));
    // What changed while it was being opened has no notice.
    mailbox.markDirty();
  }

  deselect(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.selected = null;
    this.savedResult = [];
  }

  /** This session has changed a mailbox: if it is the selected one, its client hears of it with this command. */
  touch(mailboxId: MailboxId): void {
    if (this.selected?.id === mailboxId) this.selected.markDirty();
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

  /** Tells the client what has changed in its mailbox. */
  async announce(io: CommandIo, options: { mayExpunge: boolean; isUid?: boolean }): Promise<void> {
    await noticeRights(this, io);
    await this.selected?.announce((response) => io.send(response), {
      mayExpunge: options.mayExpunge,
      withUid: options.isUid === true || this.namesUids,
      withModSeq: this.isCondStore,
      asVanished: this.isQresync,
    });
  }

  /** Whether names and strings may be UTF-8 (RFC 9051 §5.1, RFC 6855 §3). */
  get isUtf8(): boolean {
    return this.isRev2 || this.acceptsUtf8;
  }

  /** Whether FETCH responses name the UID though it was not asked for. */
  get namesUids(): boolean {
    return this.isRev2 || this.isQresync;
  }

  /** A CONDSTORE-enabling command was given (RFC 7162 §3.1). */
  async enableCondStore(io: CommandIo): Promise<void> {
    if (this.isCondStore) return;
    this.isCondStore = true;
    // RFC 7162 §3.1.2.1: from here on MODSEQs count for the mailbox that is selected already.
    if (this.selected !== null) await io.send(`* OK [HIGHESTMODSEQ ${this.selected.modSeq}] Highest`);
  }

  close(): void {
    this.deselect();
    this.isLoggedOut = true;
  }

  #hear(change: MailboxChanged, mailbox: SelectedMailbox): void {
    if (change.mailboxId !== mailbox.id) return;
    if (change.kind === 'deleted') mailbox.markGone();
    else if (change.kind === 'messages') mailbox.markDirty();
    else if (change.kind === 'rights') mailbox.markRightsStale();
    this.onMailboxChange?.();
  }
}
