/** Copies that are kept apart know whom they are for, of what kind they are, and how they go on; the office's have the account id 0. */
import { kindOf } from '../../mail/screening/quarantine/port.ts';
import type { Verdict } from '../../mail/verdict.ts';
import type { Connection } from '../connection.ts';

export function addOfficeQuarantine(connection: Connection): void {
  connection.execute(`
    ALTER TABLE quarantine ADD COLUMN address TEXT NOT NULL DEFAULT '';
    ALTER TABLE quarantine ADD COLUMN kind TEXT NOT NULL DEFAULT 'junk';
    ALTER TABLE quarantine ADD COLUMN way TEXT NOT NULL DEFAULT '{"kind":"inbox"}';
    UPDATE quarantine SET address = coalesce(
      (SELECT local_part || '@' || domain FROM account WHERE account.id = account_id), recipient);
  `);
  for (const { id, verdict } of connection.all<{ id: number; verdict: string }>(
    'SELECT id, verdict FROM quarantine',
  )) {
    connection.run('UPDATE quarantine SET kind = ? WHERE id = ?', kindOf(JSON.parse(verdict) as Verdict), id);
  }
}
