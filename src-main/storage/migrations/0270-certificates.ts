/** Certificates that came by the console or from an authority, with the account there; certificate files become a list. */
import type { Connection } from '../connection.ts';

export function addCertificates(connection: Connection): void {
  connection.execute(`
    CREATE TABLE certificate (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      certificate TEXT NOT NULL,
      private_key TEXT NOT NULL
    ) STRICT;
    CREATE TABLE acme_certificate (
      purpose TEXT PRIMARY KEY,
      certificate TEXT,
      private_key TEXT,
      next_key TEXT,
      progress TEXT NOT NULL
    ) STRICT;
    CREATE TABLE acme_account (
      directory_url TEXT PRIMARY KEY,
      private_key TEXT NOT NULL,
      url TEXT
    ) STRICT;
    UPDATE setting SET value = CASE value WHEN 'null' THEN '[]' ELSE '[' || value || ']' END
    WHERE name = 'certificateFiles';
  `);
}
