/** A scene for health's checks: a server that is quite right, DNS from an object, hosts that answer as they are told. */
import type { HealthFacts } from '../../src-main/health/facts.ts';
import { asDnsResolver } from '../../src-main/health/run-tools.ts';
import { findOwnAddresses } from '../../src-main/health/own-addresses.ts';
import type { CheckFinding, HealthCheck } from '../../src-main/health/port.ts';
import type { CheckTools, HealthTools, SmtpLook } from '../../src-main/health/tools.ts';
import type { Zone } from './dns-server.ts';
import { memoryRecords } from './memory-records.ts';

export const NOW = Date.UTC(2026, 10, 21, 9);
export const HOST = 'mail.example.com';
export const DOMAIN = 'example.com';
export const ADDRESS = '203.0.113.5';

export function healthFacts(change: Partial<HealthFacts> = {}): HealthFacts {
  return {
    hostname: HOST,
    domains: [{ name: DOMAIN, accounts: 3 }],
    publicAddresses: [ADDRESS],
    localAddresses: ['192.168.1.2'],
    wanted: [],
    listeners: [],
    leaving: { mode: 'direct', host: '' },
    signingKeys: [],
    mtaSts: [],
    keyHashes: [],
    portTestDomains: ['big.example'],
    blocklists: [],
    queue: { recipients: 2, oldestReceivedAt: NOW - 60_000 },
    disk: { freeBytes: 200 * 2 ** 30 },
    lastBackupAt: null,
    starts: 'atBoot',
    database: { checkedAt: NOW - 3_600_000, findings: [] },
    passwords: { weak: [], unknown: 0, judged: 3 },
    versions: { postroom: '0.1.0', node: '24.21.0', openssl: '3.5.0' },
    renewals: [],
    allowsCleartextSignIn: false,
    ...change,
  };
}

/** As on a machine without a network. */
export function silentTools(change: Partial<HealthTools> = {}): HealthTools {
  const reason = 'the host did not answer';
  return {
    dns: memoryRecords(() => 'silent'),
    smtp: () => Promise.resolve({ kind: 'unreachable', reason }),
    greet: () => Promise.resolve({ kind: 'failed', reason }),
    web: () => Promise.resolve({ kind: 'failed', reason, isCertificate: false }),
    trySmartHost: () => Promise.resolve({ problem: reason }),
    tryRelaying: () => Promise.resolve(null),
    clockAhead: () => Promise.resolve(null),
    outside: null,
    ...change,
  };
}

export interface Scene {
  readonly zone?: Zone;
  readonly facts?: Partial<HealthFacts>;
  readonly tools?: Partial<HealthTools>;
  /** What each address says on the mail port. */
  readonly hosts?: Readonly<Record<string, SmtpLook>>;
}

/** What the check says in the scene. */
export function runCheck(check: HealthCheck, scene: Scene = {}): Promise<readonly CheckFinding[]> {
  const facts = healthFacts(scene.facts);
  const dns = memoryRecords(() => scene.zone ?? {});
  const { hosts = {} } = scene;
  const tools = silentTools({
    dns,
    smtp: ({ address }) =>
      Promise.resolve(hosts[address] ?? { kind: 'unreachable', reason: 'the host did not answer' }),
    ...scene.tools,
  });
  const checkTools: CheckTools = {
    ...tools,
    facts,
    now: NOW,
    resolver: asDnsResolver(tools.dns),
    ownAddresses: () => findOwnAddresses(facts, tools.dns),
    mxPort: 25,
    nameServerPort: 53,
  };
  return check.run(checkTools, check.about === 'domain' ? DOMAIN : '');
}

/** `state code` of each, with its subject where it has one of its own. */
export async function sayings(check: HealthCheck, scene: Scene = {}): Promise<readonly string[]> {
  const found = await runCheck(check, scene);
  return found.map(({ state, text, subject }) =>
    [subject ?? '', state, text.code].filter((part) => part !== '').join(' '),
  );
}

/** A mail host that is quite right. */
export function goodHost(change: Partial<Extract<SmtpLook, { kind: 'answered' }>> = {}): SmtpLook {
  return {
    kind: 'answered',
    greeting: `220 ${HOST} ESMTP`,
    name: HOST,
    offersTls: true,
    tls: { isVerified: true, flaw: null, certificate: certificate() },
    tlsProblem: null,
    ...change,
  };
}

export function certificate(change: { names?: readonly string[]; notAfter?: number } = {}) {
  return {
    subject: `CN=${HOST}`,
    issuer: 'CN=An Authority',
    names: change.names ?? [HOST],
    notBefore: NOW - 86_400_000,
    notAfter: change.notAfter ?? NOW + 60 * 86_400_000,
    fingerprint: 'AA:BB',
  };
}
