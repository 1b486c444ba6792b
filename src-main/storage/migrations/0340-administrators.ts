/** Administrators have roles, a second factor and known places; who was there before owns the server. */
import type { Connection } from '../connection.ts';

export function addRoles(connection: Connection): void {
  connection.execute(`
    ALTER TABLE administrator ADD COLUMN role TEXT NOT NULL DEFAULT 'owner';
    ALTER TABLE administrator ADD COLUMN domains TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE administrator ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE administrator ADD COLUMN password_changed_at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE administrator ADD COLUMN last_sign_in TEXT NOT NULL DEFAULT 'null';
    ALTER TABLE administrator ADD COLUMN factor TEXT NOT NULL DEFAULT '{"totp":null,"recovery":[],"passkeys":[]}';
    ALTER TABLE administrator ADD COLUMN places TEXT NOT NULL DEFAULT '[]';
  `);
}
