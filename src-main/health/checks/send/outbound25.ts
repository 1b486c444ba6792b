/** Whether mail can leave: to port 25 of well-known hosts, over both families, or by the smart host. */
import { tell } from '../../finding-words.ts';
import { familyOf } from '../../own-addresses.ts';
import type { CheckFinding, HealthCheck } from '../../port.ts';
import type { CheckTools } from '../../tools.ts';
import { advice, fail, fine, letter, onPage, unsure } from '../finding.ts';
import { addressesOf, mxHostsOf } from '../mail-hosts.ts';

/** Of each domain, so that one that is down today says nothing. */
const MOST_HOSTS = 2;

export const outbound25: HealthCheck = {
  id: 'outbound25',
  card: 'send',
  about: 'server',
  async run(tools) {
    const { mode, host } = tools.facts.leaving;
    if (mode === 'off') return [fine(tell('leavingOff', {}), { fixes: [onPage('relay')] })];
    if (mode === 'smarthost') return [await trySmartHost(tools, host)];
    const targets = (
      await Promise.all(tools.facts.portTestDomains.map((each) => targetsOf(tools, each)))
    ).flat();
    const own = await tools.ownAddresses();
    const families = [...new Set<4 | 6>([4, ...own.addresses.map(familyOf)])];
    return Promise.all(
      families.map(async (family) => ({
        subject: `IPv${family}`,
        ...(await tryAll(
          tools,
          family,
          targets.filter((address) => familyOf(address) === family),
        )),
      })),
    );
  },
};

async function targetsOf(tools: CheckTools, domain: string): Promise<readonly string[]> {
  const { records } = await mxHostsOf(tools, domain);
  const hosts = records.slice(0, MOST_HOSTS).map(({ exchange }) => exchange);
  const found = await Promise.all(hosts.map((host) => addressesOf(tools, host)));
  return found.flatMap(({ addresses }) => [
    ...addresses.filter((address) => familyOf(address) === 4).slice(0, 1),
    ...addresses.filter((address) => familyOf(address) === 6).slice(0, 1),
  ]);
}

async function tryAll(tools: CheckTools, family: 4 | 6, targets: readonly string[]): Promise<CheckFinding> {
  const domains = tools.facts.portTestDomains.join(', ');
  if (targets.length === 0) return unsure(tell('outboundNotTried', { domains, family }));
  const looks = await Promise.all(
    targets.map((address) => tools.smtp({ address, port: tools.mxPort, serverName: null })),
  );
  const reached = looks.filter(({ kind }) => kind === 'answered').length;
  if (reached > 0) return fine(tell('outboundOpen', { family, reached, of: targets.length }));
  const diverted = looks.find(({ kind }) => kind === 'otherProtocol');
  const fixes = [
    letter('openPort25', { host: tools.facts.hostname, family }),
    advice(tell('adviseOpen25', {})),
    onPage('relay'),
    ...(family === 6 ? [advice(tell('adviseNoIpv6', {}))] : []),
  ];
  if (diverted !== undefined) return fail(tell('outboundDiverted', { family }), { fixes });
  return fail(tell('outboundClosed', { family, of: targets.length }), { fixes });
}

async function trySmartHost(tools: CheckTools, host: string): Promise<CheckFinding> {
  const { problem } = await tools.trySmartHost();
  if (problem === null) return { subject: host, ...fine(tell('smartHostOpen', { host })) };
  return {
    subject: host,
    ...fail(tell('smartHostClosed', { host, reason: problem }), { fixes: [onPage('relay')] }),
  };
}
