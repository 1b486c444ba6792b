/** What becomes of an account's key when the account goes. */
import { holdContent } from '../content-store.ts';
import type { Transaction } from '../transaction.ts';
import { keyIdOf } from './codec.ts';
import { OFFICE } from './keyring.ts';

/** After its mail: contents that others still hold are the office's from now on, then the key is destroyed. */
export function dropAccountKey(transaction: Transaction, account: number): void {
  const { connection } = transaction;
  const key = connection.get<{ id: number }>('SELECT id FROM sealing_key WHERE account_id = ?', account);
  if (key === undefined) return;
  const kept = connection.rows<readonly [number, Uint8Array]>(
    'SELECT id, data_key FROM content WHERE data_key IS NOT NULL',
  );
  for (const [id, wrapped] of kept) if (keyIdOf(wrapped) === key.id) holdContent(transaction, id, OFFICE);
  connection.keyring.dropAccount(account);
}
