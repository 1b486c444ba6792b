/** RuleDraft: a rule while it is typed: every field as text, kept also where another choice hides it. */
import type { RelayRule } from '../../../src-main/contract/relay.ts';
import { linesOf } from './relay-words.ts';

export const CLIENT_KINDS = ['signedIn', 'accounts', 'group', 'networks', 'anyone'] as const;
export const RECIPIENT_KINDS = ['anywhere', 'ours', 'domains'] as const;

const MEGABYTE = 1024 * 1024;

export interface RuleDraft {
  name: string;
  isEnabled: boolean;
  clients: (typeof CLIENT_KINDS)[number];
  addresses: string;
  group: string;
  networks: string;
  recipients: (typeof RECIPIENT_KINDS)[number];
  domains: string;
  action: RelayRule['action']['kind'];
  route: string;
  text: string;
  /** As a field of type datetime-local has it, in local time. */
  expires: string;
  maxMegabytes: string;
  perHour: string;
  note: string;
}

/** null: a new one; most are for devices. */
export function draftOf(rule: RelayRule | null): RuleDraft {
  const { clients, recipients, action } = rule ?? {};
  const bounds = rule ?? {};
  return {
    name: rule?.name ?? '',
    isEnabled: rule?.isEnabled ?? true,
    clients: clients?.kind ?? 'networks',
    addresses: clients?.kind === 'accounts' ? clients.addresses.join('\n') : '',
    group: clients?.kind === 'group' ? clients.address : '',
    networks: clients?.kind === 'networks' ? clients.networks.join('\n') : '',
    recipients: recipients?.kind ?? 'anywhere',
    domains: recipients?.kind === 'domains' ? recipients.domains.join('\n') : '',
    action: action?.kind ?? 'accept',
    route: action?.kind === 'route' ? action.route : '',
    text: action?.kind === 'refuse' ? (action.text ?? '') : '',
    ...draftBounds(bounds),
    note: rule?.note ?? '',
  };
}

function draftBounds({
  expiresAt,
  maxOctets,
  messagesPerHour,
}: Partial<RelayRule>): Pick<RuleDraft, 'expires' | 'maxMegabytes' | 'perHour'> {
  return {
    expires: expiresAt === undefined ? '' : toLocalField(expiresAt),
    maxMegabytes: maxOctets === undefined ? '' : String(Number((maxOctets / MEGABYTE).toFixed(3))),
    perHour: messagesPerHour === undefined ? '' : String(messagesPerHour),
  };
}

/** Whether all is there that the choices ask for; without a name it is called by its sentence. */
export function isComplete(draft: RuleDraft): boolean {
  const asked = [
    ...(draft.clients === 'accounts' ? [draft.addresses] : []),
    ...(draft.clients === 'group' ? [draft.group] : []),
    ...(draft.clients === 'networks' ? [draft.networks] : []),
    ...(draft.recipients === 'domains' ? [draft.domains] : []),
    ...(draft.action === 'route' ? [draft.route] : []),
  ];
  const numbers = [draft.maxMegabytes, draft.perHour].filter((text) => text.trim() !== '');
  return asked.every((text) => text.trim() !== '') && numbers.every((text) => Number(text) > 0);
}

export function toRule(draft: RuleDraft): RelayRule {
  const { maxMegabytes, perHour, expires, action } = draft;
  const isBounded = action !== 'refuse';
  const note = draft.note.trim();
  return {
    name: draft.name.trim(),
    isEnabled: draft.isEnabled,
    clients: toClients(draft),
    recipients:
      draft.recipients === 'domains'
        ? { kind: 'domains', domains: linesOf(draft.domains) }
        : { kind: draft.recipients },
    action: toAction(draft),
    ...(expires !== '' && { expiresAt: new Date(expires).getTime() }),
    ...(isBounded && maxMegabytes.trim() !== '' && { maxOctets: Math.ceil(Number(maxMegabytes) * MEGABYTE) }),
    ...(isBounded && perHour.trim() !== '' && { messagesPerHour: Math.ceil(Number(perHour)) }),
    ...(note !== '' && { note }),
  };
}

function toClients({ clients, addresses, group, networks }: RuleDraft): RelayRule['clients'] {
  switch (clients) {
    case 'accounts':
      return { kind: 'accounts', addresses: linesOf(addresses) };
    case 'group':
      return { kind: 'group', address: group.trim() };
    case 'networks':
      return { kind: 'networks', networks: linesOf(networks) };
    case 'anyone':
    case 'signedIn':
      return { kind: clients };
  }
}

function toAction({ action, route, text }: RuleDraft): RelayRule['action'] {
  switch (action) {
    case 'route':
      return { kind: 'route', route };
    case 'refuse':
      return { kind: 'refuse', ...(text.trim() !== '' && { text: text.trim() }) };
    case 'accept':
      return { kind: 'accept' };
  }
}

function toLocalField(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
