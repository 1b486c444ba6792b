/**
 * What a client calls itself and what DNS calls it. Each is a finding, never a reason to refuse: RFC 5321 §4.1.4 forbids that for
 * a name that does not verify.
 */
import { tell, type FindingDetail } from '../../../base/finding-texts.ts';
import { isAddressLiteral, isIpv4, isIpv6 } from '../../../format/domain.ts';
import { parseIpAddress } from '../../../format/ip-network.ts';
import type { LookUp } from '../../../protocol/dns/resolver.ts';
import { isPrivateAddress } from '../address-kinds.ts';
import type { CheckFinding, MessageCheck } from '../facts.ts';
import { DNS_BUDGET_MS } from '../limits.ts';
import type { ScreenedClient } from '../port.ts';
import type { OutcomeOf } from '../findings.ts';

/** What is asked of DNS. */
export interface NameLookUps {
  a(name: string): Promise<LookUp<string>>;
  aaaa(name: string): Promise<LookUp<string>>;
  /** Names of an address. */
  ptr(address: string): Promise<LookUp<string>>;
}

export interface ClientNamesOptions {
  readonly resolver: NameLookUps;
  readonly hostname: () => string;
  readonly isEnabled: () => boolean;
}

export function createClientNamesCheck(options: ClientNamesOptions): MessageCheck {
  return {
    name: 'hello',
    timeoutMs: DNS_BUDGET_MS,
    applies: ({ origin, client, isFromDevice }) =>
      options.isEnabled() && origin === 'reception' && !isFromDevice && !isPrivateAddress(client.address),
    run: async ({ client }) => {
      const [hello, reverse] = await Promise.all([
        checkHello(options, client),
        checkReverse(options, client),
      ]);
      return [...hello, ...reverse];
    },
  };
}

function hello(outcome: OutcomeOf<'hello'>, detail: FindingDetail): readonly CheckFinding[] {
  return [{ check: 'hello', outcome, detail }];
}

async function checkHello(
  { resolver, hostname }: ClientNamesOptions,
  { hello: name, address }: ScreenedClient,
): Promise<readonly CheckFinding[]> {
  const lower = name.toLowerCase();
  if (lower === hostname().toLowerCase()) return hello('isOurName', tell('isOurName', { name }));
  if (isIpv4(name) || isIpv6(name)) {
    return hello('isBareAddress', tell('isBareAddress', { name }));
  }
  if (isAddressLiteral(name))
    return isOwnLiteral(lower, address)
      ? []
      : hello('isOtherAddress', tell('isOtherAddress', { name, address }));
  if (!name.includes('.') || lower.endsWith('.local') || lower.endsWith('.lan')) {
    return hello('notFullyQualified', tell('notFullyQualified', { name }));
  }
  const [v4, v6] = await Promise.all([resolver.a(name), resolver.aaaa(name)]);
  const isUnknown = v4.kind === 'noSuchName' && v6.kind !== 'found';
  return isUnknown ? hello('doesNotExist', tell('nameDoesNotExist', { name })) : [];
}

function isOwnLiteral(literal: string, address: string): boolean {
  const own = parseIpAddress(literal.slice(1, -1).replace(/^ipv6:/u, ''))?.join('.');
  return own !== undefined && own === parseIpAddress(address)?.join('.');
}

async function checkReverse(
  { resolver }: ClientNamesOptions,
  { address }: ScreenedClient,
): Promise<readonly CheckFinding[]> {
  const names = await resolver.ptr(address);
  if (names.kind === 'temporaryFailure') return reverse('couldNotDetermine', names.reason);
  const [name] = names.kind === 'found' ? names.records : [];
  if (name === undefined) return reverse('none', tell('noReverseName', { address }));
  const isConfirmed = await confirms(resolver, name, address);
  return [
    ...(isConfirmed ? [] : reverse('notConfirmed', tell('reverseNotConfirmed', { address, name }))),
    ...(looksDynamic(name, address) ? reverse('looksDynamic', tell('looksDynamic', { name })) : []),
  ];
}

function reverse(outcome: OutcomeOf<'reverseName'>, detail: FindingDetail): readonly CheckFinding[] {
  return [{ check: 'reverseName', outcome, detail }];
}

/** What DNS could not tell counts as confirmed. */
async function confirms(resolver: NameLookUps, name: string, address: string): Promise<boolean> {
  const wanted = parseIpAddress(address)?.join('.');
  const found = await Promise.all([resolver.a(name), resolver.aaaa(name)]);
  if (found.some(({ kind }) => kind === 'temporaryFailure')) return true;
  const addresses = found.flatMap((answer) => (answer.kind === 'found' ? answer.records : []));
  return addresses.some((each) => parseIpAddress(each)?.join('.') === wanted);
}

/** Names that providers make of the address for lines of homes. */
function looksDynamic(name: string, address: string): boolean {
  const words =
    /(?:^|[.-])(?:dynamic|dyn|dhcp|dip|dialup|dsl|adsl|cable|pool|ppp|broadband|cust|client|home)(?:[.-]|\d|$)/u;
  const octets = parseIpAddress(address);
  const holdsAddress =
    octets?.length === 4 && [octets, octets.toReversed()].some((each) => name.includes([...each].join('-')));
  return words.test(name) && (holdsAddress || /\d+[.-]\d+/u.test(name));
}
