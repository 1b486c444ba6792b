/** The whole way of checks: real name servers over UDP and TCP, real sockets, the host's own tools. */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestDnsServer, type Zone } from '../../test/support/dns-server.ts';
import { healthFacts } from '../../test/support/health-scene.ts';
import { silentLogger } from '../base/logger.ts';
import { HEALTH_CHECKS } from '../health/checks/index.ts';
import type { HealthFacts } from '../health/facts.ts';
import type { HealthFinding } from '../health/port.ts';
import { planUnits, runChecks } from '../health/run-checks.ts';
import type { ConnectionTestOptions } from '../mail/relay/trying/connection-test.ts';
import { defaultSettings } from './default-settings.ts';
import { createHealthTools } from './health-tools.ts';
import { systemClock } from './system-clock.ts';

const DOMAIN = 'example.com';
const HOST = 'mail.example.com';
const LONG_KEY = 'A'.repeat(390);
const KEY_NAME = `r1._domainkey.${DOMAIN}`;
/** All of these offices live on loopback. */
const ADDRESS = '127.0.0.1';

const ZONE: Zone = {
  [DOMAIN]: { MX: [[10, HOST]], TXT: ['v=spf1 mx -all'], SOA: 'ns.example.com', NS: ['ns.example.com'] },
  [HOST]: { A: [ADDRESS] },
  'ns.example.com': { A: [ADDRESS] },
  [`_dmarc.${DOMAIN}`]: { TXT: ['v=DMARC1; p=reject; rua=mailto:postmaster@example.com'] },
  [KEY_NAME]: { TXT: [`v=DKIM1; k=rsa; p=${LONG_KEY}`], isLarge: true },
  org: { SOA: 'a.example' },
};

let dns: TestDnsServer;
let mail: Server;
let mailPort = 0;

beforeEach(async () => {
  dns = await TestDnsServer.start(ZONE);
  mail = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(`220 ${HOST} ESMTP\r\n`);
    socket.on('data', (line: Buffer) => {
      if (line.toString().startsWith('EHLO')) socket.write(`250 ${HOST}\r\n`);
    });
  });
  await new Promise<void>((resolve) => mail.listen(0, ADDRESS, resolve));
  mailPort = (mail.address() as { port: number }).port;
});
afterEach(async () => {
  await dns.stop();
  mail.close();
});

async function runAll(
  servers: readonly string[],
  facts: Partial<HealthFacts> = {},
): Promise<readonly HealthFinding[]> {
  const settings = { ...defaultSettings(HOST), dnsServers: servers };
  const tools = createHealthTools({
    ...{ settings: () => settings, clock: systemClock, randomBytes },
    connection: {} as ConnectionTestOptions,
    relayDesk: { selfTest: () => null },
  });
  const found: HealthFinding[] = [];
  const [, nameServerPort = '53'] = dns.address.split(':');
  await runChecks({
    units: planUnits(HEALTH_CHECKS, [DOMAIN], true),
    facts: healthFacts({
      ...{ hostname: HOST, publicAddresses: [ADDRESS], localAddresses: [ADDRESS], portTestDomains: [DOMAIN] },
      signingKeys: [
        {
          ...{ domain: DOMAIN, algorithm: 'rsa-sha256', state: 'active', publicKey: LONG_KEY },
          ...{ recordName: KEY_NAME, record: `v=DKIM1; k=rsa; p=${LONG_KEY}` },
        },
      ],
      ...facts,
    }),
    ...{ tools, clock: systemClock, logger: silentLogger, signal: new AbortController().signal },
    ports: { mx: mailPort, nameServer: Number(nameServerPort) },
    onResult: ({ findings }) => found.push(...findings),
  });
  return found;
}

const said = (found: readonly HealthFinding[], check: string) =>
  found.filter((each) => each.check === check).map(({ state, text }) => `${state} ${text.code}`);

describe('a run over a real resolver and real sockets', () => {
  it('finds what is right, and what is not', async () => {
    const found = await runAll([dns.address]);
    expect(said(found, 'mxPointsHere')).toEqual(['ok mxHere']);
    expect(said(found, 'port25')).toEqual(['ok port25Ours']);
    expect(said(found, 'startTls')).toEqual(['warning tlsNotOffered']);
    expect(said(found, 'outbound25')).toEqual(['ok outboundOpen']);
    expect(said(found, 'spfCoversUs')).toEqual(['ok spfPassesAll']);
    expect(said(found, 'dmarcPolicy')).toEqual(['ok dmarcAsks']);
    expect(said(found, 'reverseName')).toEqual(['error ptrMissing']);
    // It comes over TCP: the answer does not fit a datagram.
    expect(said(found, 'dkimKeys')).toEqual(['ok dkimEqual']);
    const evidence = found.find(({ check }) => check === 'mxExists')?.evidence;
    expect(evidence).toMatchObject([
      { question: `MX ${DOMAIN}`, answer: `10 ${HOST} (TTL 1)`, source: dns.address },
    ]);
  });

  it('asks the name servers of the zone themselves where the resolver has an old answer', async () => {
    const old = await TestDnsServer.start({
      ...ZONE,
      [DOMAIN]: { ...(ZONE[DOMAIN] as object), MX: [[10, 'old.example']] },
    });
    const found = await runAll([old.address]);
    const [finding] = found.filter(({ check }) => check === 'mxPointsHere');
    expect(finding).toMatchObject({
      text: { code: 'cachedElsewhere' },
      spread: { servers: [{ name: 'ns.example.com', has: true }] },
    });
    await old.stop();
  });
});

describe('without an answer from anybody', () => {
  it('ends within fifteen seconds, and nothing that needs the Internet is red', async () => {
    const startedAt = Date.now();
    dns.zone = new Proxy({}, { get: () => 'silent' });
    const found = await runAll([dns.address], { localAddresses: [], publicAddresses: [] });
    expect(Date.now() - startedAt).toBeLessThan(15_000);
    const red = found.filter(({ state, card }) => state === 'error' && card !== 'safe');
    expect(red.map(({ text }) => text.code)).toEqual([]);
    expect(found.filter(({ state }) => state === 'undetermined').length).toBeGreaterThan(25);
  }, 20_000);
});
