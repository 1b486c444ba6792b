/**
 * The reading half of an office in memory: IMAP and POP3 over a MemoryMailStore, for dialogues.
 *
 * People: tom and anna in server1.com (password `secret-tom`, `secret-anna`), otto is switched off.
 */
import { ManualClock } from '../../src-main/base/clock.ts';
import type { Clock } from '../../src-main/base/clock.ts';
import { silentLogger } from '../../src-main/base/logger.ts';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { MemorySpool } from '../../src-main/mail/content/memory-spool.ts';
import { createMessageReceiver, type MessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import type { MailEvent, RefusalEvent } from '../../src-main/mail/events.ts';
import { MemoryMailStore } from '../../src-main/mail/mailstore/memory-mail-store.ts';
import type { MailStore, Uid } from '../../src-main/mail/mailstore/port.ts';
import type { MailSearch } from '../../src-main/mail/mailstore/search/port.ts';
import type { Grantee } from '../../src-main/mail/mailstore/sharing/port.ts';
import { createScanSearch } from '../../src-main/mail/mailstore/search/scan-search.ts';
import { createImapService } from '../../src-main/mail/retrieval/imap/imap-service.ts';
import { createPop3Service } from '../../src-main/mail/retrieval/pop3/pop3-service.ts';
import { DialogueClient } from './dialogue-client.ts';
import { OfficeDirectory } from './mail-office.ts';
import { MemoryTranscripts } from './memory-transcripts.ts';

export const TOM = 1;
export const ANNA = 2;

export interface ReadingOfficeOptions {
  /** Time that runs by itself, for clients that are not ours. */
  readonly systemClock?: Clock;
  readonly allowCleartextAuth?: boolean;
  readonly quotaBytesOf?: (accountId: number) => number | null;
  readonly other?: OtherStore;
}

/** A mailstore other than the one in memory, for sessions. */
export interface OtherStore {
  readonly mailStore: MailStore;
  readonly search: MailSearch;
  readonly receiver: MessageReceiver;
}

export interface Arrival {
  readonly accountId?: number;
  readonly mailbox?: string;
  readonly flags?: readonly string[];
  readonly internalDate?: number;
  readonly prefix?: string;
  readonly traceId?: string;
}

export interface SharePlace {
  readonly owner?: number;
  readonly mailbox?: string;
  readonly grantee?: Grantee;
}

export class ReadingOffice {
  readonly clock = new ManualClock(Date.UTC(2026, 0, 5, 12));
  readonly directory = new OfficeDirectory();
  readonly transcripts = new MemoryTranscripts();
  readonly events: (MailEvent | RefusalEvent)[] = [];
  readonly spool = new MemorySpool();
  readonly receiver = createMessageReceiver({ spool: this.spool, createIndexer: createMessageIndexer });
  readonly store: MemoryMailStore;
  readonly imap;
  readonly pop3;
  /** Set to false where the disk is to be nearly full. */
  hasRoom = true;
  #ids = 0;

  constructor(options: ReadingOfficeOptions = {}) {
    const { directory, transcripts, receiver } = this;
    const clock = options.systemClock ?? this.clock;
    this.store = new MemoryMailStore({
      clock,
      makeId: () => `id${++this.#ids}`,
      readContent: (content) => this.spool.bytesOf(content),
      ...(options.quotaBytesOf === undefined ? {} : { quotaBytesOf: options.quotaBytesOf }),
    });
    const retrieval = {
      directory,
      signIns: directory.signIns,
      mailStore: options.other?.mailStore ?? this.store,
      transcripts,
      events: (event: MailEvent | RefusalEvent) => {
        this.events.push(event);
      },
      clock,
      hostname: () => 'mail.server1.com',
      allowCleartextAuth: () => options.allowCleartextAuth ?? true,
      logger: silentLogger,
    };
    const search = options.other?.search ?? createScanSearch(this.store);
    this.imap = createImapService({
      ...retrieval,
      search,
      receiver: options.other?.receiver ?? receiver,
      hasRoom: () => this.hasRoom,
    });
    this.pop3 = createPop3Service(retrieval);
  }

  /** A message arrives as through the queue. Line ends of `text` become CRLF. */
  async arrive(text: string, arrival: Arrival = {}): Promise<Uid> {
    const writer = this.receiver.begin();
    await writer.write(Buffer.from(text.replace(/\r?\n/g, '\r\n')));
    return this.store.deposit(arrival.accountId ?? TOM, arrival.mailbox ?? 'INBOX', {
      prefix: arrival.prefix ?? '',
      content: await writer.finish(),
      flags: arrival.flags ?? [],
      internalDate: arrival.internalDate ?? this.clock.now(),
      traceId: arrival.traceId ?? `trace${++this.#ids}`,
    });
  }

  /** Gives rights on a mailbox, as its owner or an administrator would: tom's INBOX to anna, if nothing else is said. */
  async share(rights: string, place: SharePlace = {}): Promise<void> {
    const { owner = TOM, mailbox = 'INBOX', grantee = ANNA } = place;
    await this.store.createAccountMailboxes(owner);
    const found = await this.store.findMailbox(owner, mailbox);
    const { id } = found ?? valueOf(await this.store.createMailbox(owner, mailbox));
    await this.store.changeGrants([id], { operation: 'replace', grantee, isNegative: false, rights });
  }

  connectImap(options: { tls?: boolean } = {}): DialogueClient {
    return new DialogueClient(this.imap.serve, options);
  }

  connectPop3(options: { tls?: boolean } = {}): DialogueClient {
    return new DialogueClient(this.pop3.serve, options);
  }

  /** A client that has signed in as tom, with INBOX or another mailbox selected. */
  async openImap(mailbox: string | null = 'INBOX', user = 'tom'): Promise<DialogueClient> {
    const client = this.connectImap();
    await client.readLine();
    await client.transact(`LOGIN ${user}@server1.com secret-${user}`);
    if (mailbox !== null) await client.transact(`SELECT ${mailbox}`);
    return client;
  }
}

function valueOf<T>(result: { ok: true; value: T } | { ok: false; error: string }): T {
  if (!result.ok) throw new Error(result.error);
  return result.value;
}
