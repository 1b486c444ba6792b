/**
 * Console router: the contract's handlers, ready for a shell to serve over MessagePort, WebSocket or HTTP.
 *
 * Flow: createMailHost() → createConsoleRouter(services) → electron shell | console server.
 * Invariants: before every handler stands the gate, which knows from the contract what the call needs; the contract's schemas
 * check every input before a handler sees it. The router lives as long as its services do.
 */
import { AccountReader, createAccountsHandlers } from './accounts.ts';
import { createAdministratorsHandlers } from './administrators.ts';
import { createAuditHandlers } from './audit.ts';
import { createBackupHandlers } from './backups.ts';
import { openCalls } from './base.ts';
import { createGate } from './gate.ts';
import { createProfileHandlers } from './profile.ts';
import { createPublishingHandlers } from './publishing.ts';
import { createAliasesHandlers, createDomainsHandlers } from './domains.ts';
import { createCertificateHandlers } from './certificates.ts';
import { createDeliveryTestHandlers } from './delivery-test.ts';
import { createDevicesHandlers } from './devices.ts';
import { createEncryptionHandlers } from './encryption.ts';
import { createHealthHandlers } from './health.ts';
import { createHoldRuleHandlers } from './hold-rules.ts';
import { MailUsage } from './mail-usage.ts';
import { createMessagesHandlers } from './messages.ts';
import { createMetricsHandlers } from './metrics.ts';
import { createMoveInHandlers } from './move-in.ts';
import { createNoticesHandlers } from './notices.ts';
import { createOverviewHandlers } from './overview.ts';
import { OverviewReader } from './overview-reader.ts';
import { createQueueHandlers } from './queue.ts';
import { createQueueOrderHandlers } from './queue-orders.ts';
import { createRelayHandlers } from './relay.ts';
import { createScreeningHandlers } from './screening.ts';
import type { ConsoleServices } from './services.ts';
import { createRunningHandlers } from './running.ts';
import { createRetentionHandlers } from './retention.ts';
import { createReportHandlers } from './reports.ts';
import { createSessionHandlers } from './session.ts';
import { createSieveHandlers } from './sieve.ts';
import { createSigningHandlers } from './signing.ts';
import { createSignInHandlers } from './sign-ins.ts';
import { SteeringJobs } from './queue-steering.ts';
import { createSettingsHandlers } from './settings.ts';
import { createSetupHandlers } from './setup.ts';
import { createSharingHandlers } from './sharing.ts';
import { createTranscriptsHandlers } from './transcripts.ts';
import { createTransferHandlers } from './transfer.ts';

export type ConsoleRouter = ReturnType<typeof createConsoleRouter>;

export function createConsoleRouter(services: ConsoleServices) {
  const usage = new MailUsage(services.mailStore);
  const accounts = new AccountReader(services, usage);
  const overview = new OverviewReader(services, usage);
  const jobs = new SteeringJobs(services);
  return openCalls.use(createGate(services)).router({
    session: createSessionHandlers(services),
    setup: createSetupHandlers(services),
    notices: createNoticesHandlers(services),
    overview: createOverviewHandlers(services, overview),
    accounts: createAccountsHandlers(services, accounts),
    administrators: createAdministratorsHandlers(services),
    audit: createAuditHandlers(services),
    backups: createBackupHandlers(services, jobs),
    certificates: createCertificateHandlers(services),
    deliveryTest: createDeliveryTestHandlers(services),
    domains: createDomainsHandlers(services),
    aliases: createAliasesHandlers(services),
    devices: createDevicesHandlers(services),
    encryption: createEncryptionHandlers(services),
    health: createHealthHandlers(services),
    messages: createMessagesHandlers(services),
    transcripts: createTranscriptsHandlers(services),
    queue: {
      ...createQueueHandlers(services, jobs),
      ...createQueueOrderHandlers(services, jobs),
      ...createHoldRuleHandlers(services),
    },
    metrics: createMetricsHandlers(services, overview),
    moveIn: createMoveInHandlers(services),
    profile: createProfileHandlers(services),
    publishing: createPublishingHandlers(services),
    relay: createRelayHandlers(services),
    screening: createScreeningHandlers(services),
    settings: createSettingsHandlers(services),
    sharing: createSharingHandlers(services, accounts),
    reports: createReportHandlers(services),
    retention: createRetentionHandlers(services),
    running: createRunningHandlers(services),
    sieve: createSieveHandlers(services),
    signIns: createSignInHandlers(services),
    signing: createSigningHandlers(services),
    transfer: createTransferHandlers(services),
  });
}
