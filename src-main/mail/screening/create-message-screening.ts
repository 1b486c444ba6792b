/**
 * MessageScreening, built: the checks in parallel, the decision, the header fields, the event for the timeline.
 *
 * Flow: acceptance → here → checks (rules, authentication, DNS, content, Bayes, engines) → verdict. Invariants: an answer comes
 * within SCREENING_TIMEOUT_MS; of users who signed in only what is malicious or forbidden counts, never the score.
 */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { smtpReply, type SmtpReply } from '../../protocol/smtp/server/reply.ts';
import type { MessageOctets } from '../content/message-octets.ts';
import type { MailEvent, TraceId } from '../events.ts';
import { createAttachmentCheck } from './checks/attachment-check.ts';
import { createClientNamesCheck, type NameLookUps } from './checks/client-names-check.ts';
import { createClientListCheck, createLinkListCheck } from './checks/dns-list-checks.ts';
import { createEngineChecks } from './checks/engine-checks.ts';
import { createHeaderCheck } from './checks/header-check.ts';
import { createOfficeListCheck } from './checks/office-list-check.ts';
import { createRuleCheck } from './checks/rule-check.ts';
import { readMessageText, type MessageText } from './content/message-text.ts';
import { decide, type DecidedVerdict } from './decide.ts';
import type { DnsListDesk } from './dns-lists/dns-list-desk.ts';
import type { EngineContext } from './engines/engine-context.ts';
import { RANK, type CheckFinding, type MessageCheck, type MessageFacts } from './facts.ts';
import { Greylist } from './greylist/greylist.ts';
import { SCREENING_TIMEOUT_MS } from './limits.ts';
import type { EnvelopeFacts, MessageScreening, ScreenedMessage, Verdict } from './port.ts';
import { isPostmaster, screenRecipient } from './recipient-screening.ts';
import { runChecks } from './run-checks.ts';
import type { ScreeningSettings } from './settings.ts';
import type { SenderListStore } from './sender-lists/port.ts';
import type { GreylistStore } from './store-port.ts';
import { formatVerdict } from './verdict-fields.ts';

export interface MessageScreeningOptions extends EngineContext {
  readonly settings: () => ScreeningSettings;
  readonly resolver: NameLookUps;
  readonly dnsLists: DnsListDesk;
  readonly greylistStore: GreylistStore;
  readonly senderLists: SenderListStore;
  readonly isOurDomain: (domain: string) => Promise<boolean>;
  readonly isVouchedFor: (facts: EnvelopeFacts) => Promise<boolean>;
  /** Checks that are made elsewhere: authentication, Bayes. */
  readonly furtherChecks: readonly MessageCheck[];
  readonly clock: Clock;
  readonly logger: Logger;
}

type NamedFacts = EnvelopeFacts & { readonly traceId: TraceId };

export function createMessageScreening(options: MessageScreeningOptions): MessageScreening {
  const { settings, clock, logger } = options;
  const dnsLists = { desk: options.dnsLists, lists: () => settings().dnsLists };
  const greylist = new Greylist({ store: options.greylistStore, setting: () => settings().greylisting });
  const { isVouchedFor } = options;
  const { senderLists } = options;
  const atRecipient = { settings, senderLists, dnsLists, greylist, isVouchedFor, clock, logger };
  const checks = createChecks(options);
  return {
    screenRecipient: (facts) => screenRecipient(atRecipient, facts),
    screenMessage: async (facts, octets) => {
      const now = settings();
      const engines = createEngineChecks(now.engines, options);
      const running = now.isEnabled ? [...checks, ...engines] : [];
      const about = toMessageFacts(facts, octets);
      const terms = { clock, logger, totalMs: SCREENING_TIMEOUT_MS };
      const checked = await runChecks(running, about, terms);
      // It has its say when it is known who the author is.
      const listed = now.isEnabled ? [createOfficeListCheck(senderLists, checked)] : [];
      const found = [...checked, ...(await runChecks(listed, about, terms))];
      const verdict = decide(found, { settings: now, countsScore: facts.origin === 'reception' });
      return conclude({ facts, found, settings: now }, verdict);
    },
  };
}

function createChecks(options: MessageScreeningOptions): readonly MessageCheck[] {
  const { settings, resolver, hostname, isOurDomain } = options;
  const dnsLists = { desk: options.dnsLists, lists: () => settings().dnsLists };
  return [
    createRuleCheck(() => settings().rules),
    createAttachmentCheck(() => settings().attachments),
    createClientNamesCheck({ resolver, hostname, isEnabled: () => settings().checksHello }),
    createHeaderCheck({ isEnabled: () => settings().checksHeader, isOurDomain }),
    createClientListCheck(dnsLists),
    createLinkListCheck(dnsLists),
    ...options.furtherChecks,
  ];
}

/** The texts are read when the first check asks for them, once for all. */
function toMessageFacts(facts: NamedFacts, octets: MessageOctets): MessageFacts {
  let text: Promise<MessageText> | undefined;
  return { ...facts, octets, text: () => (text ??= readMessageText(octets)) };
}

interface Conclusion {
  readonly facts: NamedFacts;
  readonly found: readonly CheckFinding[];
  readonly settings: ScreeningSettings;
}

function conclude({ facts, found, settings }: Conclusion, decided: DecidedVerdict): ScreenedMessage {
  const { reply, ...verdict } = soften(decided, { facts, found, settings });
  const refusal = refusalFor(verdict, reply);
  const isSilent = facts.origin === 'submission' || !settings.isEnabled;
  const fields = found.map((finding) => finding.fields ?? '').join('');
  return {
    verdict,
    prefix: isSilent ? fields : fields + formatVerdict(verdict, settings.thresholds),
    refusal,
    events: settings.isEnabled ? [toEvent(verdict, facts)] : [],
  };
}

/** Postmaster hears everybody; who signed in is told at once instead of finding the message in a quarantine. */
function soften(decided: DecidedVerdict, { facts, found }: Conclusion): DecidedVerdict {
  const isMalicious = found.some(({ decides }) => decides?.rank === RANK.virus);
  if (facts.recipients.every(isPostmaster) && !isMalicious && decided.action !== 'defer') {
    return decided.action === 'accept' ? decided : { ...decided, action: 'junk' };
  }
  if (facts.origin === 'reception') return decided;
  if (decided.action === 'junk') return { ...decided, action: 'accept' };
  return decided.action === 'quarantine' ? { ...decided, action: 'reject' } : decided;
}

function refusalFor({ action, score }: Verdict, reply: SmtpReply | null): SmtpReply | null {
  switch (action) {
    case 'reject':
      return reply ?? smtpReply(550, '5.7.1', `The message was found to be junk (score ${score})`);
    case 'defer':
      return reply ?? smtpReply(451, '4.7.1', 'The message could not be checked now, try again later');
    case 'accept':
    case 'junk':
    case 'quarantine':
      return null;
  }
}

function toEvent(verdict: Verdict, { traceId, at }: NamedFacts): MailEvent {
  return { type: 'screened', traceId, at, ...verdict };
}
