/**
 * Screening, built from the host's parts: what acceptance asks, with the lists, engines and stores behind it.
 *
 * Flow: createMailPath() → here → mail/screening. Invariants: settings are asked whenever they matter, so that a change counts at once.
 */
import type { Clock } from '../base/clock.ts';
import type { RandomBytes } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { Directory } from '../directory/port.ts';
import { parseAddress } from '../format/address.ts';
import type { ScreeningStep } from '../mail/acceptance/screening-step.ts';
import { octetsOfStaged } from '../mail/content/octets-of.ts';
import type { MailEventSink } from '../mail/events.ts';
import type { JudgedMessage } from '../mail/reports/report-counts.ts';
import type { AccountJudge } from '../mail/delivery/port.ts';
import { createAccountScreening } from '../mail/screening/account-screening.ts';
import { BayesFilter, createBayesCheck } from '../mail/screening/bayes/bayes-filter.ts';
import { teachByHand } from '../mail/screening/bayes/hand-training.ts';
import { Trainer } from '../mail/screening/bayes/trainer.ts';
import { SendingBrakes } from '../mail/screening/brakes/sending-brakes.ts';
import { createMessageAuthenticator } from '../mail/screening/authentication/create-message-authenticator.ts';
import type { AuthenticationOutcome } from '../mail/screening/authentication/port.ts';
import { createAuthenticationCheck } from '../mail/screening/checks/authentication-check.ts';
import { createMessageScreening } from '../mail/screening/create-message-screening.ts';
import { noteCorrespondents } from '../mail/screening/correspondents.ts';
import { DnsListDesk } from '../mail/screening/dns-lists/dns-list-desk.ts';
import type { EnvelopeFacts, MessageScreening } from '../mail/screening/port.ts';
import { QuarantineDesk } from '../mail/screening/quarantine/quarantine-desk.ts';
import { testEngine } from '../mail/screening/engines/test-engine.ts';
import { OFFICE } from '../mail/screening/store-port.ts';
import type { ReputationStore } from '../mail/screening/store-port.ts';
import { createBoundedResolver } from '../protocol/authentication/bounded-resolver.ts';
import { checkHost } from '../protocol/authentication/spf/check-host.ts';
import type { Connect } from '../protocol/connection/outgoing-connection.ts';
import { createCachingResolver } from '../protocol/dns/caching-resolver.ts';
import type { DnsResolver, TimedResolver } from '../protocol/dns/resolver.ts';
import type { Storage } from '../storage/open-storage.ts';
import type { HostSettings } from './port.ts';
import type { ScreeningDesk } from './screening-desk.ts';

export interface ScreeningParts {
  readonly storage: Pick<Storage, 'screening' | 'spool' | 'content'>;
  readonly directory: Directory;
  readonly resolver: DnsResolver & TimedResolver;
  readonly connect: Connect;
  readonly settings: () => HostSettings;
  readonly hostname: () => string;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
  /** Hears of messages that were refused. */
  readonly events: MailEventSink;
  /** Hears whom a message was proved to be from, for the reports that domains ask for. */
  readonly onJudged?: (message: JudgedMessage) => void;
}

export interface HostScreening {
  readonly step: ScreeningStep;
  readonly desk: ScreeningDesk;
  readonly quarantine: QuarantineDesk;
  readonly brakes: SendingBrakes;
  /** What a message is to one account. */
  readonly judge: AccountJudge;
  readonly trainer: Trainer;
}

export function createHostScreening(given: ScreeningParts): HostScreening {
  const { storage, directory, clock } = given;
  // DNS lists keep answers themselves, for as long as those say.
  const resolver = { ...given.resolver, ...createCachingResolver(given.resolver, clock) };
  const parts = { ...given, resolver };
  const settings = () => parts.settings().screening;
  const dnsLists = new DnsListDesk({ resolver, clock });
  const isOurDomain = (domain: string) => directory.isLocalDomain(domain);
  const { bayes: store, reputation, senderLists } = storage.screening;
  const bayes = new BayesFilter({ store, setting: () => settings().bayes });
  const learning = { content: storage.content, bayes, reputation, clock, logger: parts.logger };
  const trainer = new Trainer(learning);
  store.onLesson((lesson) => trainer.teach(lesson));
  const authentication = createAuthenticationCheck({
    authenticator: createMessageAuthenticator(parts),
    obeysDmarc: () => settings().obeysDmarc,
    isOurDomain,
    onFound: tellJudged.bind(null, parts),
  });
  const screening = createMessageScreening({
    ...parts,
    settings,
    dnsLists,
    greylistStore: storage.screening.greylist,
    senderLists,
    isOurDomain,
    isVouchedFor: (facts) => isVouchedFor(parts, facts),
    furtherChecks: [authentication, createBayesCheck(bayes)],
  });
  const judge = createAccountScreening({ ...learning, senderLists, settings });
  const brakes = new SendingBrakes({
    setting: () => settings().brakes,
    reputation,
    now: clock.now.bind(clock),
  });
  const step = createStep(parts, { screening, brakes });
  const quarantine = new QuarantineDesk({
    store: storage.screening.quarantine,
    content: storage.content,
    trainer,
    keepDays: () => settings().quarantine.keepDays,
    clock,
    onError: (error) => parts.logger.error('the quarantine could not be tended', { error }),
  });
  const desk = createDesk(parts, { dnsLists, bayes, quarantine, brakes });
  return { step, judge, trainer, desk, quarantine, brakes };
}

/** Whom an account writes to is noted once its message is taken. */
function createStep(
  { storage, logger, events }: ScreeningParts,
  { screening, brakes }: { screening: MessageScreening; brakes: SendingBrakes },
): ScreeningStep {
  const { reputation } = storage.screening;
  return {
    ...screening,
    octetsOf: octetsOfStaged.bind(null, storage.spool),
    screenMessage: async (facts, octets) => {
      const screened = await screening.screenMessage(facts, octets);
      if (screened.refusal !== null) {
        // No commit tells of a message that was never taken.
        screened.events.forEach(events);
        return screened;
      }
      await brakes.note(facts);
      noteCorrespondents({ reputation, logger }, facts);
      return screened;
    },
  };
}

interface DeskParts extends Pick<HostScreening, 'quarantine' | 'brakes'> {
  readonly dnsLists: DnsListDesk;
  readonly bayes: BayesFilter;
}

function createDesk(
  parts: ScreeningParts,
  { dnsLists, bayes, quarantine, brakes }: DeskParts,
): ScreeningDesk {
  const { storage } = parts;
  const { bayes: store, senderLists, findContent } = storage.screening;
  return {
    stateOfList: (list) => dnsLists.stateOf(list),
    testList: (list) => dnsLists.testAgain(list),
    testEngine: (engine) => testEngine(engine, parts),
    learned: (owner) => store.totals(owner),
    teach: (traceId, lessons) => teachByHand({ ...parts, ...storage, findContent, bayes }, traceId, lessons),
    senderLists,
    forgetLearned: () => store.forget(OFFICE),
    brakedAccounts: () => brakes.heldAccounts(),
    quarantine,
  };
}

/** For the reports that domains ask for: what was found, and what was done because of it. */
function tellJudged(parts: ScreeningParts, facts: EnvelopeFacts, outcome: AuthenticationOutcome): void {
  parts.onJudged?.({
    clientAddress: facts.client.address,
    reversePath: facts.reversePath,
    outcome,
    applied: parts.settings().screening.obeysDmarc ? outcome.dmarc.disposition : 'none',
  });
}

/** Less than what RCPT has, so that what DNS does not tell still leaves time for the greylist. */
const SPF_TIMEOUT_MS = 3_000;

/** Greylisting would only cost time: the recipient writes to the sender, or SPF says that the client may send for it. */
async function isVouchedFor(parts: ScreeningParts, facts: EnvelopeFacts): Promise<boolean> {
  const { reputation } = parts.storage.screening;
  if (await isKnownTo(parts.directory, reputation, facts)) return true;
  const { resolver, clock, hostname } = parts;
  const address = parseAddress(facts.reversePath, { allowUtf8: true });
  if (!address.ok) return false;
  const question = {
    clientAddress: facts.client.address,
    heloName: facts.client.hello,
    receivingHost: hostname(),
    now: clock.now(),
    identity: 'mailfrom' as const,
    domain: address.value.asciiDomain,
    sender: facts.reversePath,
  };
  const bounded = createBoundedResolver(resolver, { clock, timeoutMs: SPF_TIMEOUT_MS });
  return (await checkHost(question, bounded)).result === 'pass';
}

async function isKnownTo(
  directory: Directory,
  reputation: ReputationStore,
  { recipients, reversePath }: EnvelopeFacts,
): Promise<boolean> {
  const resolution = await directory.resolve(recipients[0] ?? '');
  if (resolution.kind !== 'local' || reversePath === '') return false;
  const known = resolution.accounts.map(({ id }) =>
    reputation.isCorrespondent(id, reversePath.toLowerCase()),
  );
  return (await Promise.all(known)).some((isKnown) => isKnown);
}
