/** A configuration of mbsync: one account, one Maildir, one channel between them. */
import type { Credentials, OpenTarget } from './reading-target.ts';

export interface MbsyncPair {
  readonly host: string;
  readonly port: number;
  readonly account: Credentials;
  /** Trusted over TLS; absent: clear text. */
  readonly certificateFile?: string;
  /** The Maildir's folder. */
  readonly mail: string;
  /** What the channel takes, and what it may do: all mailboxes, both ways. */
  readonly channel?: readonly string[];
}

/** Tom's mail in the reading target, over TLS. */
export function officeOf({ target: { host, ports, tom, certificateFile } }: OpenTarget) {
  return { host, port: ports.imaps, account: tom, certificateFile };
}

const BOTH_WAYS = ['Patterns *', 'Create Both', 'Expunge Both'];

export function mbsyncConfig({ host, port, account, certificateFile, mail, channel }: MbsyncPair): string {
  const security =
    certificateFile === undefined
      ? ['SSLType None']
      : ['SSLType IMAPS', `CertificateFile ${certificateFile}`];
  return [
    'IMAPStore far',
    `Host ${host}`,
    `Port ${port}`,
    `User ${account.user}`,
    `Pass ${account.password}`,
    ...security,
    '',
    'MaildirStore near',
    `Path ${mail}/`,
    `Inbox ${mail}/INBOX`,
    'SubFolders Verbatim',
    '',
    'Channel all',
    'Far :far:',
    'Near :near:',
    ...(channel ?? BOTH_WAYS),
    'SyncState *',
    '',
  ].join('\n');
}
