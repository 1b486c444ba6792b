/** Health handlers: what was found, asking anew, ignoring, and what buttons do. */
import { EventChannel } from '../../base/event-channel.ts';
import type {
  HealthAction,
  HealthFault,
  HealthNotice as NoticeView,
  HealthRow,
  HealthSettings,
  HealthView,
} from '../../contract/health.ts';
import { domainToAscii, isIpv4, isIpv6 } from '../../format/domain.ts';
import { keyOf, nameOf } from '../../health/finding-key.ts';
import type { IgnoredFinding, StoredFinding } from '../../health/store-port.ts';
import { isNameServer } from '../../protocol/dns/name-servers.ts';
import type { HealthNotice } from '../health-desk.ts';
import type { HostSettings } from '../port.ts';
import { guardedCalls, refusal, valueOf } from './base.ts';
import { unsubscribeAll, windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 200;

export function createHealthHandlers(services: ConsoleServices) {
  return { ...readingHandlers(services), ...changingHandlers(services), ...settingsHandlers(services) };
}

function readingHandlers(services: ConsoleServices) {
  const { clock, directory, health } = services;
  const { desk } = health;
  return {
    watch: guardedCalls.health.watch.handler(({ signal }) =>
      windowFeed({
        ...{ clock, signal, intervalMs: FEED_INTERVAL_MS },
        snapshot: () => describe(services),
        open: (changed) => unsubscribeAll(desk.onChange(changed), directory.onChange(changed)),
      }),
    ),

    watchNotices: guardedCalls.health.watchNotices.handler(({ signal }) => {
      const channel = new EventChannel<NoticeView>();
      const unsubscribe = desk.onNotice((notice) => channel.push(viewOfNotice(notice, clock.now())));
      signal?.addEventListener('abort', () => {
        unsubscribe();
        channel.end();
      });
      return channel[Symbol.asyncIterator]();
    }),

    history: guardedCalls.health.history.handler(async ({ input }) =>
      (await desk.history(input)).map(({ at, from, state, text }) => ({ at, from, state, text })),
    ),
  };
}

function changingHandlers(services: ConsoleServices) {
  const { clock, health, logger } = services;
  const { desk } = health;
  return {
    run: guardedCalls.health.run.handler(() => {
      desk.run({ kind: 'all' }).catch((error: unknown) => logger.error('a health run failed', { error }));
    }),

    cancel: guardedCalls.health.cancel.handler(() => desk.cancel()),

    recheck: guardedCalls.health.recheck.handler(({ input: { check, domain } }) =>
      desk.run(check === null ? { kind: 'domain', domain } : { kind: 'check', check, domain }),
    ),

    ignore: guardedCalls.health.ignore.handler(({ input, context }) =>
      desk.ignore({ ...input, by: context.administrator, at: clock.now() }),
    ),

    unignore: guardedCalls.health.unignore.handler(({ input }) => desk.unignore(input)),

    act: guardedCalls.health.act.handler(({ input, context }) =>
      act(services, { ...input, by: context.administrator }),
    ),
  };
}

function settingsHandlers({ clock, settings, logger }: ConsoleServices) {
  return {
    watchSettings: guardedCalls.health.watchSettings.handler(({ signal }) =>
      windowFeed({
        ...{ clock, signal, intervalMs: FEED_INTERVAL_MS },
        snapshot: async () => settingsView(await settings.read()),
        open: (changed) => settings.onChange(changed),
      }),
    ),

    changeSettings: guardedCalls.health.changeSettings.handler(async ({ input, context, errors }) => {
      const problem = findProblem(input);
      if (problem !== null) throw errors.INVALID_HEALTH_SETTING({ data: problem });
      const { publicAddresses, dnsServers, ...health } = input;
      const changed = await settings.change({ publicAddresses, dnsServers, health });
      logger.info('health settings changed', { by: context.administrator });
      return settingsView(changed);
    }),
  };
}

async function describe({ directory, health }: ConsoleServices): Promise<HealthView> {
  const { rows, ignored, lastRun, progress, checking } = health.desk.view();
  const ignoredBy = new Map(ignored.map((each) => [nameOf(each), each]));
  return {
    rows: rows.map((row) => viewOf(row, ignoredBy.get(nameOf(keyOf(row))))),
    domains: (await directory.listDomains()).map(({ name }) => name),
    ...{ lastRun, progress, checking, nextRunAt: health.nextRunAt() },
  };
}

function viewOf(
  { domain, finding, checkedAt, changedAt }: StoredFinding,
  ignored?: IgnoredFinding,
): HealthRow {
  const { spread, ...told } = finding;
  const why = ignored && { reason: ignored.reason, until: ignored.until, by: ignored.by, at: ignored.at };
  return { ...told, domain, spread: spread ?? null, checkedAt, changedAt, ignored: why ?? null };
}

function viewOfNotice({ worse, better }: HealthNotice, at: number): NoticeView {
  const view = (row: StoredFinding) => ({ ...keyOf(row), state: row.finding.state, text: row.finding.text });
  return { at, worse: worse.map(view), better: better.map(view) };
}

interface Press {
  readonly action: HealthAction;
  readonly subject: string;
  readonly by: string;
}

async function act(services: ConsoleServices, { action, subject, by }: Press): Promise<void> {
  const { certificates, health, queue, signing, clock } = services;
  switch (action) {
    case 'renewCertificate': {
      const job = certificates
        .jobs()
        .find(({ purpose, names }) => purpose === subject || names.includes(subject));
      if (job === undefined) throw refusal('noCertificateToRenew');
      return certificates.renew(job.purpose, { withNewKey: false });
    }
    case 'makeSigningKey':
      return void valueOf(await signing.makeKeys(subject));
    case 'runDatabaseCheck':
      await health.checkDatabase();
      return health.desk.run({ kind: 'check', check: 'database', domain: '' });
    case 'retryQueue': {
      const order = {
        action: 'retryNow',
        selection: { kind: 'filter', filter: {} },
        by,
        at: clock.now(),
      } as const;
      await carryOut(queue.steer(order));
      return health.desk.run({ kind: 'check', check: 'queueAge', domain: '' });
    }
  }
}

async function carryOut(batches: AsyncIterable<unknown>): Promise<void> {
  const steps = batches[Symbol.asyncIterator]();
  while ((await steps.next()).done !== true);
}

function settingsView({ health, publicAddresses, dnsServers }: HostSettings): HealthSettings {
  return { ...health, publicAddresses, dnsServers };
}

function findProblem(input: HealthSettings): HealthFault | null {
  const tests: readonly [HealthFault['field'], readonly string[], (text: string) => boolean][] = [
    ['publicAddresses', input.publicAddresses, (text) => isIpv4(text) || isIpv6(text)],
    ['dnsServers', input.dnsServers, isNameServer],
    ['portTestDomains', input.portTestDomains, (text) => domainToAscii(text).ok],
    ['tells', input.tells, (text) => /^[^\s@]+@[^\s@]+$/u.test(text)],
  ];
  for (const [field, values, isRight] of tests) {
    const value = values.find((each) => !isRight(each));
    if (value !== undefined) return { field, value };
  }
  return null;
}
