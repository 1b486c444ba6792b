/** DSNs as Python's imaplib and email package read them: a judge that is not ours. */
import { join } from 'node:path';
import { runClient, type Mailbox } from './clients.ts';

export interface ReadDsn {
  readonly type: string;
  readonly reportType: string | null;
  readonly returnPath: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly autoSubmitted: string | null;
  readonly defects: readonly string[];
  readonly parts: readonly string[];
  readonly text: string;
  readonly status: readonly Readonly<Record<string, string>>[];
  readonly returnedSubject: string | null;
}

const READER = join(import.meta.dirname, '../support/read_dsns.py');

/** Looks again so often before it gives what is there. */
const PATIENCE = 60;

/** What lies in an INBOX of a listener on this machine, once it holds so many messages. */
export async function readDsns(
  port: number,
  { user, password }: Mailbox,
  count: number,
): Promise<readonly ReadDsn[]> {
  for (let patience = PATIENCE; ; patience--) {
    const { code, output } = await runClient('python3', [READER, '127.0.0.1', String(port), user, password]);
    if (code !== 0) throw new Error(output);
    const found = JSON.parse(output) as ReadDsn[];
    if (found.length >= count || patience === 0) return found;
  }
}
