/** RFC 9989 §4.7 (rua), RFC 9990 §4 (who may be named there): somebody hears who sends in the domain's name. */
import { isDmarcRecord } from '../../../protocol/authentication/dmarc/record.ts';
import { walkTree } from '../../../protocol/authentication/dmarc/tree-walk.ts';
import { tell } from '../../finding-words.ts';
import type { CheckFinding, HealthCheck } from '../../port.ts';
import type { CheckTools } from '../../tools.ts';
import { fine, publish, unanswered, unsure, warn } from '../finding.ts';
import { textRecord } from '../found-records.ts';
import { policyOf } from './dmarc-evaluation.ts';

export const dmarcReports: HealthCheck = {
  id: 'dmarcReports',
  card: 'trust',
  about: 'domain',
  async run(tools, domain) {
    const policy = await policyOf(tools, domain);
    if (policy.kind === 'none') return [];
    if (policy.kind === 'unsure')
      return [unsure(tell('dnsSilent', { name: `_dmarc.${domain}`, reason: policy.reason }))];
    const { record, organization } = policy;
    const name = `_dmarc.${record.domain}`;
    const hosts = record.reportUris.flatMap(
      (uri) => /^mailto:[^@]+@([^!?]+)/iu.exec(uri)?.[1]?.toLowerCase() ?? [],
    );
    if (hosts.length === 0) {
      const text = `${record.text.replace(/\s*;?\s*$/u, '')}; rua=mailto:postmaster@${domain}`;
      const fixes = [publish(domain, textRecord(name, text), [textRecord(name, record.text)])];
      return [warn(tell('reportsNowhere', { domain }), { expected: [text], found: [record.text], fixes })];
    }
    const outside: string[] = [];
    for (const host of new Set(hosts))
      if (!(await isSameOrganization(tools, host, organization))) outside.push(host);
    if (outside.length === 0) return [fine(tell('reportsHere', { domain, hosts: hosts.join(', ') }))];
    const findings = await Promise.all(
      outside.map((host) => askForConsent(tools, { domain: record.domain, host })),
    );
    return [
      findings.find(({ state }) => state === 'warning') ??
        findings.find(({ state }) => state !== 'ok') ??
        fine(tell('reportsAllowed', { domain, hosts: outside.join(', ') })),
    ];
  },
};

async function isSameOrganization(tools: CheckTools, host: string, organization: string): Promise<boolean> {
  if (host === organization || host.endsWith(`.${organization}`)) return true;
  const walk = await walkTree(host, tools.resolver);
  return walk.kind === 'walked' && walk.organizationalDomain === organization;
}

/** RFC 9990 §4: `<our domain>._report._dmarc.<theirs>` says that they take our reports. */
async function askForConsent(
  tools: CheckTools,
  { domain, host }: { readonly domain: string; readonly host: string },
): Promise<CheckFinding> {
  const name = `${domain}._report._dmarc.${host}`;
  const answer = await tools.dns.ask(name, 'TXT');
  if (answer.kind === 'temporaryFailure') return unanswered(name, answer);
  const texts = answer.kind === 'found' ? answer.records.map(({ text }) => text) : [];
  if (texts.some(isDmarcRecord)) return fine(tell('reportsAllowed', { domain, hosts: host }));
  const record = textRecord(name, 'v=DMARC1;');
  const isOwn = tools.facts.domains.some((own) => own.name === host);
  const fixes = isOwn ? [publish(host, record)] : [];
  return warn(tell('reportsNotAllowed', { domain, host, name }), {
    expected: ['v=DMARC1;'],
    found: texts,
    fixes,
  });
}
