/** Domains catch all and stand for others; accounts have further addresses, forwarding and other ways of delivery; aliases end. */
import type { Connection } from '../connection.ts';

export function addDeliverySettings(connection: Connection): void {
  connection.execute(`
    ALTER TABLE domain ADD COLUMN alias_of TEXT REFERENCES domain (name);
    ALTER TABLE domain ADD COLUMN catch_all TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE domain ADD COLUMN quota_bytes INTEGER;
    ALTER TABLE account ADD COLUMN addresses TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE account ADD COLUMN forwarding TEXT;
    ALTER TABLE account ADD COLUMN delivery TEXT;
    ALTER TABLE alias ADD COLUMN is_enabled INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE alias ADD COLUMN expires_at INTEGER;
    ALTER TABLE alias ADD COLUMN delivery TEXT;
    ALTER TABLE alias ADD COLUMN posting_rules TEXT;
  `);
}
