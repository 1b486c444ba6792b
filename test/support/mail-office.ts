/**
 * A whole office in memory: submission → queue → routing → delivery and reception → …, over memory ports.
 *
 * People: tom and anna in server1.com (password `secret-tom`, `secret-anna`), otto is switched off, sales and boss are aliases, team leads to
 * anna and to jack@server2.com.
 */
import { Emitter } from '../../src-main/base/emitter.ts';
import { ManualClock } from '../../src-main/base/clock.ts';
import { randomBytes, randomUUID } from 'node:crypto';
import { systemClock } from '../../src-main/host/system-clock.ts';
import { silentLogger } from '../../src-main/base/logger.ts';
import { PasswordKeeper } from '../../src-main/directory/credentials.ts';
import {
  DEFAULT_POP3_SETTINGS,
  NEW_ACCOUNT,
  type Account,
  type Directory,
  type Pop3Settings,
  type RecipientResolution,
} from '../../src-main/directory/port.ts';
import { parseScramKeys } from '../../src-main/directory/scram-keys.ts';
import type { SignInDesk } from '../../src-main/directory/sign-in/port.ts';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { MemorySpool } from '../../src-main/mail/content/memory-spool.ts';
import { createBounceStage } from '../../src-main/mail/bounce/create-bounce-stage.ts';
import { chooseDsnLanguage } from '../../src-main/mail/bounce/choose-language.ts';
import { createMessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import type { MailEvent, RefusalEvent } from '../../src-main/mail/events.ts';
import { createMessageQueue } from '../../src-main/mail/queue/create-message-queue.ts';
import { MemoryQueueStore } from '../../src-main/mail/queue/memory-queue-store.ts';
import type { DepositedCopy } from '../../src-main/mail/queue/memory-queue-store.ts';
import { createReceptionService } from '../../src-main/mail/reception/create-reception-service.ts';
import { createRouter } from '../../src-main/mail/routing/create-router.ts';
import { findChosenNextHop } from '../../src-main/mail/routing/find-next-hop.ts';
import { createRuleBook } from '../../src-main/mail/routing/relay-rules/create-rule-book.ts';
import { DEFAULT_RELAY_RULES, type RelayRule } from '../../src-main/mail/routing/relay-rules/port.ts';
import { createRoutingCourier } from '../../src-main/mail/routing/create-routing-courier.ts';
import type { RoutingSettings } from '../../src-main/mail/routing/port.ts';
import { createSubmissionService } from '../../src-main/mail/submission/create-submission-service.ts';
import { ClientGuard } from '../../src-main/protocol/smtp/server/client-guard.ts';
import type { SaslBackend, ScramKeys } from '../../src-main/protocol/sasl/exchange.ts';
import type { SmtpLimits, StrangerLimits } from '../../src-main/protocol/smtp/server/limits.ts';
import { QueuedContentReader } from './queued-content-reader.ts';
import { MemoryClient } from './memory-connection.ts';
import type { MemoryClientOptions } from './memory-connection.ts';
import type { Mailbox } from '../../src-main/mail/mailstore/port.ts';
import { createPlainDelivery } from './plain-delivery.ts';
import { MemoryTranscripts } from './memory-transcripts.ts';
import { RecordingRelay } from './recording-relay.ts';

const DOMAIN = 'server1.com';

function makeAccount(id: number, localPart: string, isEnabled = true): Account {
  const address = `${localPart}@${DOMAIN}`;
  const facts = {
    kind: 'person' as const,
    domain: DOMAIN,
    createdAt: 0,
    quotaBytes: null,
    quotaMessages: null,
    quotaWarned: 0,
    lastSignInAt: null,
  };
  const pop3 = DEFAULT_POP3_SETTINGS;
  return { ...NEW_ACCOUNT, id, localPart, address, name: localPart, isEnabled, ...facts, pop3 };
}

/** What an address of an account comes down to, but for the account. */
const DIRECT = {
  kind: 'local',
  foreign: [],
  handOvers: [],
  via: [],
  by: null,
  moderatedGroup: null,
} as const;

/** A directory of a few people that can be changed by the test. */
export class OfficeDirectory implements Directory, SaslBackend<Account> {
  readonly accounts = new Map<string, Account>(
    [makeAccount(1, 'tom'), makeAccount(2, 'anna'), makeAccount(3, 'otto', false)].map((account) => [
      account.address,
      account,
    ]),
  );
  readonly aliases = new Map<string, readonly string[]>([
    [`sales@${DOMAIN}`, [`tom@${DOMAIN}`, `anna@${DOMAIN}`]],
    [`postmaster@${DOMAIN}`, [`anna@${DOMAIN}`]],
    [`boss@${DOMAIN}`, [`sales@${DOMAIN}`]],
    [`team@${DOMAIN}`, [`anna@${DOMAIN}`, 'jack@server2.com']],
  ]);

  readonly #passwords = new PasswordKeeper({ clock: systemClock, randomBytes });
  readonly #revoked = new Emitter<number>();
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.subscribe;

  /** Adds a shared mailbox, as an administrator would. */
  addSharedMailbox(id: number, localPart: string): Account {
    const account: Account = { ...makeAccount(id, localPart), kind: 'shared' };
    this.accounts.set(account.address, account);
    this.#changed.emit();
    return account;
  }

  /** Addresses that are groups, each with its members. */
  readonly groups = new Map<string, readonly number[]>();

  findGroup(address: string): Promise<string | null> {
    const known = address.toLowerCase();
    return Promise.resolve(this.groups.has(known) ? known : null);
  }

  /** Those who decide on mail for groups. */
  readonly moderators = new Map<string, readonly string[]>();

  moderatorsOf(group: string): Promise<readonly string[]> {
    return Promise.resolve(this.moderators.get(group) ?? []);
  }

  isModerator(group: string, address: string): Promise<boolean> {
    return Promise.resolve(this.moderators.get(group)?.includes(address) === true);
  }

  /** Removes an account, as an administrator would. */
  remove(address: string): void {
    this.accounts.delete(address);
    this.#changed.emit();
  }

  /** Takes an app password of the account back, as an administrator would. */
  takeBack(accountId: number): void {
    this.#revoked.emit(accountId);
  }

  /** Switches an account off, as an administrator would. */
  disable(address: string): void {
    const account = this.accounts.get(address);
    if (account === undefined) throw new Error(`no account ${address}`);
    this.accounts.set(address, { ...account, isEnabled: false });
    this.#changed.emit();
  }

  /** What the account was warned of last. */
  setWarned(address: string, quotaWarned: number): void {
    const account = this.accounts.get(address);
    if (account !== undefined) this.accounts.set(address, { ...account, quotaWarned });
  }

  /** Gives an account a limit, as an administrator would. */
  setQuota(address: string, quotaBytes: number | null, quotaMessages: number | null = null): void {
    const account = this.accounts.get(address);
    if (account === undefined) throw new Error(`no account ${address}`);
    this.accounts.set(address, { ...account, quotaBytes, quotaMessages });
    this.#changed.emit();
  }

  /** Changes how the account's mail is fetched, as an administrator would. */
  changePop3(address: string, change: Partial<Pop3Settings>): void {
    const account = this.accounts.get(address);
    if (account === undefined) throw new Error(`no account ${address}`);
    this.accounts.set(address, { ...account, pop3: { ...account.pop3, ...change } });
  }

  /** Every door of the office: no guard, no delays. */
  readonly signIns: SignInDesk = { at: () => this, onRevoke: this.#revoked.subscribe };

  async scramKeys(signInName: string): Promise<ScramKeys<Account>> {
    const account = this.accounts.get(signInName.toLowerCase());
    const password = `secret-${account?.localPart ?? ''}`;
    const { scramSha256 } = await this.#passwords.hash(account === undefined ? randomUUID() : password);
    const { salt, iterations, ...keys } = parseScramKeys(scramSha256);
    return {
      ...{ salt, iterations, nonce: randomUUID() },
      candidates: [{ ...keys, admit: () => this.signIn(signInName, password) }],
      refuse: () => Promise.resolve({ kind: 'refused' }),
    };
  }

  strictestPop3() {
    const settings = [...this.accounts.values()].map(({ pop3 }) => pop3);
    const days = settings.flatMap(({ keepDays }) => keepDays ?? []);
    const delays = settings.map(({ loginDelaySeconds }) => loginDelaySeconds);
    return {
      keepDays: days.length === 0 ? null : Math.min(...days),
      loginDelaySeconds: Math.max(0, ...delays),
    };
  }

  isLocalDomain(domain: string): Promise<boolean> {
    return Promise.resolve(domain.toLowerCase() === DOMAIN);
  }

  resolve(address: string): Promise<RecipientResolution> {
    return Promise.resolve(this.#resolve(address.toLowerCase()));
  }

  mayUseAddress(accountId: number, address: string): Promise<boolean> {
    const own = this.accounts.get(address.toLowerCase())?.id === accountId;
    const byAlias = this.#resolve(address.toLowerCase());
    return Promise.resolve(
      own || (byAlias.kind === 'local' && byAlias.accounts.some((account) => account.id === accountId)),
    );
  }

  signIn(signInName: string, password: string) {
    const account = this.accounts.get(signInName.toLowerCase());
    if (account?.kind !== 'person' || password !== `secret-${account.localPart}`) {
      return Promise.resolve({ kind: 'refused' } as const);
    }
    return Promise.resolve(
      account.isEnabled ? ({ kind: 'ok', account } as const) : ({ kind: 'disabled' } as const),
    );
  }

  domainQuota(): Promise<null> {
    return Promise.resolve(null);
  }

  getAccount(id: number): Promise<Account | null> {
    return Promise.resolve([...this.accounts.values()].find((account) => account.id === id) ?? null);
  }

  #resolve(address: string): RecipientResolution {
    const full = address === 'postmaster' ? `postmaster@${DOMAIN}` : address;
    if (!full.endsWith(`@${DOMAIN}`)) return { kind: 'foreign' };
    const targets = this.aliases.get(full);
    if (targets !== undefined) return this.#expand(full, targets);
    const account = this.accounts.get(full);
    if (account === undefined) return { kind: 'unknown' };
    if (!account.isEnabled) return { kind: 'disabled' };
    return { ...DIRECT, accounts: [account] };
  }

  #expand(alias: string, targets: readonly string[]): RecipientResolution {
    const accounts = new Map<number, Account>();
    const foreign: string[] = [];
    const via = [alias];
    for (const target of targets) {
      const resolved = this.#resolve(target);
      if (resolved.kind === 'foreign') foreign.push(target);
      if (resolved.kind !== 'local') continue;
      for (const account of resolved.accounts) accounts.set(account.id, account);
      foreign.push(...resolved.foreign);
      via.push(...resolved.via);
    }
    return { ...DIRECT, accounts: [...accounts.values()], foreign, via, by: 'alias' };
  }
}

function makeGuard(limits: StrangerLimits, clock: ManualClock): ClientGuard {
  return new ClientGuard({ limits: () => limits, isExempt: (address) => address.startsWith('127.'), clock });
}

export interface OfficeOptions {
  readonly limits?: Partial<SmtpLimits>;
  readonly allowCleartextAuth?: boolean;
  /** Whether strangers are bound by these limits, early talkers refused, errors answered late. */
  readonly strangerLimits?: StrangerLimits;
  /** Who may say XCLIENT. */
  readonly xclientFrom?: readonly string[];
}

export class MailOffice {
  readonly clock = new ManualClock();
  readonly directory = new OfficeDirectory();
  readonly transcripts = new MemoryTranscripts();
  readonly events: (MailEvent | RefusalEvent)[] = [];
  readonly copies: DepositedCopy[] = [];
  readonly spool = new MemorySpool();
  readonly store = new MemoryQueueStore((copy) => this.copies.push(copy));
  readonly queue;
  readonly submission;
  readonly reception;
  /** Set to false where the disk is to be nearly full. */
  hasRoom = true;
  /** How mail for others leaves. */
  routing: RoutingSettings = { relay: { mode: 'direct' }, routes: [] };
  /** Who may send through it. */
  relayRules: readonly RelayRule[] = DEFAULT_RELAY_RULES;
  readonly relay = new RecordingRelay();
  #ids = 0;

  constructor(options: OfficeOptions = {}) {
    const { clock, directory } = this;
    const ruleBook = createRuleBook({ directory, clock, rules: () => this.relayRules });
    const router = createRouter({ directory, settings: () => this.routing, rules: ruleBook });
    const events = (event: MailEvent | RefusalEvent) => {
      this.events.push(event);
    };
    const receiver = createMessageReceiver({ spool: this.spool, createIndexer: createMessageIndexer });
    const common = {
      receiver,
      makeId: () => `id${++this.#ids}`,
      hostname: () => 'mail.server1.com',
      logger: silentLogger,
    };
    const content = new QueuedContentReader(this.store, this.spool);
    this.queue = createMessageQueue({
      store: this.store,
      courier: createRoutingCourier({
        router,
        chosenNextHop: (chosen) => findChosenNextHop(chosen, this.routing),
        delivery: createPlainDelivery({ ...common, clock, directory, content }),
        relay: this.relay,
      }),
      bounces: createBounceStage({ ...common, directory, content, language: chooseDsnLanguage }),
      clock,
      logger: silentLogger,
      events,
      randomBytes: (length) => new Uint8Array(length),
    });
    const acceptance = {
      ...common,
      directory,
      signIns: directory.signIns,
      router,
      ruleBook,
      queue: this.queue,
      mailStore: { listMailboxes: (id: number) => Promise.resolve(this.keptBy.get(id) ?? []) },
      transcripts: this.transcripts,
      events,
      clock,
      hasRoom: () => this.hasRoom,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(options.strangerLimits && { guard: makeGuard(options.strangerLimits, clock) }),
      maySayXclient: (address: string) => options.xclientFrom?.includes(address) ?? false,
    };
    const allowCleartextAuth = () => options.allowCleartextAuth ?? false;
    this.submission = createSubmissionService({ ...acceptance, allowCleartextAuth });
    this.reception = createReceptionService(acceptance);
  }

  /** What accounts keep already, by id: nothing, where a test says nothing. */
  readonly keptBy = new Map<number, readonly Mailbox[]>();

  connect(
    service: 'submission' | 'submissions' | 'reception',
    options: MemoryClientOptions = {},
  ): MemoryClient {
    const { serve } = service === 'reception' ? this.reception : this.submission;
    return new MemoryClient(serve, { tls: service === 'submissions', ...options });
  }

  /** A copy as a mail client would read it. */
  textOf(copy: DepositedCopy): string {
    return copy.deposit.prefix + Buffer.from(this.spool.bytesOf(copy.content)).toString('utf8');
  }

  /** Which mailboxes got copies, by account. */
  get deliveredTo(): readonly string[] {
    return this.copies.map(({ deposit }) => {
      const account = [...this.directory.accounts.values()].find(({ id }) => id === deposit.accountId);
      return account?.localPart ?? '?';
    });
  }
}
