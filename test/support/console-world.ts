/**
 * ConsoleWorld: the ports that the console stands on, in memory, with means to make things happen: for tests of the
 * console's handlers and for the fixture that pictures are taken of. Behaves as the ports say, keeps nothing.
 */
import { createReleaseDesk, type ReleaseDesk } from '../../src-main/host/quarantine-release.ts';
import type { SharingStore } from '../../src-main/host/sharing.ts';
import { WorldCertificates } from './world-certificates.ts';
import { MemoryGrants } from '../../src-main/mail/mailstore/memory-grants.ts';
import { defaultSettings } from '../../src-main/host/default-settings.ts';
import { type Clock, ManualClock } from '../../src-main/base/clock.ts';
import { Emitter } from '../../src-main/base/emitter.ts';
import { type Logger, silentLogger } from '../../src-main/base/logger.ts';
import { err, ok } from '../../src-main/base/result.ts';
import type { CertificateSummary } from '../../src-main/contract/settings.ts';
import {
  DEFAULT_POP3_SETTINGS,
  NEW_ACCOUNT,
  NEW_ALIAS,
  NEW_DOMAIN,
  type Account,
  type Alias,
  type DirectoryAdmin,
  type Domain,
} from '../../src-main/directory/port.ts';
import type { ConsoleServices } from '../../src-main/host/api/services.ts';
import type { HostSettings, ListenerName, ListenerStatus, SettingsStore } from '../../src-main/host/port.ts';
import type { MailEvent, RecipientOutcome, RefusalEvent } from '../../src-main/mail/events.ts';
import type { Mailbox, MailboxChanged, MailStore } from '../../src-main/mail/mailstore/port.ts';
import { MemoryScriptStore } from '../../src-main/mail/delivery/sieve/memory-script-store.ts';
import { MemoryQueueStore } from '../../src-main/mail/queue/memory-queue-store.ts';
import type { BounceStage, QueueDesk, QueueSteering, QueueStore } from '../../src-main/mail/queue/port.ts';
import { QueueActivity } from '../../src-main/mail/queue/queue-activity.ts';
import type { NextHopDesk, NextHopState } from '../../src-main/mail/relay/port.ts';
import { createSteeredQueue } from '../../src-main/mail/queue/steered-queue.ts';
import type {
  FlowCounts,
  MailMeter,
  MessageFilter,
  MessagePage,
  MessageSummary,
  MessageTimeline,
  RecordingState,
  SessionFilter,
  SessionPage,
  SessionRecord,
  SessionSummary,
  TranscriptBook,
  TranscriptLine,
} from '../../src-main/observe/port.ts';
import { sumFlow } from '../../src-main/observe/flow-kinds.ts';
import type { Notice } from '../../src-main/contract/notices.ts';
import { MemoryFlowStore } from './memory-flow-store.ts';
import type { MailProtocol, SessionEnd } from '../../src-main/protocol/connection/session.ts';

import { MemorySigningKeyStore } from '../../src-main/mail/signing/memory-signing-key-store.ts';
import { SigningKeys } from '../../src-main/mail/signing/signing-keys.ts';
import type { Zone } from './dns-server.ts';
import { liveResolver } from './memory-resolver.ts';
import { WorldScreeningDesk } from './world-screening-desk.ts';
import { WorldHealth } from './world-health.ts';
import { WorldEncryption } from './world-encryption.ts';
import { WorldRunning } from './world-running.ts';
import { WorldReports } from './world-reports.ts';
import { Administrators } from '../../src-main/directory/administrators/administrators.ts';
import { MemoryAdministratorRows } from '../../src-main/directory/administrators/memory-administrator-rows.ts';
import type { ConsoleAccess } from '../../src-main/host/console/console-access.ts';
import { openWorldAccess, PLAIN_PASSWORDS } from './world-access.ts';
import { WorldSignIns } from './world-sign-ins.ts';
import { listWantedRecords } from '../../src-main/host/api/dns-records.ts';
import { WorldPublishing } from './world-publishing.ts';
import { WorldRelayDesk } from './world-relay-desk.ts';
import type { BackupConsole } from '../../src-main/host/backups/console-port.ts';
import { WorldBackups } from './world-backups.ts';
import { WorldMoveIn } from './world-move-in.ts';
import { WorldTransferDesk } from './world-transfer-desk.ts';

const MINUTE_MS = 60_000;
const NO_FLOW: FlowCounts = sumFlow();

export class WorldDirectory implements DirectoryAdmin {
  domains: Domain[] = [];
  accounts: Account[] = [];
  aliases: Alias[] = [];
  readonly passwords = new Map<number, string>();
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.subscribe;
  readonly #clock: Clock;
  #nextId = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  listDomains = () => Promise.resolve([...this.domains]);
  listAccounts = () => Promise.resolve([...this.accounts]);
  listAliases = () => Promise.resolve([...this.aliases]);
  listGroupMembers = () =>
    Promise.resolve(
      this.aliases
        .filter(({ group }) => group !== null)
        .map(({ address, targets }) => ({
          address,
          members: this.accounts.filter((account) => targets.includes(account.address)).map(({ id }) => id),
        })),
    );

  addDomain: DirectoryAdmin['addDomain'] = async (text) => {
    const name = text.toLowerCase();
    if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name)) return err('invalidDomain');
    if (this.domains.some((domain) => domain.name === name)) return err('domainExists');
    const domain = { ...NEW_DOMAIN, name, createdAt: this.#clock.now() };
    this.domains.push(domain);
    this.#changed.emit();
    return ok(domain);
  };

  changeDomain: DirectoryAdmin['changeDomain'] = async (name, change) => {
    const domain = this.domains.find((each) => each.name === name);
    if (domain === undefined) return err('noSuchDomain');
    const changed = { ...domain, ...change };
    this.domains = this.domains.map((each) => (each.name === name ? changed : each));
    this.#changed.emit();
    return ok(changed);
  };

  removeDomain: DirectoryAdmin['removeDomain'] = async (name) => {
    if (!this.domains.some((domain) => domain.name === name)) return err('noSuchDomain');
    const isUsed = [...this.accounts, ...this.aliases].some((row) => row.domain === name);
    if (isUsed) return err('domainInUse');
    this.domains = this.domains.filter((domain) => domain.name !== name);
    this.#changed.emit();
    return ok(undefined);
  };

  addAccount: DirectoryAdmin['addAccount'] = async (fresh) => {
    if (!this.domains.some((domain) => domain.name === fresh.domain)) return err('noSuchDomain');
    if (!/^[a-z0-9._+-]+$/i.test(fresh.localPart)) return err('invalidAddress');
    if (fresh.password.length < 8) return err('weakPassword');
    const address = `${fresh.localPart}@${fresh.domain}`;
    if ([...this.accounts, ...this.aliases].some((row) => row.address === address)) {
      return err('addressTaken');
    }
    const account: Account = {
      ...NEW_ACCOUNT,
      id: this.#nextId++,
      localPart: fresh.localPart,
      domain: fresh.domain,
      address,
      name: fresh.name,
      kind: 'person',
      isEnabled: true,
      createdAt: this.#clock.now(),
      quotaBytes: fresh.quotaBytes ?? null,
      quotaMessages: fresh.quotaMessages ?? null,
      quotaWarned: 0,
      lastSignInAt: null,
      pop3: DEFAULT_POP3_SETTINGS,
    };
    this.accounts.push(account);
    this.passwords.set(account.id, fresh.password);
    this.#changed.emit();
    return ok(account);
  };

  addSharedMailbox: DirectoryAdmin['addSharedMailbox'] = async (fresh) => {
    const added = await this.addAccount({ ...fresh, password: 'nobody knows it' });
    if (!added.ok) return added;
    this.passwords.delete(added.value.id);
    return this.changeAccount(added.value.id, { kind: 'shared' });
  };

  changeAccount = async (id: number, change: Partial<Account>) => {
    const account = this.accounts.find((each) => each.id === id);
    if (account === undefined) return err('noSuchAccount' as const);
    const changed = { ...account, ...change };
    this.accounts = this.accounts.map((each) => (each.id === id ? changed : each));
    this.#changed.emit();
    return ok(changed);
  };

  setPassword: DirectoryAdmin['setPassword'] = async (id, password) => {
    if (!this.accounts.some((each) => each.id === id)) return err('noSuchAccount');
    if (password.length < 8) return err('weakPassword');
    this.passwords.set(id, password);
    return ok(undefined);
  };

  removeAccount: DirectoryAdmin['removeAccount'] = async (id) => {
    if (!this.accounts.some((each) => each.id === id)) return err('noSuchAccount');
    this.accounts = this.accounts.filter((each) => each.id !== id);
    this.#changed.emit();
    return ok(undefined);
  };

  putAlias: DirectoryAdmin['putAlias'] = async (given) => {
    const { localPart, domain, targets } = given;
    if (!this.domains.some((each) => each.name === domain)) return err('noSuchDomain');
    const address = `${localPart}@${domain}`;
    if (this.accounts.some((account) => account.address === address)) return err('addressTaken');
    const alias = { ...NEW_ALIAS, ...given, address, targets: [...targets] };
    this.aliases = [...this.aliases.filter((each) => each.address !== address), alias];
    this.#changed.emit();
    return ok(alias);
  };

  removeAlias: DirectoryAdmin['removeAlias'] = async (address) => {
    if (!this.aliases.some((alias) => alias.address === address)) return err('noSuchAlias');
    this.aliases = this.aliases.filter((alias) => alias.address !== address);
    this.#changed.emit();
    return ok(undefined);
  };
}

export class WorldMailStore implements SharingStore {
  readonly #grants = new MemoryGrants();
  /** `account name` of what is subscribed to. */
  readonly subscriptions = new Set<string>();
  readonly #byAccount = new Map<number, { messages: number; unread: number; bytes: number }>();
  readonly #changed = new Emitter<MailboxChanged>();
  readonly onChange = this.#changed.subscribe;

  put(accountId: number, mail: { messages: number; unread: number; bytes: number }): void {
    const before = this.#byAccount.get(accountId) ?? { messages: 0, unread: 0, bytes: 0 };
    this.#byAccount.set(accountId, {
      messages: before.messages + mail.messages,
      unread: before.unread + mail.unread,
      bytes: before.bytes + mail.bytes,
    });
    this.#changed.emit({ accountId, mailboxId: accountId, kind: 'messages' });
  }

  listGrants = (id: number) => Promise.resolve(this.#grants.of(id));

  changeGrants: MailStore['changeGrants'] = async (ids, change) => {
    for (const mailboxId of ids) {
      this.#grants.change(mailboxId, change);
      this.#changed.emit({ accountId: Math.floor(mailboxId / 10), mailboxId, kind: 'rights' });
    }
  };

  setSubscribed: MailStore['setSubscribed'] = async (accountId, name, isSubscribed) => {
    if (isSubscribed) this.subscriptions.add(`${accountId} ${name}`);
    else this.subscriptions.delete(`${accountId} ${name}`);
    return ok(undefined);
  };

  listMailboxes = async (accountId: number): Promise<readonly Mailbox[]> => {
    const mail = this.#byAccount.get(accountId) ?? { messages: 0, unread: 0, bytes: 0 };
    return ['INBOX', 'Archive', 'Drafts', 'Junk', 'Sent', 'Trash'].map((name, i) => ({
      id: accountId * 10 + i,
      accountId,
      name,
      uidValidity: 1,
      uidNext: 1,
      highestModSeq: 1,
      specialUse: null,
      isSubscribed: true,
      messageCount: i === 0 ? mail.messages : 0,
      unseenCount: i === 0 ? mail.unread : 0,
      deletedCount: 0,
      sizeBytes: i === 0 ? mail.bytes : 0,
      objectId: `M${String(accountId)}-${String(i)}`,
    }));
  };
}

export class WorldTranscripts implements TranscriptBook {
  readonly records: SessionRecord[] = [];
  readonly openSessionCount: Record<MailProtocol, number> = {
    smtp: 0,
    submission: 0,
    imap: 0,
    pop3: 0,
    managesieve: 0,
  };
  readonly lastSessionAt: Record<MailProtocol, number> = {
    smtp: 0,
    submission: 0,
    imap: 0,
    pop3: 0,
    managesieve: 0,
  };
  readonly #events = new Emitter<SessionSummary>();
  readonly onSession = this.#events.subscribe;
  state: RecordingState = { sessionsPerSecond: 0, shownOneOf: 1, leftOut: 0, dropped: 0 };

  open(summary: SessionSummary): void {
    this.records.unshift({ summary, lines: [], omittedLines: 0 });
    this.openSessionCount[summary.protocol]++;
    this.lastSessionAt[summary.protocol] = summary.startedAt;
    this.#events.emit(summary);
  }

  say(sessionId: string, lines: readonly TranscriptLine[], facts: Partial<SessionSummary> = {}): void {
    this.#update(sessionId, (record) => {
      const all = [...record.lines, ...lines];
      return { ...record, lines: all, summary: { ...record.summary, ...facts, lineCount: all.length } };
    });
  }

  close(sessionId: string, endedAt: number, end: SessionEnd = 'closed'): void {
    const record = this.#update(sessionId, (each) => ({
      ...each,
      summary: { ...each.summary, endedAt, end },
    }));
    if (record !== undefined) this.openSessionCount[record.summary.protocol]--;
  }

  /** A session that is over already. */
  add(record: SessionRecord): void {
    this.records.unshift(record);
  }

  list = async (filter: SessionFilter): Promise<SessionPage> => {
    const text = filter.text?.toLowerCase();
    const all = this.records.map((record) => record.summary);
    const from = filter.before === undefined ? 0 : all.findIndex((each) => each.id === filter.before) + 1;
    const found = all
      .slice(from)
      .filter((each) => filter.protocol === undefined || each.protocol === filter.protocol)
      .filter((each) => filter.onlyWithErrors !== true || each.lastError !== null)
      .filter(
        (each) =>
          text === undefined ||
          `${each.remoteAddress} ${each.remoteName ?? ''} ${each.account ?? ''}`.toLowerCase().includes(text),
      )
      .filter((each) => this.#hasSaid(each.id, filter.said?.toLowerCase() ?? ''));
    const items = found.slice(0, filter.limit);
    const last = found.length > filter.limit ? items.at(-1) : undefined;
    return { items, next: last?.id ?? null, searchedTo: last?.startedAt ?? null };
  };

  #hasSaid(sessionId: string, said: string): boolean {
    const record = this.records.find(({ summary }) => summary.id === sessionId);
    return said === '' || record?.lines.some(({ text }) => text.toLowerCase().includes(said)) === true;
  }

  measure = async () => ({
    transcripts: this.records.length,
    transcriptOctets: this.records.length * 2_400,
    oldestTranscriptAt: this.records.at(-1)?.summary.startedAt ?? null,
  });

  recording = (): RecordingState => this.state;

  follow = (sessionId: string, onGrown: () => void): (() => void) =>
    this.#events.subscribe(({ id }) => {
      if (id === sessionId) onGrown();
    });

  read = async (sessionId: string): Promise<SessionRecord | null> =>
    this.records.find((record) => record.summary.id === sessionId) ?? null;

  #update(sessionId: string, change: (record: SessionRecord) => SessionRecord): SessionRecord | undefined {
    const at = this.records.findIndex((record) => record.summary.id === sessionId);
    const record = this.records[at];
    if (record === undefined) return undefined;
    const changed = change(record);
    this.records[at] = changed;
    this.#events.emit(changed.summary);
    return changed;
  }
}

export class WorldTimelines {
  readonly timelines: MessageTimeline[] = [];

  listMessages = async (filter: MessageFilter): Promise<MessagePage> => {
    const words = (filter.text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const all = this.timelines.map((timeline) => timeline.summary);
    const from =
      filter.before === undefined ? 0 : all.findIndex((each) => each.traceId === filter.before) + 1;
    const found: MessageSummary[] = [];
    for (const each of all.slice(from)) {
      if (filter.state !== undefined && each.state !== filter.state) continue;
      const haystack =
        `${each.reversePath} ${each.author} ${each.recipients.join(' ')} ${each.subject} ${each.messageId ?? ''} ${each.traceId}`.toLowerCase();
      if (words.every((word) => haystack.includes(word))) found.push(each);
      if (found.length > filter.limit) break;
    }
    const items = found.slice(0, filter.limit);
    return { items, next: found.length > filter.limit ? (items.at(-1)?.traceId ?? null) : null };
  };

  places = new Map<string, string>();

  findPlaces = async (): Promise<ReadonlyMap<string, string>> => this.places;

  measure = async () => ({
    timelines: this.timelines.length,
    oldestTimelineAt: this.timelines.at(-1)?.summary.receivedAt ?? null,
  });

  readTimeline = async (traceId: string): Promise<MessageTimeline | null> =>
    this.timelines.find((timeline) => timeline.summary.traceId === traceId) ?? null;

  /** What a commit of the queue tells of a message that is here. */
  add(event: MailEvent): void {
    const timeline = this.timelines.find((each) => each.summary.traceId === event.traceId);
    if (timeline !== undefined) this.put(timeline.summary, [event]);
  }

  /** Adds the message or the events to it. */
  put(summary: MessageSummary, events: readonly MailEvent[]): void {
    const at = this.timelines.findIndex((each) => each.summary.traceId === summary.traceId);
    const before = this.timelines[at];
    if (before === undefined) this.timelines.unshift({ summary, events });
    else this.timelines[at] = { summary, events: [...before.events, ...events] };
  }
}

export class WorldMeter implements MailMeter {
  readonly #clock: Clock;
  readonly #buckets = new Map<number, FlowCounts>();
  readonly #events = new Emitter<MailEvent | RefusalEvent>();
  readonly onEvent = this.#events.subscribe;
  #totals = NO_FLOW;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  totals = () => this.#totals;

  history = (minutes: number) => {
    const last = Math.floor(this.#clock.now() / MINUTE_MS) * MINUTE_MS;
    return Array.from({ length: minutes }, (_, i) => {
      const minuteStart = last - (minutes - 1 - i) * MINUTE_MS;
      return { minuteStart, ...(this.#buckets.get(minuteStart) ?? NO_FLOW) };
    });
  };

  count(key: keyof FlowCounts, at = this.#clock.now(), by = 1): void {
    const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    const bucket = this.#buckets.get(minute) ?? NO_FLOW;
    this.#buckets.set(minute, { ...bucket, [key]: bucket[key] + by });
    this.#totals = { ...this.#totals, [key]: this.#totals[key] + by };
  }

  emit(event: MailEvent | RefusalEvent): void {
    if (event.type === 'refused') this.count('refused', event.at);
    else if (event.type === 'received')
      this.count(event.via === 'submission' ? 'submitted' : 'received', event.at);
    else if (event.type === 'attempted') this.count(event.outcome.kind, event.at);
    else if (event.type === 'read') this.count('read', event.at);
    else if (event.type === 'screened') this.count('screened', event.at);
    this.#events.emit(event);
  }
}

/** Notices that the test gives. */
export class WorldNotices {
  readonly #told = new Emitter<Notice>();
  #recent: readonly Notice[] = [];
  readonly onNotice = this.#told.subscribe;

  recent = () => this.#recent;

  give(notice: Notice): void {
    this.#recent = [...this.#recent, notice];
    this.#told.emit(notice);
  }
}

export class WorldSettings implements SettingsStore {
  #settings: HostSettings = {
    ...defaultSettings('mail.example.com'),
    isSetUp: true,
  };
  readonly #changed = new Emitter<HostSettings>();
  readonly onChange = this.#changed.subscribe;

  read = async () => this.#settings;
  change = async (change: Partial<HostSettings>) => {
    this.#settings = { ...this.#settings, ...change };
    this.#changed.emit(this.#settings);
    return this.#settings;
  };
}

export function listenerAt(name: ListenerName, standardPort: number, port = standardPort): ListenerStatus {
  const isMoved = port !== standardPort;
  return {
    name,
    standardPort,
    tls: name === 'submissions' || name === 'imaps' || name === 'pop3s' ? 'implicit' : 'starttls',
    state: 'listening',
    port,
    problem: isMoved ? 'needsRights' : null,
    problemDetail: isMoved ? `listen EACCES: permission denied 0.0.0.0:${String(standardPort)}` : null,
  };
}

/** Says on the timeline what a real one would, and writes no DSN. */
const SILENT_BOUNCES: BounceStage = {
  report: (entry, { outcomes, at }) => {
    const recipients = outcomes.map(({ outcome: { recipient } }) => recipient);
    const about = { traceId: entry.id, at, recipients };
    const to = entry.reversePath;
    return Promise.resolve({
      events:
        to === ''
          ? [{ ...about, type: 'unreported', why: 'nullReversePath' }]
          : [{ ...about, type: 'bounced', action: 'failed', to, dsnTraceId: `${entry.id}-dsn` }],
    });
  },
  discard: () => Promise.resolve(),
};

export class WorldNextHops implements NextHopDesk {
  states: NextHopState[] = [];
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.subscribe;

  list = () => this.states;

  put(...states: NextHopState[]): void {
    this.states = states;
    this.#changed.emit();
  }

  tryNow(name: string): void {
    this.put(...this.states.filter((state) => state.name !== name));
  }
}

export class ConsoleWorld {
  readonly screening = new WorldScreeningDesk();
  readonly clock: Clock;
  readonly logger: Logger;
  readonly directory: WorldDirectory;
  readonly mailStore = new WorldMailStore();
  readonly transfers = new WorldTransferDesk();
  readonly moveIn = new WorldMoveIn(this.transfers);
  readonly backups = new WorldBackups();
  /** What the console reads and asks; the fixture puts the engine in the place. */
  backupConsole: BackupConsole = this.backups;
  readonly transcripts = new WorldTranscripts();
  readonly timelines = new WorldTimelines();
  readonly meter: WorldMeter;
  readonly flow = new MemoryFlowStore();
  readonly notices = new WorldNotices();
  readonly queue = new MemoryQueueStore();
  /** What the console reads and steers; a test may put a database in the place. */
  waiting: QueueDesk;
  /** What the runner would be working on. */
  readonly activity = new QueueActivity();
  readonly nextHops = new WorldNextHops();
  readonly settings = new WorldSettings();
  readonly encryption = new WorldEncryption();
  readonly running = new WorldRunning();
  readonly scripts: MemoryScriptStore;
  readonly signing: SigningKeys;
  readonly health: WorldHealth;
  readonly reports = new WorldReports();
  readonly signIns: WorldSignIns;
  /** What DNS says to those who look. */
  dns: Zone = {};
  readonly administrators: Administrators;
  readonly administratorRows = new MemoryAdministratorRows();
  readonly access: ConsoleAccess;
  /** What the service would have written at its first start. */
  setupToken = 'token-of-the-first-start';
  readonly listenersChanged = new Emitter<void>();
  listenerStates: ListenerStatus[] = [
    listenerAt('smtp', 25),
    listenerAt('submission', 587),
    listenerAt('submissions', 465),
    listenerAt('imap', 143),
    listenerAt('imaps', 993),
    listenerAt('pop3', 110),
    listenerAt('pop3s', 995),
  ];
  certificateState: CertificateSummary;
  readonly certificates = new WorldCertificates();
  readonly publishing: WorldPublishing;
  freeBytes = 182 * 2 ** 30;
  sendTestMessage: ConsoleServices['sendTestMessage'] = () => Promise.reject(new Error('no path to try'));

  constructor(options: { clock?: Clock; logger?: Logger } = {}) {
    this.clock = options.clock ?? new ManualClock();
    this.logger = options.logger ?? silentLogger;
    this.directory = new WorldDirectory(this.clock);
    this.signIns = new WorldSignIns(this.clock, (id) => this.directory.accounts.some((one) => one.id === id));
    const people = { rows: this.administratorRows, passwords: PLAIN_PASSWORDS, clock: this.clock };
    this.administrators = new Administrators(people);
    this.health = new WorldHealth({
      ...{ clock: this.clock, logger: this.logger },
      domains: () => this.directory.domains.map(({ name }) => name),
    });
    this.access = openWorldAccess(this);
    this.signIns.doors.add(this.access.door);
    this.meter = new WorldMeter(this.clock);
    this.scripts = new MemoryScriptStore(this.clock);
    this.signing = new SigningKeys({
      store: new MemorySigningKeyStore(),
      resolver: liveResolver(() => this.dns),
      clock: this.clock,
      logger: this.logger,
      rotateAfterMs: () => 0,
    });
    this.waiting = this.openDesk(this.queue, this.queue);
    this.publishing = new WorldPublishing({
      ...{ clock: this.clock, settings: this.settings },
      wanted: () => listWantedRecords(this.services()),
    });
    this.certificateState = {
      subject: 'CN=mail.example.com',
      issuer: 'CN=mail.example.com',
      isSelfSigned: true,
      notAfter: this.clock.now() + 820 * 24 * 60 * MINUTE_MS,
      names: ['mail.example.com'],
    };
  }

  /** The desk of a queue whose events the timelines keep and the meter hears of. */
  openDesk(steering: QueueSteering, store: QueueStore): QueueDesk {
    const events = (event: MailEvent | RefusalEvent): void => {
      if (event.type !== 'refused') this.timelines.add(event);
      this.meter.emit(event);
    };
    const queue = {
      reconsider: () => undefined,
      withoutAttempts: (ids: readonly string[], work: (free: readonly string[]) => Promise<void>) =>
        work(ids.filter((id) => !this.activity.isUnderWay(id))),
    };
    return createSteeredQueue({
      steering,
      store,
      queue,
      activity: this.activity,
      bounces: SILENT_BOUNCES,
      events,
    });
  }

  /** What links in digests may do. */
  releaseDesk(): ReleaseDesk {
    const getAccount = (id: number) =>
      Promise.resolve(this.directory.accounts.find((account) => account.id === id) ?? null);
    const { quarantine } = this.screening;
    return createReleaseDesk({
      quarantine,
      directory: { getAccount },
      handlerOf: () => 'account',
      secret: new Uint8Array(32),
      clock: this.clock,
    });
  }

  services(): ConsoleServices {
    return {
      directory: this.directory,
      mailStore: this.mailStore,
      transcripts: this.transcripts,
      timelines: this.timelines,
      meter: this.meter,
      flow: this.flow,
      notices: this.notices,
      queue: this.waiting,
      nextHops: this.nextHops,
      isDeliverable: (address) => Promise.resolve(!address.startsWith('nobody@')),
      relayDesk: new WorldRelayDesk(),
      publishing: this.publishing.desk,
      screening: this.screening,
      signing: this.signing,
      health: this.health,
      reports: this.reports,
      scripts: this.scripts,
      transfers: this.transfers,
      moveIn: this.moveIn,
      backups: this.backupConsole,
      settings: this.settings,
      encryption: this.encryption,
      running: this.running,
      access: this.access,
      signIns: this.signIns,
      listeners: () => this.listenerStates,
      onListenersChange: this.listenersChanged.subscribe,
      certificate: () => this.certificateState,
      certificates: this.certificates,
      sendTestMessage: (to) => this.sendTestMessage(to),
      diskFree: () => Promise.resolve(this.freeBytes),
      dataFolder: '/var/lib/postroom',
      version: '0.1.0',
      platform: 'linux',
      clock: this.clock,
      logger: this.logger,
    };
  }
}

export function outcome(
  fields: Partial<RecipientOutcome> & { recipient: string; at: number },
): RecipientOutcome {
  return { kind: 'delivered', status: '2.1.5', diagnostic: 'Delivered to INBOX', ...fields };
}
