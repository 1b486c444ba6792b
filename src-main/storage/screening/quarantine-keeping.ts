/**
 * Copies that come into the quarantine, with the attempt that would have delivered them; and that go with their account.
 *
 * Invariants: each row holds one reference on its content. The office's rows have the account id 0.
 */
import type { QuarantinedMessage } from '../../mail/screening/quarantine/port.ts';
import { changeReferences } from '../content-store.ts';
import type { Transaction } from '../transaction.ts';

export const OFFICE_ID = 0;

export interface QuarantineArguments extends Pick<
  QuarantinedMessage,
  'accountId' | 'address' | 'kind' | 'prefix' | 'recipient' | 'author' | 'subject' | 'keptAt'
> {
  /** JSON. */
  readonly verdict: string;
  /** JSON. */
  readonly way: string;
}

/** Keeps a queued message apart; the caller counts the content reference. */
export function keepApart(
  { connection }: Transaction,
  copy: QuarantineArguments,
  entry: { contentId: number; sizeBytes: number; traceId: string; reversePath: string },
): void {
  connection.run(
    `INSERT INTO quarantine (account_id, address, kind, way, content_id, size_bytes, prefix, trace_id, reverse_path, recipient,
                             author, subject, verdict, kept_at)
     VALUES (?1, ?2, ?3, seal(?4, ?1, 'quarantine way', ?5), ?5, ?6, seal(?7, ?1, 'quarantine prefix', ?5), ?8,
             seal(?9, ?1, 'quarantine reverse_path', ?5), ?10, seal(?11, ?1, 'quarantine author', ?5),
             seal(?12, ?1, 'quarantine subject', ?5), seal(?13, ?1, 'quarantine verdict', ?5), ?14)`,
    copy.accountId ?? OFFICE_ID,
    copy.address,
    copy.kind,
    copy.way,
    entry.contentId,
    entry.sizeBytes,
    copy.prefix,
    entry.traceId,
    entry.reversePath,
    copy.recipient,
    copy.author,
    copy.subject,
    copy.verdict,
    copy.keptAt,
  );
}

/** The account is removed, and its mail with it. */
export function dropQuarantine(transaction: Transaction, accountId: number): void {
  const rows = transaction.connection.all<{ content_id: number }>(
    'DELETE FROM quarantine WHERE account_id = ? RETURNING content_id',
    accountId,
  );
  for (const { content_id: contentId } of rows) changeReferences(transaction, contentId, -1);
}
