/**
 * Selected mailbox: what one session has told its client about a mailbox, and what it still has to tell.
 *
 * RFC 9051 §2.3.1.2 (sequence numbers), §7.4, §7.5.1 (when EXPUNGE may be sent). Flow: the store's change notices mark it,
 * announce() asks the store for the changes and tells them.
 * Invariants: sequence numbers change only in announce(); a message that was expunged keeps its number until the client
 * has heard of it; a flag change that the client made itself is not told twice.
 */
import type { Account } from '../../../directory/port.ts';
import type {
  MailboxId,
  MessageColumns,
  MessageEntry,
  MessageStore,
  ModSeq,
  StoredFlagChange,
  Uid,
  UidRange,
} from '../../mailstore/port.ts';
import {
  STAR,
  formatNumbers,
  mergeRanges,
  resolveRanges,
} from '../../../protocol/imap/grammar/sequence-set.ts';
import type { NumberRange } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { Response } from '../../../protocol/imap/server/session.ts';
import { hasRight, permittedFlags, type Right, type Rights } from '../../mailstore/sharing/port.ts';
import { formatFlagsResponse, type FetchFormat } from './fetch-response.ts';
import { formatFlags } from './flags.ts';
import type { ReachableMailbox } from './reachable-mailbox.ts';

export interface AnnounceOptions extends FetchFormat {
  /** False while answering FETCH, STORE or SEARCH (RFC 9051 §7.5.1). */
  readonly mayExpunge: boolean;
  /** VANISHED instead of EXPUNGE (RFC 7162 §3.2.10, RFC 9586 §3.4). */
  readonly asVanished: boolean;
  /** False where NOTIFY does not ask for FlagChange (RFC 5465 §5.1). */
  readonly tellsFlags: boolean;
  /** Tells of messages that are new and not the session's own (RFC 5465 §5.2); null where EXISTS is enough. */
  readonly tellNew: ((entries: readonly MessageEntry[]) => Promise<void>) | null;
}

/** A shorter list is not worth asking for. */
const SHARED_FROM = 2_000;
/** What has changed: flags of messages that the client knows, and messages that are new to it. */
interface CollectedChanges {
  readonly flagged: readonly MessageEntry[];
  readonly added: readonly MessageEntry[];
}

const NO_CHANGES: CollectedChanges = { flagged: [], added: [] };

type Send = (response: Response) => void | Promise<void>;

export class SelectedMailbox {
  readonly id: MailboxId;
  readonly name: string;
  readonly uidValidity: number;
  /** null: the client's own mailbox. */
  readonly owner: Account | null;
  /** Opened with EXAMINE: nothing may be changed, whatever the rights. */
  readonly isExamined: boolean;
  /** Its messages as this account sees them. */
  readonly store: MessageStore;
  #rights: Rights;
  #hasStaleRights = false;
  /** UIDs by sequence number, the first is number 1. Long lists are shared with the store and its other sessions. */
  #uids: Uint32Array;
  #modSeq: ModSeq;
  #isOwn = false;
  #announced: number;
  #isDirty = false;
  #isGone = false;
  readonly #vanished = new Set<Uid>();
  /** MODSEQs of flag changes that the client knows of, since it made them. */
  readonly #told = new Map<Uid, ModSeq>();
  /** Messages that the session itself has put here. */
  readonly #own = new Set<Uid>();
  readonly #keywords = new Map<string, string>();

  constructor(
    store: MessageStore,
    mailbox: ReachableMailbox,
    { isExamined, columns }: { isExamined: boolean; columns: MessageColumns },
  ) {
    this.store = store;
    this.owner = mailbox.owner;
    this.#rights = mailbox.rights;
    this.id = mailbox.id;
    this.name = mailbox.name;
    this.uidValidity = mailbox.uidValidity;
    this.#modSeq = columns.highestModSeq;
    this.isExamined = isExamined;
    this.#uids = columns.uids;
    this.#announced = this.#uids.length;
    for (const flags of new Set(columns.flagIds)) this.#learnKeywords(columns.flagLists[flags] ?? []);
  }

  /** Up to here the client has heard of every change, but for messages whose expunge it could not be told yet. */
  get modSeq(): ModSeq {
    return this.#modSeq;
  }

  /** By sequence number, the first is number 1. */
  get uids(): Uint32Array {
    return this.#uids;
  }

  get greatestUid(): Uid {
    return this.#uids.at(-1) ?? 0;
  }

  /** Whether there may be something to tell. */
  get hasNews(): boolean {
    return this.#isDirty || this.#hasStaleRights || this.#vanished.size > 0;
  }

  /** Whether this account may do now what the right is for (RFC 4314 §2.1). */
  may(right: Right): boolean {
    return hasRight(this.#rights, right) && (!this.isExamined || right === 'r');
  }

  /** RFC 4314 §5.2: `s` counts for the owner alone, since others have \Seen of their own. */
  get isReadOnly(): boolean {
    const shared: readonly Right[] = ['i', 'e', 'w', 't'];
    return !shared.some((right) => this.may(right));
  }

  /** Flags that this account can set here (RFC 4314 §5.1.1). */
  get permanentFlags(): readonly string[] {
    const all = [...ALL_FLAGS, ...this.keywords, '\\*'];
    return this.isExamined ? [] : permittedFlags(all, this.#rights);
  }

  /** Rights on it were given or taken away: ask before the next command. */
  markRightsStale(): void {
    this.#hasStaleRights = true;
  }

  get hasStaleRights(): boolean {
    return this.#hasStaleRights;
  }

  /** Whether they are others than before. */
  changeRights(rights: Rights): boolean {
    this.#hasStaleRights = false;
    const hasChanged = rights !== this.#rights;
    this.#rights = rights;
    return hasChanged;
  }

  get messageCount(): number {
    return this.#uids.length;
  }

  get keywords(): readonly string[] {
    return [...this.#keywords.values()];
  }

  /** The sequence number of a message, or 0 where the client does not know it. */
  sequenceOf(uid: Uid): number {
    let low = 0;
    let high = this.#uids.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#uids[middle] ?? 0;
      if (found === uid) return middle + 1;
      if (found < uid) low = middle + 1;
      else high = middle - 1;
    }
    return 0;
  }

  /**
   * The UID ranges that a set of sequence numbers means, or null where a number is too great (RFC 9051 §9 seq-number).
   * Ranges with `*` are taken for what there is: clients ask for `n:*` when they want what is new, and for `1:*` whether or not
   * there is anything.
   */
  rangesOfSequence(ranges: readonly NumberRange[]): UidRange[] | null {
    const greatest = this.#uids.length;
    const isTooGreat = ({ first, last }: NumberRange): boolean =>
      first !== STAR && last !== STAR && Math.max(first, last) > greatest;
    return ranges.some(isTooGreat) ? null : this.knownRangesOfSequence(ranges);
  }

  /** The same without what is too great: nothing fits that (SEARCH). */
  knownRangesOfSequence(ranges: readonly NumberRange[]): UidRange[] {
    const greatest = this.#uids.length;
    return resolveRanges(ranges, greatest)
      .map(({ first, last }) => this.#clampSequence(first, last))
      .filter((range) => range !== null);
  }

  /** The UID ranges that a UID set means: messages that the client has not heard of are not in them. */
  rangesOfUids(ranges: readonly NumberRange[]): UidRange[] {
    const greatest = this.#uids.at(-1) ?? 0;
    return resolveRanges(ranges, greatest)
      .filter((range) => range.first <= greatest)
      .map(({ first, last }) => ({ first, last: Math.min(last, greatest) }));
  }

  /** UIDs that the client knows within ranges. */
  uidsIn(ranges: readonly UidRange[]): Uid[] {
    return mergeRanges(ranges).flatMap(({ first, last }) => [
      ...this.#uids.subarray(this.#lowerBound(first), this.#lowerBound(last + 1)),
    ]);
  }

  /** Something may have changed: ask at the next announcement. */
  markDirty(): void {
    this.#isDirty = true;
  }

  /** The mailbox was deleted: all its messages vanish. */
  markGone(): void {
    this.#isGone = true;
    this.#isDirty = true;
  }

  /** The session has put these here, and told its client so. */
  noteOwn(uids: readonly Uid[]): void {
    for (const uid of uids) this.#own.add(uid);
    this.markDirty();
  }

  /** The client knows these flags: its own STORE is answered with them. */
  noteTold(entries: readonly MessageEntry[]): void {
    for (const entry of entries) this.#told.set(entry.uid, entry.modSeq);
  }

  /** Whether messages have gone that the client still has numbers for. */
  get hasUnheardExpunge(): boolean {
    return this.#vanished.size > 0;
  }

  /** Whether the client knows of this change. */
  hasTold(entry: MessageEntry): boolean {
    return this.#told.get(entry.uid) === entry.modSeq;
  }

  /**
   * The client changed these flags and asked for silence. Returns the entries that it knows now; a message that somebody else
   * has changed too, unheard, is told with the next announcement.
   */
  noteSilent({ entries, previousModSeqs }: StoredFlagChange): MessageEntry[] {
    const known = entries.filter((entry, index) => {
      const previous = previousModSeqs[index] ?? 0;
      return previous <= this.#modSeq || this.#told.get(entry.uid) === previous;
    });
    const changed = known.filter(
      (entry) => entry.modSeq > this.#modSeq && this.#told.get(entry.uid) !== entry.modSeq,
    );
    this.noteTold(known);
    return changed;
  }

  /** Tells the client what has changed since the last time (RFC 9051 §7). */
  async announce(send: Send, options: AnnounceOptions): Promise<void> {
    const known = this.#keywords.size;
    const { flagged, added } = this.#isDirty ? await this.#collectChanges() : NO_CHANGES;
    if (options.mayExpunge) await this.#announceVanished(send, options);
    if (this.#announced !== this.#uids.length) {
      this.#announced = this.#uids.length;
      await send(`* ${this.#announced} EXISTS`);
    }
    if (this.#keywords.size > known) await send(this.#formatFlagsLine());
    if (options.tellNew !== null && added.length > 0) await options.tellNew(added);
    for (const entry of options.tellsFlags ? flagged : []) await this.#announceFlags(send, entry, options);
    await this.#share();
  }

  /** RFC 9051 §7.3.5: FLAGS again, when a keyword is new to the mailbox. */
  async announceKeywords(send: Send, entries: readonly MessageEntry[]): Promise<void> {
    const known = this.#keywords.size;
    for (const entry of entries) this.#learnKeywords(entry.flags);
    if (this.#keywords.size > known) await send(this.#formatFlagsLine());
  }

  #formatFlagsLine(): string {
    return `* FLAGS ${formatFlags([...ALL_FLAGS, ...this.keywords])}`;
  }

  /** Asks the store. */
  async #collectChanges(): Promise<CollectedChanges> {
    this.#isDirty = false;
    if (this.#isGone) {
      for (const uid of this.#uids) this.#vanished.add(uid);
      return NO_CHANGES;
    }
    const { changed, vanished, highestModSeq } = await this.store.changesSince(this.id, this.#modSeq);
    this.#modSeq = highestModSeq;
    for (const uid of vanished) if (this.sequenceOf(uid) > 0) this.#vanished.add(uid);
    const flagged: MessageEntry[] = [];
    const added: MessageEntry[] = [];
    const arrived: Uid[] = [];
    const greatest = this.#uids.at(-1) ?? 0;
    for (const entry of changed) {
      this.#learnKeywords(entry.flags);
      if (entry.uid > greatest) {
        arrived.push(entry.uid);
        if (!this.#own.has(entry.uid)) added.push(entry);
      } else if (this.#told.get(entry.uid) !== entry.modSeq) flagged.push(entry);
    }
    if (arrived.length > 0) this.#keep(concatenate(this.#uids, arrived));
    this.#told.clear();
    this.#own.clear();
    return { flagged, added };
  }

  /** A list of UIDs of this session's own. */
  #keep(uids: Uint32Array): void {
    this.#uids = uids;
    this.#isOwn = true;
  }

  /** Takes the store's list for its own one where they are the same: hundreds of sessions may be in a large mailbox. */
  async #share(): Promise<void> {
    if (!this.#isOwn || this.#vanished.size > 0 || this.#uids.length < SHARED_FROM) return;
    const columns = await this.store.readColumns(this.id);
    // At one MODSEQ there is one list.
    if (columns?.highestModSeq !== this.#modSeq || columns.uids.length !== this.#uids.length) return;
    this.#uids = columns.uids;
    this.#isOwn = false;
  }

  async #announceVanished(send: Send, { asVanished }: AnnounceOptions): Promise<void> {
    if (this.#vanished.size === 0) return;
    if (asVanished) await send(`* VANISHED ${formatNumbers([...this.#vanished].sort((a, b) => a - b))}`);
    let expunged = 0;
    // From the last to the first, so that no number moves before it is told.
    for (let index = this.#announced - 1; index >= 0; index--) {
      if (!this.#vanished.has(this.#uids[index] ?? 0)) continue;
      expunged++;
      if (!asVanished) await send(`* ${index + 1} EXPUNGE`);
    }
    this.#keep(this.#uids.filter((uid) => !this.#vanished.has(uid)));
    this.#announced -= expunged;
    this.#vanished.clear();
  }

  async #announceFlags(send: Send, entry: MessageEntry, options: AnnounceOptions): Promise<void> {
    const sequence = this.sequenceOf(entry.uid);
    if (sequence === 0) return;
    await send(formatFlagsResponse(sequence, entry, options));
  }

  #learnKeywords(flags: readonly string[]): void {
    for (const flag of flags) {
      const key = flag.toLowerCase();
      if (!flag.startsWith('\\') && !this.#keywords.has(key)) this.#keywords.set(key, flag);
    }
  }

  /** A range of sequence numbers as UIDs; null where nothing is in it. `6:*` of 5 messages has the last one. */
  #clampSequence(first: number, last: number): UidRange | null {
    const greatest = this.#uids.length;
    const from = this.#uids[first - 1];
    const to = this.#uids[Math.min(last, greatest) - 1];
    return from === undefined || to === undefined ? null : { first: from, last: to };
  }

  /** Index of the first UID that is not below `uid`. */
  #lowerBound(uid: Uid): number {
    let low = 0;
    let high = this.#uids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#uids[middle] ?? 0) < uid) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function concatenate(uids: Uint32Array, more: readonly Uid[]): Uint32Array {
  const all = new Uint32Array(uids.length + more.length);
  all.set(uids);
  all.set(more, uids.length);
  return all;
}

/** System flags in the order of RFC 9051's examples. */
export const ALL_FLAGS: readonly string[] = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'];
