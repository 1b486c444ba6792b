/**
 * Migrations: bring a data folder's database from the version it has to the version this program needs.
 *
 * Flow: the writer worker runs them before it takes its first write.
 * Invariants: numbers rise in steps of ten (room to insert); all that are missing are one transaction; a newer database is refused
 * by name; a failure stops start-up with the database as it was; a copy of the database from before is kept, which
 * `postroom rollback` puts back for the older program.
 */
import type { Connection } from '../connection.ts';
import { createFirstSchema } from './0010-first-schema.ts';
import { addDsnRequests } from './0020-dsn-requests.ts';
import { addEntryProvenance } from './0030-entry-provenance.ts';
import { addQueueSteering } from './0040-queue-steering.ts';
import { nameRoutes } from './0060-route-names.ts';
import { addPop3Settings } from './0070-pop3-settings.ts';
import { addSearchIndex } from './0080-search-index.ts';
import { addSharing } from './0090-sharing.ts';
import { addMetadata } from './0110-metadata.ts';
import { addMessageSummaries } from './0130-message-summaries.ts';
import { addMessageQuotas } from './0140-message-quotas.ts';
import { addFollowingMessages } from './0150-following-messages.ts';
import { addDeliverySettings } from './0160-delivery-settings.ts';
import { addSieveScripts } from './0170-sieve-scripts.ts';
import { addSigningKeys } from './0190-signing-keys.ts';
import { addReports } from './0200-reports.ts';
import { addScreening } from './0210-screening.ts';
import { addQuarantine } from './0220-quarantine.ts';
import { addModeration } from './0230-moderation.ts';
import { addMarksAndGroups } from './0240-marks-and-groups.ts';
import { addOfficeQuarantine } from './0250-office-quarantine.ts';
import { addSenderLists } from './0260-sender-lists.ts';
import { addCertificates } from './0270-certificates.ts';
import { addTlsPolicies } from './0280-tls-policies.ts';
import { addSignIns } from './0290-sign-ins.ts';
import { addEncryption } from './0320-encryption.ts';
import { addRoles } from './0340-administrators.ts';
import { addAuditLog } from './0350-audit-log.ts';
import { addPasswordStrength } from './0380-password-strength.ts';
import { addApiTokens } from './0360-api-tokens.ts';
import { addHealth } from './0370-health.ts';
import { addDnsChanges } from './0390-dns-changes.ts';
import { addTraceSearch } from './0410-trace-search.ts';
import { addTranscriptsAndDeeds } from './0420-transcripts-and-deeds.ts';
import { addFlowHistory } from './0430-flow-history.ts';
import { addBackups } from './0450-backups.ts';
import { keepCopy } from './database-copy.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly run: (connection: Connection) => void;
}

export const MIGRATIONS: readonly Migration[] = [
  { version: 10, name: 'first schema', run: createFirstSchema },
  { version: 20, name: 'DSN requests', run: addDsnRequests },
  { version: 30, name: 'entry provenance', run: addEntryProvenance },
  { version: 40, name: 'queue steering', run: addQueueSteering },
  { version: 60, name: 'route names', run: nameRoutes },
  { version: 70, name: 'POP3 settings', run: addPop3Settings },
  { version: 80, name: 'search index', run: addSearchIndex },
  { version: 90, name: 'sharing', run: addSharing },
  { version: 110, name: 'metadata', run: addMetadata },
  { version: 130, name: 'message summaries', run: addMessageSummaries },
  { version: 140, name: 'message quotas', run: addMessageQuotas },
  { version: 150, name: 'following messages', run: addFollowingMessages },
  { version: 160, name: 'delivery settings', run: addDeliverySettings },
  { version: 170, name: 'Sieve scripts', run: addSieveScripts },
  { version: 190, name: 'signing keys', run: addSigningKeys },
  { version: 200, name: 'reports', run: addReports },
  { version: 210, name: 'screening', run: addScreening },
  { version: 220, name: 'quarantine', run: addQuarantine },
  { version: 230, name: 'moderation', run: addModeration },
  { version: 240, name: 'marks and groups', run: addMarksAndGroups },
  { version: 250, name: 'office quarantine', run: addOfficeQuarantine },
  { version: 260, name: 'sender lists', run: addSenderLists },
  { version: 270, name: 'certificates', run: addCertificates },
  { version: 280, name: 'TLS policies', run: addTlsPolicies },
  { version: 290, name: 'sign-ins', run: addSignIns },
  { version: 320, name: 'encryption', run: addEncryption },
  { version: 340, name: 'administrators', run: addRoles },
  { version: 350, name: 'audit log', run: addAuditLog },
  { version: 360, name: 'API tokens', run: addApiTokens },
  { version: 370, name: 'health', run: addHealth },
  { version: 380, name: 'password strength', run: addPasswordStrength },
  { version: 390, name: 'DNS changes', run: addDnsChanges },
  { version: 410, name: 'search of timelines', run: addTraceSearch },
  { version: 420, name: 'transcripts and deeds', run: addTranscriptsAndDeeds },
  { version: 430, name: 'flow history', run: addFlowHistory },
  { version: 450, name: 'backups', run: addBackups },
];

/** The database was written by a newer Postroom. */
export class NewerDatabaseError extends Error {
  override name = 'NewerDatabaseError' as const;
  readonly found: number;
  readonly known: number;

  constructor(found: number, known: number) {
    super(
      `the database has version ${found}, but this Postroom knows versions up to ${known}: it was written by a newer Postroom; install that one`,
    );
    this.found = found;
    this.known = known;
  }
}

/**
 * Runs what is missing; answers the versions that were run. `path`: where the database lies, and a copy of it is kept; null: nobody
 * would go back to it.
 */
export function migrate(
  connection: Connection,
  path: string | null,
  migrations: readonly Migration[] = MIGRATIONS,
): readonly number[] {
  const current = Number(connection.pragma('user_version'));
  const newest = migrations.at(-1)?.version ?? 0;
  if (current > newest) throw new NewerDatabaseError(current, newest);
  const missing = migrations.filter((migration) => migration.version > current);
  if (missing.length > 0 && current > 0 && path !== null) keepCopy(connection, path, current);
  runInTransaction(connection, missing);
  return missing.map((migration) => migration.version);
}

function runInTransaction(connection: Connection, migrations: readonly Migration[]): void {
  connection.execute('BEGIN IMMEDIATE');
  try {
    for (const migration of migrations) runOne(connection, migration);
    connection.execute('COMMIT');
  } catch (error) {
    if (connection.isInTransaction) connection.execute('ROLLBACK');
    throw error;
  }
}

function runOne(connection: Connection, migration: Migration): void {
  try {
    migration.run(connection);
    connection.execute(`PRAGMA user_version = ${migration.version}`);
  } catch (error) {
    throw new Error(`migration ${migration.version} (${migration.name}) failed`, { cause: error });
  }
}
