/** Checks that rights, and what readers have seen, are about mailboxes, accounts and messages that are there. */
import type { Examination } from './findings.ts';

const STRAY_GRANTS = `FROM mailbox_grant
  WHERE mailbox_id NOT IN (SELECT id FROM mailbox) OR grantee > 0 AND grantee NOT IN (SELECT id FROM account)
     OR grantee < 0 AND -grantee NOT IN (SELECT id FROM sharing_group)`;

const STRAY_SEEN = `FROM reader_seen
  WHERE account_id NOT IN (SELECT id FROM account)
     OR NOT EXISTS (SELECT 1 FROM message WHERE message.mailbox_id = reader_seen.mailbox_id
                                            AND message.uid = reader_seen.uid)`;

/** After the messages are in order. */
export function checkSharing({ connection, isRepairing, found }: Examination): void {
  for (const [rows, words] of [
    [STRAY_GRANTS, 'rights are about mailboxes or accounts that are not there'],
    [STRAY_SEEN, 'messages are marked as seen by a reader, but one of the two is not there'],
  ] as const) {
    const count = connection.get<{ count: number }>(`SELECT count(*) AS count ${rows}`)?.count ?? 0;
    if (count === 0) continue;
    found({ check: 'mailboxes', text: `${count} ${words}`, remedy: 'they are taken away' });
    if (isRepairing) connection.run(`DELETE ${rows}`);
  }
}
