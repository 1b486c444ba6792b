/** Who may send as a shared mailbox: who has the right to post (RFC 4314 §2.1 `p`) on its INBOX. */
import type { AccountId, MailStore } from '../mail/mailstore/port.ts';
import { hasRight } from '../mail/mailstore/sharing/port.ts';

export async function mayPost(
  store: Pick<MailStore, 'findMailbox' | 'rightsOf'>,
  account: AccountId,
  sharedMailbox: AccountId,
): Promise<boolean> {
  const inbox = await store.findMailbox(sharedMailbox, 'INBOX');
  return inbox !== null && hasRight(await store.rightsOf(account, inbox.id), 'p');
}
