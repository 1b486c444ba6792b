/** RFC 8461 §3.2, §3.3: the policy itself, fetched as others fetch it, names our MX hosts and holds for long enough. */
import {
  coversHost,
  parsePolicy,
  readPolicyId,
  type MtaStsPolicy,
} from '../../../mail/relay/tls-policy/mta-sts-policy.ts';
import { tell } from '../../finding-words.ts';
import type { CheckFinding, HealthCheck } from '../../port.ts';
import type { CheckTools, WebLook } from '../../tools.ts';
import {
  advice,
  fail,
  fine,
  onPage,
  certificateFixes,
  publish,
  unanswered,
  unsure,
  wantedFor,
  warn,
} from '../finding.ts';
import { mxHostsOf } from '../mail-hosts.ts';

/** RFC 8461 §3.2 advises weeks; below a day an attacker only has to wait. */
const SHORTEST_AGE_SECONDS = 24 * 60 * 60;
const HOUR_SECONDS = 60 * 60;

export const mtaStsPolicy: HealthCheck = {
  id: 'mtaStsPolicy',
  card: 'trust',
  about: 'domain',
  async run(tools, domain) {
    const answer = await tools.dns.ask(`_mta-sts.${domain}`, 'TXT');
    if (answer.kind === 'temporaryFailure') return [unanswered(`_mta-sts.${domain}`, answer)];
    const texts = answer.kind === 'found' ? answer.records.map(({ text }) => text) : [];
    // Without a record nobody fetches a policy.
    if (readPolicyId(texts) === null) return [];
    const host = `mta-sts.${domain}`;
    const look = await tools.web({ method: 'GET', url: `https://${host}/.well-known/mta-sts.txt` });
    const fault = faultOf(tools, { domain, host, look });
    if (fault !== null) return [fault];
    const policy = parsePolicy(look.kind === 'answered' ? look.body : '');
    if (policy === null)
      return [fail(tell('policyUnreadable', { host }), { fixes: [onPage('certificates', domain)] })];
    return [await judge(tools, domain, policy)];
  },
};

interface Fetched {
  readonly domain: string;
  readonly host: string;
  readonly look: WebLook;
}

function faultOf(tools: CheckTools, { domain, host, look }: Fetched): CheckFinding | null {
  const records = wantedFor(tools, domain, 'mtaStsHost').map((record) => publish(domain, record));
  const fixes = [...records, onPage('certificates', domain)];
  if (look.kind === 'failed' && look.isCertificate)
    return fail(tell('policyCertificate', { host, reason: look.reason }), {
      fixes: certificateFixes(tools, host),
    });
  if (look.kind === 'failed')
    return unsure(tell('policyUnreachable', { host, reason: look.reason }), { fixes });
  if (look.status !== 200)
    return fail(tell('policyStatus', { host, status: look.status }), {
      expected: ['200'],
      found: [String(look.status)],
      fixes,
    });
  // RFC 8461 §3.2
  if (!/^text\/plain\b/iu.test(look.type))
    return fail(tell('policyType', { host, type: look.type }), {
      expected: ['text/plain'],
      found: [look.type],
      fixes,
    });
  return null;
}

async function judge(tools: CheckTools, domain: string, policy: MtaStsPolicy): Promise<CheckFinding> {
  const found = [
    `mode: ${policy.mode}`,
    ...policy.mx.map((mx) => `mx: ${mx}`),
    `max_age: ${policy.maxAgeSeconds}`,
  ];
  const { records, doubt } = await mxHostsOf(tools, domain);
  if (doubt !== null) return unanswered(domain, { reason: doubt });
  const fixes = [onPage('certificates', domain)];
  const missing = records.map(({ exchange }) => exchange).filter((host) => !coversHost(policy, host));
  const expected = records.map(({ exchange }) => `mx: ${exchange}`);
  const others = missing.join(', ');
  if (policy.mode === 'none') return warn(tell('policyNone', { domain }), { found, fixes });
  if (missing.length > 0) {
    const told = tell('policyMisses', { domain, others });
    return policy.mode === 'enforce'
      ? fail(told, { expected, found, fixes })
      : warn(told, { expected, found, fixes });
  }
  const hours = Math.round(policy.maxAgeSeconds / HOUR_SECONDS);
  if (policy.maxAgeSeconds === 0) return fail(tell('policyExpired', { domain }), { found, fixes });
  if (policy.maxAgeSeconds < SHORTEST_AGE_SECONDS)
    return warn(tell('policyShort', { domain, hours }), { expected: ['max_age: ≥ 86400'], found, fixes });
  if (policy.mode === 'testing')
    return fine(tell('policyTesting', { domain }), { found, fixes: [advice(tell('adviseEnforce', {}))] });
  return fine(tell('policyEnforced', { domain }), { found });
}
