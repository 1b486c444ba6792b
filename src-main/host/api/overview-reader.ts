/** Reads what the overview shows; what is slow to find out at most every SLOW_FACTS_MS. */
import type { Overview } from '../../contract/overview.ts';
import type { Account } from '../../directory/port.ts';
import { quotaPercent } from '../../mail/mailstore/port.ts';
import { FIRST_WARNING_PERCENT } from '../quota-warnings.ts';
import { findAttention } from './attention.ts';
import type { MailUsage, Usage } from './mail-usage.ts';
import type { ConsoleServices } from './services.ts';
import { describeStages } from './stages.ts';

/** Free disk space and the sum of all mailboxes are looked at this often at most. */
const SLOW_FACTS_MS = 10_000;

/** What it is read from. */
export type OverviewSources = Pick<
  ConsoleServices,
  | 'backups'
  | 'clock'
  | 'meter'
  | 'nextHops'
  | 'queue'
  | 'settings'
  | 'transcripts'
  | 'certificate'
  | 'certificates'
  | 'signing'
  | 'screening'
  | 'listeners'
  | 'diskFree'
  | 'directory'
  | 'health'
>;

interface SlowFacts {
  readonly diskFreeBytes: number;
  readonly domains: number;
  readonly accounts: number;
  readonly accountsOverQuota: number;
  readonly accountsNearQuota: number;
  readonly mailBytes: number;
  readonly mailMessages: number;
}

export class OverviewReader {
  readonly #services: OverviewSources;
  readonly #usage: MailUsage;
  #slowFacts: Promise<SlowFacts> | null = null;

  constructor(services: OverviewSources, usage: MailUsage) {
    this.#services = services;
    this.#usage = usage;
    const forget = (): void => {
      this.#slowFacts = null;
    };
    services.directory.onChange(forget);
  }

  async read(): Promise<Overview> {
    const { clock, meter, nextHops, queue, settings, transcripts } = this.#services;
    const [slow, depth, { allowCleartextAuth }] = await Promise.all([
      this.#readSlowFacts(),
      queue.depth(),
      settings.read(),
    ]);
    const certificate = this.#services.certificate();
    const { certificates, backups } = this.#services;
    const trust = {
      certificate,
      certificates: certificates.list(),
      certificateJobs: certificates.jobs(),
      awaitedRecords: certificates.awaitedRecords(),
    };
    const signingKeys = this.#services.signing.list();
    const brakedAccounts = this.#services.screening.brakedAccounts();
    const openSessions = { ...transcripts.openSessionCount };
    const { lastSessionAt } = transcripts;
    const restingNextHops = nextHops.list().filter(({ restsUntil }) => restsUntil !== null).length;
    const listeners = this.#services.listeners();
    const facts = { ...slow, now: clock.now(), listeners, queue: depth, restingNextHops };
    return {
      ...slow,
      at: facts.now,
      stages: describeStages({ ...facts, openSessions, lastSessionAt, history: meter.history(2) }),
      totals: meter.totals(),
      queue: depth,
      openSessions,
      attention: findAttention({
        ...{ ...facts, ...trust, allowCleartextAuth, brakedAccounts, signingKeys },
        healthErrors: this.#services.health.desk.errors(),
        backupFailedAt: backups.desk.lastFailure()?.endedAt ?? null,
        heldAfterRestore: backups.countHeld(),
      }),
      certificateNotAfter: certificate.notAfter,
    };
  }

  #readSlowFacts(): Promise<SlowFacts> {
    if (this.#slowFacts !== null) return this.#slowFacts;
    const asked = this.#gatherSlowFacts();
    this.#slowFacts = asked;
    const forget = (): void => {
      if (this.#slowFacts === asked) this.#slowFacts = null;
    };
    asked.then(() => this.#services.clock.after(SLOW_FACTS_MS, forget), forget);
    return asked;
  }

  async #gatherSlowFacts(): Promise<SlowFacts> {
    const { diskFree, directory } = this.#services;
    const [diskFreeBytes, domains, accounts] = await Promise.all([
      diskFree(),
      directory.listDomains(),
      directory.listAccounts(),
    ]);
    const usages = await Promise.all(accounts.map((account) => this.#usage.of(account.id)));
    return {
      diskFreeBytes,
      domains: domains.length,
      accounts: accounts.filter(({ kind }) => kind === 'person').length,
      ...countFullAccounts(accounts, usages),
      mailBytes: usages.reduce((sum, usage) => sum + usage.usedBytes, 0),
      mailMessages: usages.reduce((sum, usage) => sum + usage.messages, 0),
    };
  }
}

/** Accounts that may keep no more, and those that soon may not. */
function countFullAccounts(
  accounts: readonly Account[],
  usages: readonly Usage[],
): Pick<SlowFacts, 'accountsOverQuota' | 'accountsNearQuota'> {
  const percents = accounts.map(({ quotaBytes, quotaMessages }, i) => {
    const { usedBytes = 0, messages = 0 } = usages[i] ?? {};
    const limits = { octets: quotaBytes, messages: quotaMessages };
    return quotaPercent(limits, { octets: usedBytes, messages }) ?? 0;
  });
  return {
    accountsOverQuota: percents.filter((percent) => percent >= 100).length,
    accountsNearQuota: percents.filter((percent) => percent >= FIRST_WARNING_PERCENT && percent < 100).length,
  };
}
