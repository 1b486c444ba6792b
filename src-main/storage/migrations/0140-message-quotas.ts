/** Accounts may be limited by messages too, and it is remembered of which share of their quota they were warned. */
import type { Connection } from '../connection.ts';

export function addMessageQuotas(connection: Connection): void {
  connection.execute(`
    ALTER TABLE account ADD COLUMN quota_messages INTEGER;
    ALTER TABLE account ADD COLUMN quota_warned INTEGER NOT NULL DEFAULT 0;
  `);
}
