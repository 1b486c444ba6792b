/** Accounts say how their mail is fetched over POP3, as JSON; none: the defaults. */
import type { Connection } from '../connection.ts';

export function addPop3Settings(connection: Connection): void {
  connection.execute('ALTER TABLE account ADD COLUMN pop3 TEXT');
}
