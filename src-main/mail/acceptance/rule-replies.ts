/**
 * What relay rules are asked, and what a client hears of them. Every refusal names the rule, so that whoever is called about it knows where to look.
 *
 * RFC 5321 §7.8, RFC 1870 §6.1, RFC 3463 §3.4, §3.8.
 */
import { smtpReply } from '../../protocol/smtp/server/reply.ts';
import type { SmtpReply } from '../../protocol/smtp/server/reply.ts';
import type { Route } from '../routing/port.ts';
import type { RelayRule, RuleDecision } from '../routing/relay-rules/port.ts';

/** Whether the recipient's domain is ours, whoever is or is not there. */
export function isOurs(route: Route): boolean {
  return route.kind === 'local' || (route.kind === 'undeliverable' && route.reason !== 'relayingOff');
}

export function refuseByRule(recipient: string, { name, rule }: RuleDecision): SmtpReply {
  const fixed = `Relaying denied: ${recipient} is not in a domain of this server`;
  const plain = `This server does not take mail for ${recipient} from you`;
  const own = rule?.action.kind === 'refuse' ? rule.action.text : undefined;
  const text = rule === undefined ? fixed : (own ?? plain);
  return smtpReply(550, '5.7.1', `${text} (rule "${name}")`);
}

/** Where the client has said how large the message is. */
export function refuseByLimits(rule: RelayRule, declaredOctets: number): SmtpReply | null {
  const bound = boundOf(rule);
  return bound === null || declaredOctets <= bound.maxOctets ? null : tooLarge(bound);
}

export interface SizeBound {
  readonly name: string;
  readonly maxOctets: number;
}

export function tooLarge({ name, maxOctets }: SizeBound): SmtpReply {
  return smtpReply(552, '5.3.4', `The message is larger than ${maxOctets} octets (rule "${name}")`);
}

export function tooMany({ name, messagesPerHour = 0 }: RelayRule): SmtpReply {
  return smtpReply(
    450,
    '4.7.1',
    `More than ${messagesPerHour} messages in an hour, try later (rule "${name}")`,
  );
}

/** One content goes to all recipients: the narrowest of their rules bounds it. */
export function tightestBound(decisions: readonly RuleDecision[]): SizeBound | null {
  const bounds = decisions.flatMap(({ rule }) => (rule === undefined ? [] : (boundOf(rule) ?? [])));
  return bounds.toSorted((a, b) => a.maxOctets - b.maxOctets)[0] ?? null;
}

function boundOf({ name, maxOctets }: RelayRule): SizeBound | null {
  return maxOctets === undefined ? null : { name, maxOctets };
}

/** Rules for networks are for devices that cannot sign in: we are their first server. */
export function isForDevices({ rule }: RuleDecision): boolean {
  return rule?.clients.kind === 'networks';
}
