/** Checks that annotations (RFC 5464) are of mailboxes and accounts that are there; id 0 is the server, and what is shared. */
import type { Examination } from './findings.ts';

const STRAY = `FROM metadata
  WHERE mailbox_id <> 0 AND mailbox_id NOT IN (SELECT id FROM mailbox)
     OR account_id <> 0 AND account_id NOT IN (SELECT id FROM account)`;

export function checkMetadata({ connection, isRepairing, found }: Examination): void {
  const count = connection.get<{ count: number }>(`SELECT count(*) AS count ${STRAY}`)?.count ?? 0;
  if (count === 0) return;
  const text = `${count} annotations are of mailboxes or accounts that are not there`;
  found({ check: 'mailboxes', text, remedy: 'they are taken away' });
  if (isRepairing) connection.run(`DELETE ${STRAY}`);
}
