/** TLS policies of other domains (MTA-STS), which hold over restarts. */
import type { Connection } from '../connection.ts';

export function addTlsPolicies(connection: Connection): void {
  connection.execute(`
    CREATE TABLE tls_policy (
      domain TEXT PRIMARY KEY,
      id TEXT NOT NULL,
      text TEXT NOT NULL,
      fetched_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX tls_policy_end ON tls_policy (expires_at);
  `);
}
