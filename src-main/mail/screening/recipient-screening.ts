/**
 * What is looked at before there is any content: rules about the envelope, lists that refuse outright, greylisting.
 *
 * RFC 5321 §4.5.1: mail for postmaster is always taken. Flow: RCPT → here → a refusal, or null. Invariants: bounded in time; what could
 * not be found out stands against nobody; who signed in, and devices of ours, are never asked to come back.
 */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { smtpReply, type SmtpReply } from '../../protocol/smtp/server/reply.ts';
import { isPrivateAddress } from './address-kinds.ts';
import { findRefusingList, type DnsListOptions } from './checks/dns-list-checks.ts';
import { findEnvelopeRule, refusalByRule } from './checks/rule-check.ts';
import type { Greylist } from './greylist/greylist.ts';
import { RECIPIENT_TIMEOUT_MS } from './limits.ts';
import type { EnvelopeFacts } from './port.ts';
import { findListedClient, refusalOfListed } from './sender-lists/judge-sender.ts';
import type { SenderListStore } from './sender-lists/port.ts';
import { within } from './run-checks.ts';
import type { ScreeningSettings } from './settings.ts';

export interface RecipientScreeningOptions {
  readonly settings: () => ScreeningSettings;
  readonly senderLists: SenderListStore;
  readonly dnsLists: DnsListOptions;
  readonly greylist: Greylist;
  /** Whether something vouches for the sender so that greylisting would only cost time: SPF that fits, or somebody we write to. */
  readonly isVouchedFor: (facts: EnvelopeFacts) => Promise<boolean>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export async function screenRecipient(
  options: RecipientScreeningOptions,
  facts: EnvelopeFacts,
): Promise<SmtpReply | null> {
  const settings = options.settings();
  if (!settings.isEnabled || isPostmaster(facts.recipients[0] ?? '')) return null;
  const rule = findEnvelopeRule(settings.rules, facts);
  if (rule?.action === 'reject') return refusalByRule(rule);
  if (rule?.action === 'accept' || !isFromOutside(facts)) return null;
  const clientAddress = facts.client.address;
  const listed = await findListedClient(options.senderLists, { ...facts, clientAddress });
  if (listed !== null) return listed.list === 'block' ? refusalOfListed(listed.pattern) : null;
  if (isPrivateAddress(clientAddress)) return null;
  try {
    const refusal = within(askStranger(options, facts), RECIPIENT_TIMEOUT_MS, options.clock);
    return await refusal;
  } catch (error) {
    options.logger.error('a recipient could not be screened', { error });
    return null;
  }
}

/** Mail for it is taken whatever stands against the client: it is where mistakes are told. */
export function isPostmaster(address: string): boolean {
  return /^postmaster(?:@|$)/iu.test(address);
}

function isFromOutside({ origin, client, isFromDevice }: EnvelopeFacts): boolean {
  return origin === 'reception' && client.account === undefined && !isFromDevice;
}

async function askStranger(
  { settings, dnsLists, greylist, isVouchedFor }: RecipientScreeningOptions,
  facts: EnvelopeFacts,
): Promise<SmtpReply | null> {
  const { address } = facts.client;
  const refusing = await findRefusingList(dnsLists, address);
  if (refusing !== null) {
    const { zone, meaning } = refusing;
    const text = `${address} is ${meaning.meaning}, says ${zone}; ask there to be taken off the list`;
    return smtpReply(550, '5.7.1', text);
  }
  if (!settings().greylisting.isEnabled || (await isVouchedFor(facts))) return null;
  const answer = await greylist.ask(facts);
  if (answer.kind === 'pass') return null;
  return smtpReply(450, '4.7.1', `We do not know you yet; come again in ${answer.seconds} seconds`);
}
