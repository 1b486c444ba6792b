/** Every write there is, by name: what the writer worker can run and what Writer.run() is typed from. */
import { administratorWrites } from './administrator-store.ts';
import { apiTokenWrites } from './api-token-store.ts';
import { auditWrites } from './audit-store.ts';
import { backupRunWrites } from './backup-run-store.ts';
import { certificateWrites } from './certificate-store.ts';
import { directoryWrites } from './directory-store.ts';
import { flowWrites } from './flow-store.ts';
import { dnsChangeWrites } from './dns-change-store.ts';
import { expungedWrites } from './mail-store/expunged-log.ts';
import { flagWrites } from './mail-store/flag-writes.ts';
import { grantWrites } from './mail-store/grant-rows.ts';
import { healthWrites } from './health-store.ts';
import { passwordStrengthWrites } from './password-strength-store.ts';
import { mailboxWrites } from './mail-store/mailbox-writes.ts';
import { messageWrites } from './mail-store/message-writes.ts';
import { metadataWrites } from './mail-store/metadata-writes.ts';
import { readerWrites } from './mail-store/reader-writes.ts';
import { searchWrites } from './mail-search/search-writes.ts';
import { queueSteeringWrites } from './queue-steering-writes.ts';
import { queueWrites } from './queue-writes.ts';
import { reportWrites } from './report-writes.ts';
import { settingsWrites } from './settings-store.ts';
import { signingKeyWrites } from './signing-key-store.ts';
import { sieveWrites } from './sieve-store.ts';
import { tlsPolicyWrites } from './tls-policy-store.ts';
import { timelineWrites } from './timeline-store.ts';
import { transcriptWrites } from './transcript-store.ts';
import { appPasswordWrites } from './app-password-store.ts';
import { signInWrites } from './sign-in-store.ts';
import { sealingWrites } from './sealing/rewrite.ts';
import { bayesWrites } from './screening/bayes-store.ts';
import { greylistWrites } from './screening/greylist-store.ts';
import { pruneScreeningWrites } from './screening/prune-screening.ts';
import { quarantineWrites } from './screening/quarantine-orders.ts';
import { reputationWrites } from './screening/reputation-store.ts';
import { senderListWrites } from './screening/sender-list-store.ts';
import type { Transaction, Write } from './transaction.ts';

/** Run outside of a commit: the worker does them itself (storage-worker.ts). */
const notWithin: Write<null, void> = () => {
  throw new Error('this is not done within a commit');
};

const outsideCommit = { compactDatabase: notWithin, holdFiles: notWithin, letFilesGo: notWithin };
export type OutsideCommit = keyof typeof outsideCommit;

export const writes = {
  ...outsideCommit,
  ...administratorWrites,
  ...apiTokenWrites,
  ...appPasswordWrites,
  ...auditWrites,
  ...backupRunWrites,
  ...bayesWrites,
  ...certificateWrites,
  ...directoryWrites,
  ...dnsChangeWrites,
  ...expungedWrites,
  ...flagWrites,
  ...flowWrites,
  ...grantWrites,
  ...greylistWrites,
  ...healthWrites,
  ...mailboxWrites,
  ...messageWrites,
  ...metadataWrites,
  ...passwordStrengthWrites,
  ...pruneScreeningWrites,
  ...quarantineWrites,
  ...queueSteeringWrites,
  ...queueWrites,
  ...readerWrites,
  ...reportWrites,
  ...reputationWrites,
  ...sealingWrites,
  ...searchWrites,
  ...senderListWrites,
  ...settingsWrites,
  ...signInWrites,
  ...signingKeyWrites,
  ...sieveWrites,
  ...timelineWrites,
  ...tlsPolicyWrites,
  ...transcriptWrites,
};

export type Writes = typeof writes;
export type WriteName = keyof Writes;
export type WriteArguments<Name extends WriteName> = Parameters<Writes[Name]>[1];
export type WriteAnswer<Name extends WriteName> = ReturnType<Writes[Name]>;

/** Runs a write by name; the types were checked where it was asked for. */
export function runWrite(transaction: Transaction, name: string, args: unknown): unknown {
  const write = writes[name as WriteName] as (transaction: Transaction, args: unknown) => unknown;
  return write(transaction, args);
}
