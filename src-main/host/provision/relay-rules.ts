/** Relay rules of a provision file in the form that the stages know. */
import type {
  RelayRule,
  RuleAction,
  RuleClients,
  RuleRecipients,
} from '../../mail/routing/relay-rules/port.ts';
import type { Provision } from './schema.ts';

type ProvisionedRule = NonNullable<Provision['relayRules']>[number];

export function toRelayRules(rules: readonly ProvisionedRule[]): readonly RelayRule[] {
  return rules.map((rule, index) => {
    const { client, recipients, action, enabled, expiresAt, name, ...bounds } = rule;
    return {
      name: name ?? `Rule ${index + 1}`,
      isEnabled: enabled,
      clients: toClients(client),
      recipients: toRecipients(recipients),
      action: toAction(action),
      ...(expiresAt !== undefined && { expiresAt: Date.parse(expiresAt) }),
      ...bounds,
    };
  });
}

function toClients(client: ProvisionedRule['client']): RuleClients {
  if (client === 'anyone') return { kind: 'anyone' };
  if (client === 'signed-in') return { kind: 'signedIn' };
  if ('account' in client) return { kind: 'accounts', addresses: [client.account].flat() };
  if ('group' in client) return { kind: 'group', address: client.group };
  return { kind: 'networks', networks: [client.network].flat() };
}

function toRecipients(recipients: ProvisionedRule['recipients']): RuleRecipients {
  return typeof recipients === 'string'
    ? { kind: recipients }
    : { kind: 'domains', domains: [recipients.domains].flat() };
}

function toAction(action: ProvisionedRule['action']): RuleAction {
  if (typeof action === 'string') return { kind: action };
  if ('refuse' in action) return { kind: 'refuse', text: action.refuse };
  return { kind: 'route', route: action.route };
}
