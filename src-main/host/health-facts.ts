/** What this server knows of itself, gathered for a run of health's checks. */
import { networkInterfaces } from 'node:os';
import type { DirectoryAdmin } from '../directory/port.ts';
import { BLOCKLISTS } from '../health/blocklists.ts';
import type {
  HealthFacts,
  HealthListener,
  HowItStarts,
  RenewalFacts,
  WantedRecord,
} from '../health/facts.ts';
import type { QueueDesk } from '../mail/queue/port.ts';
import type { SigningDesk } from '../mail/signing/port.ts';
import { listWantedRecords } from './api/dns-records.ts';
import type { CertificateConsole } from './certificates/console-port.ts';
import { formatPolicy } from './certificates/mta-sts.ts';
import { hashOfKey } from './certificates/tlsa.ts';
import { findOwnListener } from './own-listeners.ts';
import type { HostSettings, ListenerStatus } from './port.ts';

export interface HealthFactsOptions {
  readonly directory: Pick<DirectoryAdmin, 'listDomains' | 'listAccounts'>;
  readonly settings: () => HostSettings;
  readonly listeners: () => readonly ListenerStatus[];
  readonly bind: string | null;
  readonly signing: Pick<SigningDesk, 'list'>;
  readonly certificates: Pick<CertificateConsole, 'jobs' | 'keysFor'>;
  readonly queueDepth: QueueDesk['depth'];
  readonly diskFree: () => Promise<number>;
  readonly database: () => HealthFacts['database'];
  readonly passwords: () => Promise<HealthFacts['passwords']>;
  /** When a backup ended well; null: never. */
  readonly lastBackupAt: () => number | null;
  readonly starts: () => Promise<HowItStarts>;
  readonly version: string;
}

export async function gatherHealthFacts(options: HealthFactsOptions): Promise<HealthFacts> {
  const { directory, queueDepth, diskFree, database, lastBackupAt } = options;
  const settings = options.settings();
  const [domains, accounts, depth, freeBytes, passwords, starts] = await Promise.all([
    ...([directory.listDomains(), directory.listAccounts(), queueDepth(), diskFree()] as const),
    options.passwords(),
    options.starts(),
  ]);
  const { queued, active, deferred, held, oldestReceivedAt } = depth;
  return {
    ...ownFacts(settings, options),
    ...(await zoneFacts(settings, options)),
    domains: domains.map(({ name, aliasOf }) => ({
      name,
      accounts: accounts.filter(({ domain }) => domain === (aliasOf ?? name)).length,
    })),
    queue: { recipients: queued + active + deferred + held, oldestReceivedAt },
    disk: { freeBytes },
    lastBackupAt: lastBackupAt(),
    starts,
    database: database(),
    passwords,
    renewals: options.certificates.jobs().map(renewalOf),
  };
}

function ownFacts(settings: HostSettings, options: HealthFactsOptions) {
  const { node, openssl } = process.versions;
  const { relay, health } = settings;
  return {
    hostname: settings.hostname.toLowerCase(),
    publicAddresses: settings.publicAddresses,
    localAddresses: localAddresses(),
    listeners: options.listeners().map((status) => listenerOf(status, options)),
    leaving: { mode: relay.mode, host: relay.mode === 'smarthost' ? relay.host : '' },
    portTestDomains: health.portTestDomains,
    blocklists: BLOCKLISTS,
    allowsCleartextSignIn: settings.allowCleartextAuth,
    versions: { postroom: options.version, node, openssl },
  };
}

/** What is to be found in DNS, as Setup says it. */
async function zoneFacts(settings: HostSettings, options: HealthFactsOptions) {
  const { hostname, mtaSts } = settings;
  const { key, nextKey } = options.certificates.keysFor(hostname);
  const wanted = await listWantedRecords({ ...options, settings: { read: () => Promise.resolve(settings) } });
  return {
    wanted: wanted.flatMap(({ domain, records }) =>
      records.map(({ purpose, need: _, ...record }): WantedRecord => ({ domain, purpose, record })),
    ),
    signingKeys: options.signing.list(),
    mtaSts: mtaSts.map((setting) => ({ ...setting, policy: formatPolicy(setting, hostname) })),
    keyHashes: [key, nextKey].flatMap((pem) => (pem === null ? [] : [hashOfKey(pem)])),
  };
}

function listenerOf(status: ListenerStatus, { bind, listeners }: HealthFactsOptions): HealthListener {
  const { name, standardPort, tls, state, port } = status;
  const address = findOwnListener(name, bind, listeners())?.address ?? '127.0.0.1';
  return { name, standardPort, tls, state, port, address };
}

function renewalOf(job: ReturnType<CertificateConsole['jobs']>[number]): RenewalFacts {
  const { purpose, names, problem, triedAt, facts } = job;
  return { purpose, name: names[0] ?? purpose, problem, triedAt, notAfter: facts?.notAfter ?? null };
}

/** Not loopback, not link-local: those lead nowhere from elsewhere. */
function localAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((known) => known ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address);
}
