/** RFC 9082, RFC 9083 (RDAP): how old the domain is, and how long it is paid for. Many receivers distrust new ones. */
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import { advice, fail, fine, unsure, warn } from '../finding.ts';

/** Leads on to the registry of each top-level domain. */
const BOOTSTRAP = 'https://rdap.org/domain/';
const DAY_MS = 24 * 60 * 60_000;
const YOUNG_DAYS = 30;
const ENDS_SOON_DAYS = 30;
const MOST_REDIRECTS = 3;

export const domainAge: HealthCheck = {
  id: 'domainAge',
  card: 'trust',
  about: 'domain',
  async run(tools, domain) {
    // The registry knows what was registered; that has two labels, or three below some suffixes.
    const labels = domain.split('.');
    const names = labels.length > 2 ? [labels.slice(-2).join('.'), labels.slice(-3).join('.')] : [domain];
    for (const name of names) {
      const facts = await askRegistry(tools, name);
      if (facts !== null) return [judge(name, facts, tools.now)];
    }
    return [unsure(tell('ageUnknown', { domain }))];
  },
};

interface Registration {
  readonly registeredAt: number | null;
  readonly expiresAt: number | null;
}

async function askRegistry(
  tools: Parameters<HealthCheck['run']>[0],
  name: string,
): Promise<Registration | null> {
  let url = `${BOOTSTRAP}${name}`;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const look = await tools.web({ method: 'GET', url, headers: { accept: 'application/rdap+json' } });
    if (look.kind === 'failed') return null;
    if (look.location === undefined) return look.status === 200 ? readRegistration(look.body) : null;
    url = look.location;
  }
  return null;
}

function readRegistration(body: string): Registration | null {
  try {
    const { events } = JSON.parse(body) as { events?: unknown };
    if (!Array.isArray(events)) return null;
    const when = (action: string): number | null => {
      const event = (events as { eventAction?: unknown; eventDate?: unknown }[]).find(
        (each) => each.eventAction === action,
      );
      const at = Date.parse(String(event?.eventDate ?? ''));
      return Number.isNaN(at) ? null : at;
    };
    return { registeredAt: when('registration'), expiresAt: when('expiration') };
  } catch {
    return null;
  }
}

function judge(domain: string, { registeredAt, expiresAt }: Registration, now: number) {
  const left = expiresAt === null ? null : Math.floor((expiresAt - now) / DAY_MS);
  if (left !== null && left < 0)
    return fail(tell('domainEnded', { domain }), { fixes: [advice(tell('adviseRenewDomain', {}))] });
  if (left !== null && left < ENDS_SOON_DAYS)
    return warn(tell('domainEndsSoon', { domain, days: left }), {
      fixes: [advice(tell('adviseRenewDomain', {}))],
    });
  if (registeredAt === null) return unsure(tell('ageUnknown', { domain }));
  const days = Math.floor((now - registeredAt) / DAY_MS);
  if (days < YOUNG_DAYS)
    return warn(tell('domainYoung', { domain, days }), { fixes: [advice(tell('adviseSendSlowly', {}))] });
  return fine(tell('domainOld', { domain, days }));
}
