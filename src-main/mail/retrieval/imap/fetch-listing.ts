/**
 * Fetch listing: FETCH of what lists show (flags, dates, sizes, ENVELOPE, BODYSTRUCTURE, the usual header fields), for many
 * messages (RFC 9051 §6.4.5).
 *
 * Flow: fetch.ts → here → the store's columns and summaries → octets of many responses at a time. Invariants: they are what
 * fetch-answer.ts would write; a message whose summary is not there is answered there, after its batch; other sessions have
 * their turn.
 */
import { formatDateTime } from '../../../protocol/imap/grammar/date.ts';
import type { FetchItem } from '../../../protocol/imap/grammar/fetch-item.ts';
import { ResponseBuffer } from '../../../protocol/imap/server/response-buffer.ts';
import type { CommandIo, Response } from '../../../protocol/imap/server/session.ts';
import type { MailStore, MessageColumns, ModSeq, SummaryPart, Uid, UidRange } from '../../mailstore/port.ts';
import { fieldPattern, hasKeptFields } from '../../mailstore/listing/port.ts';
import { breather } from './breather.ts';
import { openFetch } from './fetch-response.ts';
import { formatFlags } from './flags.ts';
import type { ImapSession } from './imap-session.ts';
import { LISTING_BATCH, SHOWN_RESPONSES } from './limits.ts';

export interface Listing {
  readonly plan: ListingPlan;
  readonly ranges: readonly UidRange[];
  readonly changedSince: ModSeq | null;
  readonly isUidOnly: boolean;
  /** Answers of messages that have no summary; null where one is gone. */
  readonly answerOthers: (uids: readonly Uid[]) => Promise<ReadonlyMap<Uid, Response | null>>;
}

/** The parts of a message's summary, in the order of ListingPlan.parts. */
type Parts = readonly (string | null)[] | undefined;
/** False where the summary does not have it. */
type WriteItem = (out: ResponseBuffer, message: ListedMessage) => boolean | void;

interface ListedMessage {
  readonly columns: MessageColumns;
  /** Its place in them. */
  at: number;
  parts: Parts;
}

interface ItemWriter {
  readonly write: WriteItem;
  /** Message data, which transcripts show by this alone. */
  readonly label: string | null;
}

export interface ListingPlan {
  readonly writers: readonly ItemWriter[];
  readonly parts: readonly SummaryPart[];
}

/** Null where an item is no matter of lists. */
export function planListing(items: readonly FetchItem[]): ListingPlan | null {
  const parts: SummaryPart[] = [];
  const writers = items.map((item) => writerOf(item, parts)).filter((writer) => writer !== null);
  return writers.length === items.length ? { writers, parts } : null;
}

/** False where a message that the client knows is gone. */
export async function fetchListing(session: ImapSession, listing: Listing, io: CommandIo): Promise<boolean> {
  const { mailbox, options } = session;
  const columns = await mailbox.store.readColumns(mailbox.id);
  if (columns === null) return false;
  const found = findListed(mailbox.uids, columns, listing);
  const sender = new ListingSender(io, listing, columns);
  const breathe = breather(options.clock);
  for (let from = 0; from < found.places.length; from += LISTING_BATCH) {
    const places = found.places.subarray(from, from + LISTING_BATCH);
    const sequences = found.sequences.subarray(from, from + LISTING_BATCH);
    await answerBatch(session, { listing, columns, places, sequences, sender });
    const rest = breathe();
    if (rest !== undefined) await rest;
  }
  await sender.flush(true);
  return sender.isComplete;
}

interface Batch {
  readonly listing: Listing;
  readonly columns: MessageColumns;
  readonly places: Uint32Array;
  readonly sequences: Uint32Array;
  readonly sender: ListingSender;
}

async function answerBatch(session: ImapSession, batch: Batch): Promise<void> {
  const { listing, columns, places, sequences, sender } = batch;
  const wanted = listing.plan.parts;
  const uids = Array.from(places, (at) => columns.uids[at] ?? 0);
  const summaries =
    wanted.length === 0
      ? NO_SUMMARIES
      : await session.mailbox.store.readSummaries(session.mailbox.id, uids, wanted);
  const others: number[] = [];
  for (let index = 0; index < uids.length; index++) {
    const parts = summaries.get(uids[index] ?? 0);
    const isThere = sender.add(places[index] ?? 0, sequences[index] ?? 0, parts);
    if (!isThere) others.push(uids[index] ?? 0);
  }
  await sender.flush();
  if (others.length === 0) return;
  const answers = await listing.answerOthers(others);
  for (const uid of others) await sender.sendOther(answers.get(uid) ?? null);
}

const NO_SUMMARIES: Awaited<ReturnType<MailStore['readSummaries']>> = new Map();

/** Both lists rise: one walk over each range finds the messages that the client knows and the store has. */
function findListed(
  known: Uint32Array,
  { uids, modSeqs }: MessageColumns,
  { ranges, changedSince }: Listing,
): { places: Uint32Array; sequences: Uint32Array } {
  const places = new Uint32Array(known.length);
  const sequences = new Uint32Array(known.length);
  const since = changedSince ?? 0;
  let count = 0;
  for (const { first, last } of ranges) {
    let at = lowerBound(uids, first);
    for (let index = lowerBound(known, first); index < known.length; index++) {
      const uid = known[index] ?? 0;
      if (uid > last) break;
      while ((uids[at] ?? Number.POSITIVE_INFINITY) < uid) at++;
      if (uids[at] !== uid || (modSeqs[at] ?? 0) <= since) continue;
      places[count] = at;
      sequences[count++] = index + 1;
    }
  }
  return { places: places.subarray(0, count), sequences: sequences.subarray(0, count) };
}

/** Sends responses together; a transcript sees the first of them and how many there were. */
class ListingSender {
  readonly #io: CommandIo;
  readonly #writers: readonly ItemWriter[];
  readonly #out = new ResponseBuffer();
  readonly #message: ListedMessage;
  readonly #isUidOnly: boolean;
  #shown: string[] = [];
  #count = 0;
  isComplete = true;

  constructor(io: CommandIo, listing: Listing, columns: MessageColumns) {
    this.#io = io;
    this.#writers = listing.plan.writers;
    this.#isUidOnly = listing.isUidOnly;
    this.#message = { columns, at: 0, parts: undefined };
  }

  /** False where the summary does not have all that was asked for. */
  add(at: number, sequence: number, parts: Parts): boolean {
    this.#message.at = at;
    this.#message.parts = parts;
    const start = this.#out.length;
    if (!this.#write(sequence, this.#out)) {
      this.#out.rewind(start);
      return false;
    }
    if (this.#count++ < SHOWN_RESPONSES) this.#show(sequence);
    return true;
  }

  #write(sequence: number, out: ResponseBuffer): boolean {
    const { columns, at } = this.#message;
    out.text('* ');
    out.number(this.#isUidOnly ? (columns.uids[at] ?? 0) : sequence);
    // RFC 9586 §3.3
    let separator = this.#isUidOnly ? ' UIDFETCH (' : ' FETCH (';
    for (const { write } of this.#writers) {
      out.text(separator);
      separator = ' ';
      if (write(out, this.#message) === false) return false;
    }
    out.text(')\r\n');
    return true;
  }

  #show(sequence: number): void {
    const values = this.#writers.map(({ write, label }) => {
      if (label !== null) return `${label} (…)`;
      const out = new ResponseBuffer();
      write(out, this.#message);
      return Buffer.from(out.take()).toString('latin1');
    });
    const uid = this.#message.columns.uids[this.#message.at] ?? 0;
    this.#shown.push(`${openFetch({ sequence, uid }, this.#isUidOnly)}${values.join(' ')})`);
  }

  async sendOther(answer: Response | null): Promise<void> {
    if (answer === null) this.isComplete = false;
    else await this.#io.send(answer);
  }

  async flush(isLast = false): Promise<void> {
    const shown = this.#shown;
    this.#shown = [];
    const unshown = isLast ? Math.max(0, this.#count - SHOWN_RESPONSES) : 0;
    const sent = this.#io.sendLines({ octets: this.#out.take(), shown, unshown });
    if (sent !== undefined) await sent;
  }
}

function writerOf(item: FetchItem, parts: SummaryPart[]): ItemWriter | null {
  switch (item.kind) {
    case 'uid':
      return numberWriter('UID ', ({ columns, at }) => columns.uids[at] ?? 0, '');
    case 'flags':
      return { write: flagsWriter(), label: null };
    case 'modSeq':
      return numberWriter('MODSEQ (', ({ columns, at }) => columns.modSeqs[at] ?? 0, ')');
    case 'size':
      return numberWriter('RFC822.SIZE ', ({ columns, at }) => columns.sizes[at] ?? 0, '');
    case 'internalDate':
      return dateWriter('INTERNALDATE', ({ columns, at }) => columns.internalDates[at] ?? 0);
    case 'saveDate':
      return dateWriter('SAVEDATE', ({ columns, at }) => columns.savedDates[at] ?? 0);
    case 'envelope':
      return partWriter('ENVELOPE', parts.push('envelope') - 1);
    case 'bodyStructure':
      return partWriter('BODYSTRUCTURE', parts.push('structure') - 1);
    case 'section':
      return sectionWriter(item, parts);
    default:
      return null;
  }
}

function numberWriter(before: string, read: (message: ListedMessage) => number, after: string): ItemWriter {
  const write: WriteItem = (out, message) => {
    out.text(before);
    out.number(read(message));
    if (after !== '') out.text(after);
  };
  return { write, label: null };
}

function dateWriter(name: string, read: (message: ListedMessage) => number): ItemWriter {
  const write: WriteItem = (out, message) => out.text(`${name} "${formatDateTime(read(message))}"`);
  return { write, label: null };
}

function flagsWriter(): WriteItem {
  const texts: string[] = [];
  return (out, { columns, at }) => {
    const id = columns.flagIds[at] ?? 0;
    out.text((texts[id] ??= `FLAGS ${formatFlags(columns.flagLists[id] ?? [])}`));
  };
}

function partWriter(label: string, place: number): ItemWriter {
  const name = `${label} `;
  const write: WriteItem = (out, { parts }) => {
    const text = parts?.[place] ?? null;
    if (text === null) return false;
    out.text(name);
    out.text(text);
  };
  return { write, label };
}

/** HEADER.FIELDS with fields that summaries keep. */
function sectionWriter(
  { section, partial, label }: Extract<FetchItem, { kind: 'section' }>,
  parts: SummaryPart[],
): ItemWriter | null {
  const { what, path, fields: names } = section;
  if (what !== 'headerFields' || path.length > 0 || partial !== null || !hasKeptFields(names)) return null;
  const place = parts.push('fields') - 1;
  const pattern = fieldPattern(names);
  const write: WriteItem = (out, message) => {
    const fields = message.parts?.[place] ?? null;
    if (fields === null) return false;
    const chosen = (fields.match(pattern) ?? []).join('');
    // What is kept is ASCII: characters are octets. The empty line that ends a header section counts too.
    out.text(`${label} {${chosen.length + 2}}\r\n`);
    out.text(chosen);
    out.text('\r\n');
  };
  return { write, label };
}

function lowerBound(uids: Uint32Array, uid: Uid): number {
  let low = 0;
  let high = uids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((uids[middle] ?? 0) < uid) low = middle + 1;
    else high = middle;
  }
  return low;
}
