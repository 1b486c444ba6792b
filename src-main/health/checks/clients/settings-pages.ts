/** Pages at which mail programs look for their settings: Thunderbird's (autoconfig) and Outlook's (autodiscover). */
import { tell, type HealthCheckId } from '../../finding-words.ts';
import type { CheckFinding, HealthCheck, HealthFix } from '../../port.ts';
import type { CheckTools, WebLook, WebRequest } from '../../tools.ts';
import { certificateFixes, fine, onPage, publish, unanswered, wantedFor, warn } from '../finding.ts';
import { aliasRecord } from '../found-records.ts';
import { addressesOf, isOurs } from '../mail-hosts.ts';

interface SettingsPage {
  readonly id: HealthCheckId;
  /** The program that looks there. */
  readonly program: string;
  readonly host: string;
  /** Of its records in Setup's list. */
  readonly purpose: string;
  /** In the order in which programs try. */
  readonly requests: (domain: string) => readonly WebRequest[];
  /** What stands in a right answer. */
  readonly sign: RegExp;
}

/** https first; Thunderbird also takes http. */
export const autoconfig: HealthCheck = checkOf({
  id: 'autoconfig',
  program: 'Thunderbird',
  host: 'autoconfig',
  purpose: 'clientAutoconfig',
  requests: (domain) =>
    ['https', 'http'].map((scheme) => ({
      method: 'GET',
      url: `${scheme}://autoconfig.${domain}/mail/config-v1.1.xml?emailaddress=postmaster@${domain}`,
    })),
  sign: /<clientConfig\b/u,
});

/** The answer to a question about an address; Outlook asks by POST and over https alone. */
export const autodiscover: HealthCheck = checkOf({
  id: 'autodiscover',
  program: 'Outlook',
  host: 'autodiscover',
  purpose: 'clientAutodiscover',
  requests: (domain) => [
    {
      method: 'POST',
      url: `https://autodiscover.${domain}/autodiscover/autodiscover.xml`,
      headers: { 'content-type': 'text/xml' },
      body: questionOf(`postmaster@${domain}`),
    },
  ],
  sign: /<Autodiscover\b/u,
});

function questionOf(address: string): string {
  const schema = 'http://schemas.microsoft.com/exchange/autodiscover/outlook';
  return `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${schema}/requestschema/2006"><Request><EMailAddress>${address}</EMailAddress><AcceptableResponseSchema>${schema}/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`;
}

function checkOf(page: SettingsPage): HealthCheck {
  return {
    id: page.id,
    card: 'clients',
    about: 'domain',
    run: async (tools, domain) => [await look(tools, domain, page)],
  };
}

async function look(tools: CheckTools, domain: string, page: SettingsPage): Promise<CheckFinding> {
  const { program } = page;
  const host = `${page.host}.${domain}`;
  const { addresses, doubt } = await addressesOf(tools, host);
  if (doubt !== null) return unanswered(host, { reason: doubt });
  const fixes = waysTo(tools, domain, page);
  if (addresses.length === 0)
    return warn(tell('settingsHostAbsent', { host, program }), { expected: [tools.facts.hostname], fixes });
  const own = await Promise.all(addresses.map((address) => isOurs(tools, address)));
  if (!own.includes(true))
    return warn(tell('settingsHostElsewhere', { host, program, found: addresses.join(', ') }), {
      expected: [tools.facts.hostname],
      found: addresses,
      fixes,
    });
  const looks = await fetchFirst(tools, page.requests(domain));
  return judge(tools, { ...page, host }, looks);
}

/** The records, and where they are not wished for yet, the setting that serves the pages. */
function waysTo(tools: CheckTools, domain: string, page: SettingsPage): readonly HealthFix[] {
  const wanted = wantedFor(tools, domain, page.purpose).filter(({ type }) => type !== 'SRV');
  if (wanted.length > 0) return wanted.map((record) => publish(domain, record));
  return [onPage('settings'), publish(domain, aliasRecord(`${page.host}.${domain}`, tools.facts.hostname))];
}

async function fetchFirst(tools: CheckTools, requests: readonly WebRequest[]): Promise<readonly WebLook[]> {
  const looks: WebLook[] = [];
  for (const request of requests) {
    const seen = await tools.web(request);
    looks.push(seen);
    if (seen.kind === 'answered' && seen.status === 200) break;
  }
  return looks;
}

function judge(
  tools: CheckTools,
  { program, sign, host }: SettingsPage,
  looks: readonly WebLook[],
): CheckFinding {
  const last = looks.at(-1);
  const answered = looks.find((seen) => seen.kind === 'answered' && seen.status === 200);
  if (answered?.kind === 'answered' && sign.test(answered.body))
    return fine(tell('settingsTold', { host, program }));
  const certificate = looks.find((seen) => seen.kind === 'failed' && seen.isCertificate);
  if (certificate?.kind === 'failed')
    return warn(tell('settingsCertificate', { host, program, reason: certificate.reason }), {
      fixes: certificateFixes(tools, host),
    });
  if (last?.kind === 'answered')
    return warn(tell('settingsOther', { host, program, status: last.status }), {
      found: [String(last.status)],
      fixes: [onPage('listeners')],
    });
  const reason = last?.kind === 'failed' ? last.reason : '';
  return warn(tell('settingsUnreachable', { host, program, reason }), { fixes: [onPage('listeners')] });
}
