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
import type { JudgedMessage } from '../mail/reports/report-counts.ts';
import { createMessageAuthenticator } from '../mail/screening/authentication/create-message-authenticator.ts';
import { createAuthenticationCheck } from '../mail/screening/checks/authentication-check.ts';
import { createMessageScreening } from '../mail/screening/create-message-screening.ts';
import { DnsListDesk } from '../mail/screening/dns-lists/dns-list-desk.ts';
import type { EnvelopeFacts } from '../mail/screening/port.ts';
import type { ReputationStore } from '../mail/screening/store-port.ts';
import { createBoundedResolver } from '../protocol/authentication/bounded-resolver.ts';
import { checkHost } from '../protocol/authentication/spf/check-host.ts';
import type { Connect } from '../protocol/connection/outgoing-connection.ts';
import type { DnsResolver, TimedResolver } from '../protocol/dns/resolver.ts';
import type { Storage } from '../storage/open-storage.ts';
import type { HostSettings } from './port.ts';

export interface ScreeningParts {
  readonly storage: Pick<Storage, 'screening' | 'spool'>;
  readonly directory: Directory;
  readonly resolver: DnsResolver & TimedResolver;
  readonly connect: Connect;
  readonly settings: () => HostSettings;
  readonly hostname: () => string;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
  /** Hears whom a message was proved to be from, for the reports that domains ask for. */
  readonly onJudged?: (message: JudgedMessage) => void;
}

export interface HostScreening {
  readonly step: ScreeningStep;
  readonly dnsLists: DnsListDesk;
}

export function createHostScreening(parts: ScreeningParts): HostScreening {
  const { storage, directory, resolver, clock } = parts;
  const settings = () => parts.settings().screening;
  const dnsLists = new DnsListDesk({ resolver, clock });
  const authentication = createAuthenticationCheck({
    authenticator: createMessageAuthenticator(parts),
    obeysDmarc: () => settings().obeysDmarc,
    onFound: ({ client, reversePath }, outcome) =>
      parts.onJudged?.({
        clientAddress: client.address,
        reversePath,
        outcome,
        applied: settings().obeysDmarc ? outcome.dmarc.disposition : 'none',
      }),
  });
  const screening = createMessageScreening({
    ...parts,
    settings,
    dnsLists,
    greylistStore: storage.screening.greylist,
    isOurDomain: (domain) => directory.isLocalDomain(domain),
    isVouchedFor: (facts) => isVouchedFor(parts, facts),
    furtherChecks: [authentication],
  });
  const octetsOf = octetsOfStaged.bind(null, storage.spool);
  return { step: { ...screening, octetsOf }, dnsLists };
}

/** Less than what RCPT has, so that what DNS does not tell still leaves time for the greylist. */
const SPF_TIMEOUT_MS = 5_000;

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
