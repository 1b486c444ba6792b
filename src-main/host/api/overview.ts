/**
 * Overview handler: is the mail flowing? Gathers the numbers once a second at most, for each page that looks.
 */
import type { OverviewChange, OverviewSnapshot, Overview } from '../../contract/overview.ts';
import { findAttention } from './attention.ts';
import { guardedCalls } from './base.ts';
import { type ChangeBuffer, feed, unsubscribeAll } from './feed.ts';
import type { Account } from '../../directory/port.ts';
import { quotaPercent } from '../../mail/mailstore/port.ts';
import { FIRST_WARNING_PERCENT } from '../quota-warnings.ts';
import type { MailUsage, Usage } from './mail-usage.ts';
import type { ConsoleServices } from './services.ts';
import { describeStages } from './stages.ts';

const FEED_INTERVAL_MS = 1000;
/** Rates sink and the newest minute moves on even when nothing happens. */
const HEARTBEAT_MS = 5000;
const HISTORY_MINUTES = 60;
/** Free disk space and the sum of all mailboxes are looked at this often at most. */
const SLOW_FACTS_MS = 10_000;

export function createOverviewHandlers(services: ConsoleServices, usage: MailUsage) {
  const reader = new OverviewReader(services, usage);
  return {
    watch: guardedCalls.overview.watch.handler(({ signal }) =>
      feed<OverviewSnapshot, true, OverviewChange>({
        clock: services.clock,
        signal,
        intervalMs: FEED_INTERVAL_MS,
        snapshot: async () => ({
          overview: await reader.read(),
          history: services.meter.history(HISTORY_MINUTES),
        }),
        open: (buffer) => watchAll(services, buffer),
        resolve: async () => [{ overview: await reader.read(), minutes: services.meter.history(2) }],
      }),
    ),
  };
}

function watchAll(services: ConsoleServices, buffer: ChangeBuffer<true>) {
  const changed = (): void => buffer.push('overview', true);
  let cancel = (): void => undefined;
  const beat = (): void => {
    changed();
    cancel = services.clock.after(HEARTBEAT_MS, beat);
  };
  cancel = services.clock.after(HEARTBEAT_MS, beat);
  return unsubscribeAll(
    () => cancel(),
    services.meter.onEvent(changed),
    services.transcripts.onSession(changed),
    services.directory.onChange(changed),
    services.settings.onChange(changed),
    services.onListenersChange(changed),
    services.certificates.onChange(changed),
  );
}

interface SlowFacts {
  readonly diskFreeBytes: number;
  readonly domains: number;
  readonly accounts: number;
  readonly accountsOverQuota: number;
  readonly accountsNearQuota: number;
  readonly mailBytes: number;
  readonly mailMessages: number;
}

class OverviewReader {
  readonly #services: ConsoleServices;
  readonly #usage: MailUsage;
  #slowFacts: Promise<SlowFacts> | null = null;

  constructor(services: ConsoleServices, usage: MailUsage) {
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
    const { certificates } = this.#services;
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
      attention: findAttention({ ...facts, ...trust, allowCleartextAuth, brakedAccounts, signingKeys }),
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
