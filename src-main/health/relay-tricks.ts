/**
 * The classic tricks by which strangers got mail through servers that meant to refuse it.
 *
 * Addresses of RFC 5321 and of the systems before it: source routes (appendix C), the percent hack and bang paths (RFC 1123
 * §5.2.16, §5.2.18, RFC 976), quoted local parts, addresses of ours as senders.
 */

/** What the tricks are made of. */
export interface TrickMaterial {
  /** A domain of ours. */
  readonly ownDomain: string;
  readonly hostname: string;
  /** The listener's address as a literal with its brackets. */
  readonly ownLiteral: string;
}

export interface RelayTrick {
  /** Names it, e.g. `percentHack`. */
  readonly trick: string;
  /** What stands after `MAIL FROM:`. */
  readonly sender: string;
  /** What stands after `RCPT TO:`. */
  readonly recipient: string;
}

/** RFC 2606: nobody's, and no mail ever goes there: DATA is not said. */
export const FOREIGN_DOMAIN = 'relay-test.example';
const SECOND_FOREIGN_DOMAIN = 'relay-test.invalid';

const far = FOREIGN_DOMAIN;
const user = 'somebody';
const target = `<${user}@${far}>`;

type Pair = readonly [trick: string, path: string];

export function makeRelayTricks(material: TrickMaterial): readonly RelayTrick[] {
  const recipients = [...plainRecipients(), ...percentRecipients(material), ...routedRecipients(material)];
  return [
    ...recipients.map(([trick, recipient]) => ({ trick, sender: `<stranger@${far}>`, recipient })),
    ...deceivingSenders(material).map(([trick, sender]) => ({ trick, sender, recipient: target })),
  ];
}

function plainRecipients(): readonly Pair[] {
  return [
    ['plain', target],
    ['mixedCase', `<SomeBody@${mixCase(far)}>`],
    ['trailingDot', `<${user}@${far}.>`],
    ['noBrackets', `${user}@${far}`],
    ['spaces', `< ${user}@${far} >`],
    ['nestedBrackets', `<<${user}@${far}>>`],
    ['schemePrefix', `<smtp:${user}@${far}>`],
    ['percentWithoutDomain', `<${user}%${far}>`],
    ['bangPathWithoutDomain', `<${far}!${user}>`],
    ['quotedWithoutDomain', `<"${user}@${far}">`],
    ['quotedLocalPart', `<"${user}"@${far}>`],
    ['loopbackLiteral', `<${user}@[IPv6:::1]>`],
  ];
}

function percentRecipients({ ownDomain: own, hostname, ownLiteral }: TrickMaterial): readonly Pair[] {
  return [
    ['percentHack', `<${user}%${far}@${own}>`],
    ['percentHackMixedCase', `<${user}%${far}@${mixCase(own)}>`],
    ['percentHackTrailingDot', `<${user}%${far}@${own}.>`],
    ['percentHackHostname', `<${user}%${far}@${hostname}>`],
    ['percentHackLiteral', `<${user}%${far}@${ownLiteral}>`],
    ['percentHackTwice', `<${user}%${far}%${SECOND_FOREIGN_DOMAIN}@${own}>`],
    ['quotedAddress', `<"${user}@${far}"@${own}>`],
    ['quotedPercent', `<"${user}%${far}"@${own}>`],
  ];
}

function routedRecipients({ ownDomain: own, hostname, ownLiteral }: TrickMaterial): readonly Pair[] {
  return [
    ['sourceRoute', `<@${own}:${user}@${far}>`],
    ['sourceRouteHostname', `<@${hostname}:${user}@${far}>`],
    ['sourceRouteLiteral', `<@${ownLiteral}:${user}@${far}>`],
    ['sourceRouteLong', `<@${own},@${hostname}:${user}@${far}>`],
    ['sourceRoutePercent', `<@${far}:${user}%${far}@${own}>`],
    ['bangPath', `<${far}!${user}@${own}>`],
    ['bangPathHostname', `<${far}!${user}@${hostname}>`],
    ['bangPathThroughUs', `<${own}!${far}!${user}>`],
    ['twoAtSigns', `<${user}@${far}@${own}>`],
    ['twoAtSignsReversed', `<${user}@${own}@${far}>`],
    ['twoAddresses', `<postmaster@${own},${user}@${far}>`],
    ['ownDomainAsLabel', `<${user}@${own}.${far}>`],
    ['ownLiteral', `<${user}@${ownLiteral}>`],
  ];
}

function deceivingSenders({ ownDomain: own, hostname, ownLiteral }: TrickMaterial): readonly Pair[] {
  return [
    ['senderOfOurDomain', `<nobody@${own}>`],
    ['senderPostmaster', `<postmaster@${own}>`],
    ['senderOfOurHost', `<root@${hostname}>`],
    ['senderLiteral', `<stranger@${ownLiteral}>`],
    ['senderLocalhost', `<stranger@localhost>`],
    ['senderEmpty', `<>`],
    ['senderSourceRoute', `<@${own}:stranger@${far}>`],
  ];
}

function mixCase(domain: string): string {
  return [...domain].map((letter, at) => (at % 2 === 0 ? letter.toUpperCase() : letter)).join('');
}
