/**
 * Carries a plan out: what is missing is made, then the mail comes, some accounts at a time.
 *
 * Flow: command line, console → here → provision/, mail/transfer. Invariants: it may be repeated until the old server is switched off for the
 * last time: accounts that are there keep what was changed here, mail that is there is not brought twice; an account that fails does
 * not keep the others; nothing rejects but what is this machine's fault.
 */
import type { Clock } from '../../base/clock.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { MoveInRemedy } from '../../contract/move-in.ts';
import { keyOfAddress } from '../../directory/address-key.ts';
import type { FullDirectory } from '../../directory/create-directory.ts';
import type { AccountId } from '../../directory/port.ts';
import type { MessageReceiver } from '../../mail/content/message-receiver.ts';
import { importMail, type ImportOptions } from '../../mail/transfer/import-mail.ts';
import type { TransferProgress, TransferReport } from '../../mail/transfer/port.ts';
import { ImapProblem } from '../../protocol/imap/client/client-wire.ts';
import type { AuditStore } from '../audit/port.ts';
import type { ProvisionTargets } from '../provision/apply.ts';
import { expectOk, ProvisionError } from '../provision/expect-ok.ts';
import { checkProvision, provisionHost, ProvisionProblem } from '../provision/provision-host.ts';
import { parseProvision, type Provision } from '../provision/schema.ts';
import type { MailJob, MoveInPlan, NewAccount } from './plan.ts';

/** An old server may allow no more connections at a time. */
const ACCOUNTS_AT_ONCE = 3;

/** Where everything comes to. */
export interface Office {
  readonly directory: FullDirectory;
  readonly targets: ProvisionTargets & { readonly audit: AuditStore };
  readonly mailStore: ImportOptions['mailStore'];
  readonly receiver: MessageReceiver;
  readonly clock: Clock;
}

/** An account whose mail could not even begin to come. */
export interface MailFailure {
  /** A sentence of the other side, or of this machine. */
  readonly reason: string;
  readonly remedy: MoveInRemedy;
}

export type MailOutcome = Result<TransferReport, MailFailure>;

export interface MoveInWatch {
  readonly signal: AbortSignal;
  readonly onProgress: (address: string, progress: TransferProgress) => void;
  /** Hears of each account when its turn comes. */
  readonly onBegin?: (address: string) => void;
  /** Hears of each account when it is done. */
  readonly onAccount: (address: string, outcome: MailOutcome) => void;
}

/** The plan's provision, where it can be carried out; the error names what is wrong. */
export async function provisionOf(
  { provision }: MoveInPlan,
  office: Office,
): Promise<Result<Provision, string>> {
  const parsed = parseProvision(JSON.stringify(provision));
  if (!parsed.ok) return parsed;
  const problem = await checkProvision(parsed.value, office.targets);
  return problem === null ? parsed : err(problem);
}

/** Makes what is missing, and changes nothing that is there. */
export async function setUp(plan: MoveInPlan, office: Office): Promise<Result<void, string>> {
  const provision = await provisionOf(plan, office);
  if (!provision.ok) return provision;
  try {
    await provisionHost(provision.value, office.targets, office.clock);
    await finishAccounts(plan.newAccounts, office);
    return ok(undefined);
  } catch (error) {
    if (error instanceof ProvisionProblem || error instanceof ProvisionError) return err(error.message);
    throw error;
  }
}

/** Lets people keep their passwords, where what the old server kept can be verified. */
async function finishAccounts(accounts: readonly NewAccount[], { directory }: Office): Promise<void> {
  const ids = await idsOf(directory);
  for (const { address, passwordHash, isActive } of accounts) {
    const id = ids.get(keyOfAddress(address));
    const credentials = id === undefined ? null : directory.credentialsOf(id);
    if (id === undefined || credentials === null) continue;
    if (passwordHash !== null)
      await directory.replaceCredentials(id, { ...credentials, scrypt: passwordHash });
    if (!isActive) expectOk(await directory.changeAccount(id, { isEnabled: false }), address);
  }
}

async function idsOf(directory: FullDirectory): Promise<ReadonlyMap<string | null, AccountId>> {
  const accounts = await directory.listAccounts();
  return new Map(accounts.map(({ address, id }) => [keyOfAddress(address), id]));
}

/** How many accounts are not here whole. */
export async function bringMail(
  jobs: readonly MailJob[],
  office: Office,
  watch: MoveInWatch,
): Promise<number> {
  const ids = await idsOf(office.directory);
  const waiting = [...jobs];
  let failed = 0;
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const outcome = await bringOne({ job, accountId: ids.get(keyOfAddress(job.address)) }, office, watch);
      watch.onAccount(job.address, outcome);
      if (!outcome.ok || outcome.value.end.kind !== 'done' || outcome.value.progress.failed > 0) failed++;
    }
  };
  await Promise.all(Array.from({ length: ACCOUNTS_AT_ONCE }, work));
  return failed;
}

async function bringOne(
  { job, accountId }: { readonly job: MailJob; readonly accountId: AccountId | undefined },
  { mailStore, receiver, clock }: Office,
  { signal, onProgress, onBegin }: MoveInWatch,
): Promise<MailOutcome> {
  if (accountId === undefined) return err({ reason: 'there is no such account', remedy: 'again' });
  if (signal.aborted) return ok(CANCELLED);
  onBegin?.(job.address);
  try {
    const source = await job.open(signal);
    const report = (progress: TransferProgress) => onProgress(job.address, progress);
    return ok(
      await importMail({ source, accountId, mailStore, receiver, clock, signal, onProgress: report }),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const remedy = error instanceof ImapProblem && error.step !== 'session' ? error.step : 'again';
    return signal.aborted ? ok(CANCELLED) : err({ reason, remedy });
  }
}

const CANCELLED: TransferReport = {
  end: { kind: 'cancelled' },
  progress: {
    ...{ mailbox: '', messages: 0, skipped: 0, failed: 0, octets: 0 },
    ...{ totalMessages: null, totalOctets: null },
  },
  problems: [],
};
