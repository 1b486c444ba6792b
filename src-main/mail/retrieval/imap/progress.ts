/**
 * Progress: tells a client that waits for a long command that the server still works on it (RFC 9585), so that it does not
 * give the connection up.
 *
 * Only around commands whose responses are whole lines: nothing may come between the pieces of a FETCH response.
 */
import type { Clock } from '../../../base/clock.ts';
import type { CommandName } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo } from '../../../protocol/imap/server/session.ts';
import { PROGRESS_INTERVAL_MS } from './limits.ts';

const LONG_COMMANDS: ReadonlySet<CommandName> = new Set([
  'COPY',
  'MOVE',
  'EXPUNGE',
  'SEARCH',
  'ESEARCH',
  'STORE',
  'SELECT',
  'EXAMINE',
]);

export async function withProgress<T>(
  name: CommandName,
  { clock, io }: { clock: Clock; io: CommandIo },
  work: () => Promise<T>,
): Promise<T> {
  if (!LONG_COMMANDS.has(name)) return work();
  const tell = (): void => {
    // RFC 9585 §4.2: the goal is not known, so no numbers.
    void io.send(`* OK [INPROGRESS (${io.quotedTag} NIL NIL)] Still working on it`);
    void io.flush();
    cancel = clock.after(PROGRESS_INTERVAL_MS, tell);
  };
  let cancel = clock.after(PROGRESS_INTERVAL_MS, tell);
  try {
    return await work();
  } finally {
    cancel();
  }
}
