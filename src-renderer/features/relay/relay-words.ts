/** Words for rules and routes: each is one sentence. */
import { FIXED_RULES, type RelayRule, type RouteView } from '../../../src-main/contract/relay.ts';
import { t } from '../../locales/text.ts';
import { formatBytes, formatDay, formatList } from '../../ui/format.ts';

export function ruleSentence(rule: RelayRule): string {
  const { action } = rule;
  const route = action.kind === 'route' ? action.route : '';
  return t(`relay.sentences.${action.kind}`, { clients: clientWords(rule), to: recipientWords(rule), route });
}

function clientWords({ clients }: RelayRule): string {
  switch (clients.kind) {
    case 'anyone':
    case 'signedIn':
      return t(`relay.sentences.${clients.kind}`);
    case 'accounts':
      return formatList(clients.addresses);
    case 'group':
      return t('relay.sentences.group', { address: clients.address });
    case 'networks':
      return t('relay.sentences.networks', { list: formatList(clients.networks) });
  }
}

function recipientWords({ recipients }: RelayRule): string {
  return recipients.kind === 'domains'
    ? t('relay.sentences.domains', { list: formatList(recipients.domains) })
    : t(`relay.sentences.${recipients.kind}`);
}

/** What bounds the rule, shown beside the sentence. */
export function ruleBounds(
  { expiresAt, maxOctets, messagesPerHour }: RelayRule,
  now: number,
): readonly string[] {
  return [
    ...(expiresAt === undefined
      ? []
      : [t(expiresAt > now ? 'relay.until' : 'relay.expired', { time: formatDay(expiresAt) })]),
    ...(maxOctets === undefined ? [] : [t('relay.upTo', { size: formatBytes(maxOctets) })]),
    ...(messagesPerHour === undefined ? [] : [t('relay.perHour', { count: messagesPerHour })]),
  ];
}

/** A rule by its name; the fixed ones in the reader's language. */
export function ruleName(name: string): string {
  if (name === FIXED_RULES.ours) return t('relay.ruleNames.ours');
  return name === FIXED_RULES.everythingElse ? t('relay.ruleNames.everythingElse') : name;
}

export function routeSentence(route: RouteView): string {
  const { recipientDomain: domain, hosts } = route;
  const to = domain === '*' ? t('relay.routeForAll') : t('relay.routeFor', { domain });
  return t('relay.routeSentence', { to, hosts: formatList(hosts) });
}

/** What the route asks of sender and client, and how it speaks to its hosts. */
export function routeFacts(route: RouteView): readonly string[] {
  const { senderAccount, senderDomain, client, user, tls, protocol } = route;
  return [
    ...[senderAccount, senderDomain].flatMap((sender) =>
      sender === undefined ? [] : [t('relay.routeFrom', { sender })],
    ),
    ...(client === undefined ? [] : [t('relay.routeClient', { client })]),
    ...(user === undefined ? [] : [t('relay.routeUser', { user })]),
    `${t('relay.tls')}: ${t(`relay.tlsModes.${tls}`)}`,
    ...(protocol === 'lmtp' ? ['LMTP'] : []),
  ];
}

/** Texts of a field with one on each line. */
export function linesOf(text: string): readonly string[] {
  return text
    .split(/[\s,;]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
