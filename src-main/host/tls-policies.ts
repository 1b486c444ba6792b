/** What other domains ask of TLS, built: DANE by a resolver that is trusted, MTA-STS over HTTPS, as settings have it. */
import { createTlsPolicyFinder, type TlsPolicyFinder } from '../mail/relay/tls-policy/choose-tls-policy.ts';
import { findDane, type DaneFinding, type MxHost } from '../mail/relay/tls-policy/dane-finder.ts';
import { Remembered } from '../mail/relay/tls-policy/remembered.ts';
import { MtaStsFinder } from '../mail/relay/tls-policy/mta-sts-finder.ts';
import { createDnssecResolver } from '../protocol/dns/dnssec-resolver.ts';
import type { DnsResolver } from '../protocol/dns/resolver.ts';
import { createHttpsClient } from '../protocol/https/https-client.ts';
import type { MailPathOptions } from './mail-path.ts';

/** RFC 8461 §3.3 suggests both. */
const FETCH_TIMEOUT_MS = 60_000;
const MAX_POLICY_OCTETS = 64 * 1024;
/** As other answers of DNS are kept; less than any zone's TTL asks for. */
const DANE_MS = 30_000;

export function createTlsPolicies(options: MailPathOptions, resolver: DnsResolver): TlsPolicyFinder {
  const { clock, randomBytes, settings, storage } = options;
  const dnssec = createDnssecResolver({
    servers: () => settings().dnsServers,
    trustsServers: () => settings().outboundTls.trustsResolver,
    clock,
    randomBytes,
  });
  const mtaSts = new MtaStsFinder({
    resolver,
    store: storage.tlsPolicies,
    clock,
    fetch: createHttpsClient({
      clock,
      timeoutMs: FETCH_TIMEOUT_MS,
      maxOctets: MAX_POLICY_OCTETS,
      locate: (host) => locate(host, resolver),
    }),
  });
  const danes = new Remembered<DaneFinding>(clock, DANE_MS);
  const ask = (host: MxHost) =>
    danes.get(`${host.domain} ${host.host} ${host.port}`, () => findDane(host, dnssec));
  return createTlsPolicyFinder({
    findDane: async (host) => (settings().outboundTls.dane ? ask(host) : { kind: 'none' }),
    findMtaSts: async (domain) =>
      settings().outboundTls.mtaSts ? mtaSts.find(domain) : { policy: null, failure: null },
  });
}

/** By the name servers of the settings, as everything else. */
async function locate(host: string, resolver: DnsResolver): Promise<{ address: string } | null> {
  const [v4, v6] = await Promise.all([resolver.a(host), resolver.aaaa(host)]);
  const [address] = [v4, v6].flatMap((answer) => (answer.kind === 'found' ? answer.records : []));
  return address === undefined ? null : { address };
}
