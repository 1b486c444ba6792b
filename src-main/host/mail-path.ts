/**
 * The path of a message, built: submission, reception → queue → routing → delivery | relay → mailstore → retrieval;
 * bounce → queue.
 *
 * Flow: createMailHost() → here → engines for the listeners. Invariants: the stages get their stores, clock and
 * randomness here and nowhere else.
 */
import type { Clock } from '../base/clock.ts';
import type { MakeId, RandomBytes } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { AcceptanceOptions } from '../mail/acceptance/acceptance.ts';
import type { Directory } from '../directory/port.ts';
import type { SignInDesk } from '../directory/sign-in/port.ts';
import { chooseDsnLanguage } from '../mail/bounce/choose-language.ts';
import { createBounceStage } from '../mail/bounce/create-bounce-stage.ts';
import type { MessageReceiver } from '../mail/content/message-receiver.ts';
import { createDeliveryCourier } from '../mail/delivery/create-delivery-courier.ts';
import { createHandOver } from '../mail/delivery/hand-over/create-hand-over.ts';
import { createManageSieveService } from '../mail/delivery/managesieve/managesieve-service.ts';
import type { AccountJudge } from '../mail/delivery/port.ts';
import type { AnswerAddresses } from '../mail/delivery/moderation/answer-address.ts';
import { createSenderRewriting, type SenderRewriting } from '../mail/delivery/sender-rewriting.ts';
import type { MailEventSink } from '../mail/events.ts';
import { createMessageQueue } from '../mail/queue/create-message-queue.ts';
import { createHoldRuleFinder } from '../mail/queue/hold-rules.ts';
import type { MessageQueue, QueueDesk } from '../mail/queue/port.ts';
import { QueueActivity } from '../mail/queue/queue-activity.ts';
import { createSteeredQueue } from '../mail/queue/steered-queue.ts';
import { createReceptionService } from '../mail/reception/create-reception-service.ts';
import { createImapService } from '../mail/retrieval/imap/imap-service.ts';
import { createPop3Service } from '../mail/retrieval/pop3/pop3-service.ts';
import type { ConnectionTestOptions } from '../mail/relay/trying/connection-test.ts';
import type { JudgedMessage, ReportCounts } from '../mail/reports/report-counts.ts';
import type { TlsOutcome } from '../mail/reports/tls-outcome.ts';
import { createRelayCourier } from '../mail/relay/create-relay-courier.ts';
import type { NextHopDesk } from '../mail/relay/port.ts';
import type { TlsPolicyFinder } from '../mail/relay/tls-policy/choose-tls-policy.ts';
import { createRouter } from '../mail/routing/create-router.ts';
import { findChosenNextHop } from '../mail/routing/find-next-hop.ts';
import { createRoutingCourier } from '../mail/routing/create-routing-courier.ts';
import { SMTP_PORT } from '../mail/routing/host-port.ts';
import type { Router } from '../mail/routing/port.ts';
import { createRuleBook } from '../mail/routing/relay-rules/create-rule-book.ts';
import { createSubmissionService } from '../mail/submission/create-submission-service.ts';
import type { MailService } from '../protocol/connection/mail-service.ts';
import type { TranscriptRecorder } from '../protocol/connection/session.ts';
import type { OutgoingSigner, SigningDesk } from '../mail/signing/port.ts';
import { createDnsResolver, type DnsResolver } from '../protocol/dns/resolver.ts';
import { createTcpConnect } from '../protocol/connection/tcp-connect.ts';
import { ClientGuard } from '../protocol/smtp/server/client-guard.ts';
import type { Storage } from '../storage/open-storage.ts';
import type { ClientSettings } from './client-settings.ts';
import { createFiltering } from './filtering.ts';
import type { Engines } from './listener-set.ts';
import { createHostAnswerAddresses, createModeration } from './moderation.ts';
import type { HostSettings } from './port.ts';
import type { SendingBrakes } from '../mail/screening/brakes/sending-brakes.ts';
import type { QuarantineDesk } from '../mail/screening/quarantine/quarantine-desk.ts';
import { createHostScreening } from './screening.ts';
import type { ScreeningDesk } from './screening-desk.ts';
import type { RelayDeskOptions } from './relay-desk.ts';
import { createReportCounts, createReports, type Reports } from './reports.ts';
import { createSigning } from './signing.ts';
import { createTlsPolicies } from './tls-policies.ts';

/** Most of them wait for servers far away; local deliveries must find a place among them. */
const ATTEMPTS_AT_ONCE = 512;

export interface MailPathOptions {
  readonly storage: Storage;
  readonly directory: Directory;
  readonly signIns: SignInDesk;
  readonly receiver: MessageReceiver;
  readonly transcripts: TranscriptRecorder;
  readonly events: MailEventSink;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly makeId: MakeId;
  /** What the server signs for itself with. */
  readonly secret: Uint8Array;
  /** Asked whenever they matter, so that a change counts at once. */
  readonly settings: () => HostSettings;
  readonly clients: ClientSettings;
  readonly isOwnListener: (address: string, port: number) => boolean;
  /** Whether the disk has room for another message. */
  readonly hasRoom: () => boolean;
  readonly logger: Logger;
}

export interface MailPath {
  readonly queue: MessageQueue;
  readonly desk: QueueDesk;
  readonly nextHops: NextHopDesk;
  /** Whether mail to the address has a way from here. */
  isDeliverable(address: string): Promise<boolean>;
  readonly engines: Engines;
  /** What decides on relaying and reaches other servers, for those who try it out. */
  readonly relaying: Pick<RelayDeskOptions, 'router' | 'ruleBook' | 'connection' | 'tlsPolicies'>;
  readonly screening: ScreeningDesk;
  /** The keys that sign mail of our domains. */
  readonly signing: SigningDesk;
  /** Begins to work on what the queue holds since the last run. */
  start(): Promise<void>;
  /** Says goodbye to every session. */
  closeSessions(reason: string): Promise<void>;
  stopQueue(): Promise<void>;
}

export function createMailPath(options: MailPathOptions): MailPath {
  const { directory, clock, settings } = options;
  const hostname = () => settings().hostname;
  const ruleBook = createRuleBook({ directory, clock, rules: () => settings().relayRules });
  const rewriting = createSenderRewriting(options);
  const answers = createHostAnswerAddresses(options);
  const router = createRouter({ directory, settings, rules: ruleBook, rewriting, answers });
  const resolver = createDnsResolver({ servers: () => settings().dnsServers });
  const connection = createConnectionOptions(options, hostname, resolver);
  const signing = createSigning(options, { resolver, hostname, ruleBook });
  const counts = createReportCounts(options);
  const onJudged = (message: JudgedMessage) => counts.recordJudged(message);
  const screening = createHostScreening({ ...options, ...connection, resolver, onJudged });
  const tlsPolicies = createTlsPolicies(options, resolver);
  const parts = { router, rewriting, answers, hostname, connection, counts, tlsPolicies, ...screening };
  const { queue, desk, relay, handOver } = createQueue(options, { ...parts, ...signing });
  const reports = createReports(options, counts, { ...signing, queue, resolver, hostname });
  const services = createServices(
    { ...options, router, ruleBook, hostname, queue, screening: screening.step },
    reports,
  );
  return {
    queue,
    desk,
    nextHops: relay.nextHops,
    isDeliverable: async (address) => (await router.route(address)).kind !== 'undeliverable',
    engines: enginesOf(services),
    relaying: { router, ruleBook, connection, tlsPolicies },
    screening: screening.desk,
    signing: signing.keys,
    start: async () => {
      screening.quarantine.start();
      await signing.keys.start();
      reports.start();
      await queue.start();
    },
    closeSessions: async (reason) => {
      await Promise.all(Object.values(services).map((service) => service.closeAll(reason)));
    },
    stopQueue: async () => {
      screening.quarantine.stop();
      signing.keys.stop();
      await screening.trainer.settled();
      await reports.stop();
      await queue.stop();
      await relay.close();
      await handOver.close();
    },
  };
}

type ServiceName = 'submission' | 'reception' | 'imap' | 'pop3' | 'managesieve';

type ServiceOptions = MailPathOptions &
  Pick<AcceptanceOptions, 'router' | 'ruleBook' | 'queue' | 'hostname' | 'screening'>;

/** What the listeners' engines ask. */
function createServices(
  options: ServiceOptions,
  { intake }: Reports,
): Readonly<Record<ServiceName, MailService>> {
  const { clock, clients, settings, storage, queue } = options;
  const { mailStore, mailSearch: search } = storage;
  const guard = new ClientGuard({ ...clients, clock });
  const acceptance = { ...options, mailStore, guard, maySayXclient: clients.maySayXclient };
  const allowCleartextAuth = () => settings().allowCleartextAuth;
  const { onRevoke } = options.signIns;
  const retrieval = { ...options, allowCleartextAuth, mailStore, search, onRevoke };
  return {
    submission: createSubmissionService({ ...acceptance, allowCleartextAuth }),
    reception: createReceptionService({ ...acceptance, queue: intake.watch(queue) }),
    imap: createImapService(retrieval),
    pop3: createPop3Service(retrieval),
    managesieve: createManageSieveService({ ...retrieval, scripts: storage.scripts }),
  };
}

function enginesOf(services: Readonly<Record<ServiceName, MailService>>): Engines {
  const { submission, reception, imap, pop3, managesieve } = services;
  return {
    smtp: reception.serve,
    submission: submission.serve,
    submissions: submission.serve,
    imap: imap.serve,
    imaps: imap.serve,
    pop3: pop3.serve,
    pop3s: pop3.serve,
    managesieve: managesieve.serve,
  };
}

interface QueueParts {
  readonly router: Router;
  readonly rewriting: SenderRewriting;
  readonly answers: AnswerAddresses;
  readonly hostname: () => string;
  readonly connection: ConnectionTestOptions & { readonly makeId: MakeId };
  readonly signer: OutgoingSigner;
  readonly counts: ReportCounts;
  readonly judge: AccountJudge;
  readonly brakes: SendingBrakes;
  readonly tlsPolicies: TlsPolicyFinder;
  readonly quarantine: QuarantineDesk;
}

function createQueue(options: MailPathOptions, built: QueueParts) {
  const { router, rewriting, hostname, connection, signer, counts, judge, tlsPolicies } = built;
  const { settings, storage } = options;
  const schedule = () => settings().retrySchedule;
  const onTlsOutcome = (outcome: TlsOutcome) => counts.recordTls(outcome);
  const relay = createRelayCourier({
    ...connection,
    content: storage.content,
    schedule,
    signer,
    tlsPolicies,
    onTlsOutcome,
  });
  const { content } = storage;
  const bounces = createBounceStage({ ...options, hostname, content, language: chooseDsnLanguage });
  const handOver = createHandOver(connection);
  const delivery = createDeliveryCourier({
    ...options,
    ...handOver,
    content,
    spool: storage.spool,
    mailStore: storage.mailStore,
    rewriting,
    filter: createFiltering(options, hostname),
    judge,
    moderation: createModeration(options, { ...built, desk: () => desk }),
  });
  const findHoldRule = createHoldRuleFinder(() => settings().holdRules);
  const activity = new QueueActivity();
  const parts = { ...options, store: storage.queue, bounces, activity };
  const queue = createMessageQueue({
    ...parts,
    courier: createRoutingCourier({
      router,
      chosenNextHop: (chosen) => findChosenNextHop(chosen, settings()),
      delivery,
      relay,
    }),
    schedule,
    concurrency: ATTEMPTS_AT_ONCE,
    holdRule: (message, address) =>
      built.brakes.reasonFor(message.client?.account) ?? findHoldRule(message, address),
  });
  built.quarantine.onQueued(() => queue.reconsider());
  const desk = createSteeredQueue({ ...parts, steering: storage.queueSteering, queue });
  return { queue, desk, relay, handOver };
}

/** How other servers are found and spoken to. */
function createConnectionOptions(
  options: MailPathOptions,
  hostname: () => string,
  resolver: DnsResolver,
): ConnectionTestOptions & { makeId: MakeId } {
  return {
    ...options,
    hostname,
    connect: createTcpConnect(options),
    resolver,
    mxPort: SMTP_PORT,
  };
}
