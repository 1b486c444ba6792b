/**
 * Reports of others about mail in our name and TLS to us, flat for sums; and what is counted to be reported to others.
 */
import type { Connection } from '../connection.ts';

const SCHEMA = `
  CREATE TABLE dmarc_report (
    id INTEGER PRIMARY KEY,
    reporter TEXT NOT NULL,
    report_id TEXT NOT NULL,
    domain TEXT NOT NULL,
    begin_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    is_proved INTEGER NOT NULL,
    policy TEXT NOT NULL,
    UNIQUE (reporter, report_id, domain)
  ) STRICT;
  CREATE INDEX dmarc_report_end_at ON dmarc_report (end_at);

  CREATE TABLE dmarc_row (
    report_id INTEGER NOT NULL REFERENCES dmarc_report (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    count INTEGER NOT NULL,
    disposition TEXT NOT NULL,
    is_dkim_aligned INTEGER NOT NULL,
    is_spf_aligned INTEGER NOT NULL,
    header_from TEXT NOT NULL,
    detail TEXT NOT NULL
  ) STRICT;
  CREATE INDEX dmarc_row_report_id ON dmarc_row (report_id);

  CREATE TABLE tls_report (
    id INTEGER PRIMARY KEY,
    reporter TEXT NOT NULL,
    report_id TEXT NOT NULL,
    domain TEXT NOT NULL,
    policy_type TEXT NOT NULL,
    begin_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    is_proved INTEGER NOT NULL,
    successes INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    details TEXT NOT NULL,
    UNIQUE (reporter, report_id, domain, policy_type)
  ) STRICT;
  CREATE INDEX tls_report_end_at ON tls_report (end_at);

  CREATE TABLE report_count (
    kind TEXT NOT NULL,
    day INTEGER NOT NULL,
    domain TEXT NOT NULL,
    policy TEXT NOT NULL,
    result TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (kind, day, domain, policy, result)
  ) STRICT, WITHOUT ROWID;
`;

export function addReports(connection: Connection): void {
  connection.execute(SCHEMA);
}
