/** Makes an account's first mailboxes where they are missing; for others a look is cheaper than a commit. */
import type { AccountId, MailStore } from '../mailstore/port.ts';

export async function ensureMailboxes(mailStore: MailStore, accountId: AccountId): Promise<void> {
  const inbox = await mailStore.findMailbox(accountId, 'INBOX');
  if (inbox === null) await mailStore.createAccountMailboxes(accountId);
}
