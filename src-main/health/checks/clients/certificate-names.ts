/** RFC 8314 §3.1, RFC 9525: the certificate that mail programs are shown is for the name that they connect to, trusted, and not near its end. */
import { tell } from '../../finding-words.ts';
import type { CheckFinding, HealthCheck } from '../../port.ts';
import type { CheckTools } from '../../tools.ts';
import { certificateFixes, fail, fine, unsure, warn } from '../finding.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Authorities renew a month before; below this renewing does not work. */
const FEW_DAYS = 14;

export const certificateNames: HealthCheck = {
  id: 'certificateNames',
  card: 'clients',
  about: 'server',
  async run(tools) {
    return Promise.all(
      namesOfClients(tools).map(async (name) => ({ subject: name, ...(await look(tools, name)) })),
    );
  },
};

/** The names to which DNS sends mail programs. */
function namesOfClients({ facts }: CheckTools): readonly string[] {
  const targets = facts.wanted
    .filter(({ purpose }) => purpose.startsWith('client'))
    .flatMap(({ record }) => (record.type === 'SRV' ? (record.value ?? []) : []));
  return [...new Set([facts.hostname, ...targets])];
}

async function look(tools: CheckTools, name: string): Promise<CheckFinding> {
  const listener = tools.facts.listeners.find(({ tls, port }) => tls === 'implicit' && port !== null);
  if (listener === undefined || listener.port === null) return unsure(tell('certificateNotSeen', { name }));
  const { address, port } = listener;
  const seen = await tools.greet({ address, port, isTlsFirst: true, serverName: name });
  const certificate = (seen.kind === 'answered' ? seen.tls?.certificate : null) ?? null;
  if (seen.kind !== 'answered' || certificate === null) return unsure(tell('certificateNotSeen', { name }));
  const found = [...certificate.names, certificate.issuer];
  const fixes = certificateFixes(tools, name);
  const days = Math.floor((certificate.notAfter - tools.now) / DAY_MS);
  if (days < 0) return fail(tell('certificateEnded', { name, days: -days }), { found, fixes });
  if (seen.tls?.flaw?.kind === 'certificate-host-mismatch')
    return fail(tell('certificateOtherName', { name }), { expected: [name], found, fixes });
  if (seen.tls?.isVerified !== true)
    return warn(tell('certificateUntrusted', { name, reason: seen.tls?.flaw?.reason ?? '' }), {
      found,
      fixes,
    });
  if (days < FEW_DAYS) return warn(tell('certificateEndsSoon', { name, days }), { found, fixes });
  return fine(tell('certificateGood', { name, days }), { found });
}
