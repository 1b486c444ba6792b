/**
 * Contract: everything that the console and the host may say to each other, one file per area.
 *
 * Flow: page → client typed from here → MessagePort | WebSocket | HTTP → host/api handlers typed from here.
 * Invariants: every call says what it needs (access.ts), or this does not compile; plain data only; every input has bounds; no secret is ever an output.
 */
import type { ContractRouter } from '@orpc/contract';
import type { CallMeta } from './access.ts';
import { accountsContract } from './accounts.ts';
import { administratorsContract } from './administrators.ts';
import { auditContract } from './audit.ts';
import { backupsContract } from './backups.ts';
import { certificatesContract } from './certificates.ts';
import { aliasesContract, domainsContract } from './domains.ts';
import { deliveryTestContract } from './delivery-test.ts';
import { devicesContract } from './devices.ts';
import { encryptionContract } from './encryption.ts';
import { healthContract } from './health.ts';
import { messagesContract } from './messages.ts';
import { metricsContract } from './metrics.ts';
import { moveInContract } from './move-in.ts';
import { noticesContract } from './notices.ts';
import { overviewContract } from './overview.ts';
import { profileContract } from './profile.ts';
import { publishingContract } from './publishing.ts';
import { queueContract } from './queue.ts';
import { relayContract } from './relay.ts';
import { runningContract } from './running.ts';
import { screeningContract } from './screening.ts';
import { reportsContract } from './reports.ts';
import { retentionContract } from './retention.ts';
import { sessionContract } from './session.ts';
import { settingsContract } from './settings.ts';
import { setupContract } from './setup.ts';
import { sharingContract } from './sharing.ts';
import { sieveContract } from './sieve.ts';
import { signingContract } from './signing.ts';
import { signInsContract } from './sign-ins.ts';
import { transcriptsContract } from './transcripts.ts';
import { transferContract } from './transfer.ts';

export const consoleContract = {
  session: sessionContract,
  setup: setupContract,
  overview: overviewContract,
  accounts: accountsContract,
  administrators: administratorsContract,
  audit: auditContract,
  backups: backupsContract,
  certificates: certificatesContract,
  deliveryTest: deliveryTestContract,
  domains: domainsContract,
  aliases: aliasesContract,
  devices: devicesContract,
  encryption: encryptionContract,
  health: healthContract,
  messages: messagesContract,
  transcripts: transcriptsContract,
  metrics: metricsContract,
  moveIn: moveInContract,
  notices: noticesContract,
  profile: profileContract,
  publishing: publishingContract,
  queue: queueContract,
  relay: relayContract,
  running: runningContract,
  screening: screeningContract,
  settings: settingsContract,
  sharing: sharingContract,
  reports: reportsContract,
  retention: retentionContract,
  sieve: sieveContract,
  signIns: signInsContract,
  signing: signingContract,
  transfer: transferContract,
} satisfies ContractRouter<CallMeta>;
export type ConsoleContract = typeof consoleContract;
