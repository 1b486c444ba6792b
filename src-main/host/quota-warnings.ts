/**
 * Quota warnings: an account is told by mail when its mailboxes are nearly full, once for each of two levels.
 *
 * Flow: the mailstore's notices, gathered for a while → here → the queue. Invariants: what was told is remembered with the account,
 * so a restart repeats nothing; an account that has tidied up well below a level is told anew when it comes there again; a
 * warning is small and is delivered whatever the quota.
 */
import type { Cancel, Clock } from '../base/clock.ts';
import type { AccountId, Directory, DirectoryAdmin } from '../directory/port.ts';
import { amountIn, quotaPercent, type MailStore } from '../mail/mailstore/port.ts';
import { composeQuotaWarning } from './notices/quota-warning.ts';
import { sendOwnMessage, type OwnMessageOptions } from './own-message.ts';

/** Time to tidy up. */
export const FIRST_WARNING_PERCENT = 80;
/** The next larger message may be refused. */
const LAST_WARNING_PERCENT = 95;
/** So far below a level is tidied up: one message more or less is not. */
const RELIEF_PERCENT = 5;
/** A burst of mail is looked at once. */
const GATHER_MS = 5_000;

export interface QuotaWarningOptions extends OwnMessageOptions {
  readonly directory: Pick<Directory, 'getAccount' | 'onChange'> &
    Pick<DirectoryAdmin, 'listAccounts' | 'changeAccount'>;
  readonly mailStore: Pick<MailStore, 'onChange' | 'listMailboxes'>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

export function startQuotaWarnings(options: QuotaWarningOptions): Cancel {
  const { directory, mailStore, clock, onError } = options;
  const changed = new Set<AccountId>();
  let cancel: Cancel | null = null;
  const look = async (): Promise<void> => {
    cancel = null;
    const accounts = [...changed];
    changed.clear();
    for (const id of accounts) await warn(options, id);
  };
  const lookSoon = (): void => {
    cancel ??= clock.after(GATHER_MS, () => void look().catch(onError));
  };
  const unsubscribeMail = mailStore.onChange(({ kind, accountId }) => {
    if (kind !== 'messages') return;
    changed.add(accountId);
    lookSoon();
  });
  // A limit may have been made smaller.
  const unsubscribeDirectory = directory.onChange(() => {
    directory
      .listAccounts()
      .then((accounts) => accounts.forEach(({ id }) => changed.add(id)))
      .then(lookSoon, onError);
  });
  return () => {
    unsubscribeMail();
    unsubscribeDirectory();
    cancel?.();
  };
}

async function warn(options: QuotaWarningOptions, id: AccountId): Promise<void> {
  const account = await options.directory.getAccount(id);
  if (account === null) return;
  const { quotaBytes, quotaMessages, quotaWarned } = account;
  const limits = { octets: quotaBytes, messages: quotaMessages };
  if (quotaBytes === null && quotaMessages === null && quotaWarned === 0) return;
  const percent = quotaPercent(limits, amountIn(await options.mailStore.listMailboxes(id))) ?? 0;
  const level = levelOf(percent);
  if (level > quotaWarned) {
    const text = composeQuotaWarning(options.language(), { address: account.address, percent });
    await sendOwnMessage(options, { to: account, reversePath: '', ...text });
    await options.directory.changeAccount(id, { quotaWarned: level });
  } else if (level < quotaWarned && percent <= quotaWarned - RELIEF_PERCENT) {
    await options.directory.changeAccount(id, { quotaWarned: level });
  }
}

function levelOf(percent: number): number {
  if (percent >= LAST_WARNING_PERCENT) return LAST_WARNING_PERCENT;
  return percent >= FIRST_WARNING_PERCENT ? FIRST_WARNING_PERCENT : 0;
}
