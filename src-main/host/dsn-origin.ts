/** Which message of ours a DSN of another server is about: named by our id or its Message-ID, and sent to whom the DSN reports on. */
import type { TraceId } from '../mail/events.ts';
import type { ForeignDsn } from '../mail/reports/read-dsn.ts';
import { findNamed } from '../observe/find-messages.ts';
import { readPastedBounce } from '../observe/pasted-bounce.ts';
import type { TimelineStore } from '../observe/port.ts';

/** Copies of one message share its Message-ID: forwarded, released, sent again. */
const MOST_COPIES = 20;

export async function findDsnOrigin(
  timelines: Pick<TimelineStore, 'listMessages'>,
  dsn: ForeignDsn,
): Promise<TraceId | null> {
  const named = readPastedBounce(`${dsn.text}\n.`);
  const found = named === null ? [] : await findNamed(timelines, named, MOST_COPIES);
  const reported = new Set(dsn.recipients.map(({ recipient }) => recipient.toLowerCase()));
  const sentThere = found.find(({ recipients }) =>
    recipients.some((each) => reported.has(each.toLowerCase())),
  );
  return (sentThere ?? found[0])?.traceId ?? null;
}
