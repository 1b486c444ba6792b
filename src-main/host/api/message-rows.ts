/**
 * Rows of messages as their reader may see them: without subjects where the role may not know what messages say, and of one person
 * with where each lies now.
 */
import type { MessageRow, MessageTimeline as ShownTimeline } from '../../contract/messages.ts';
import { mayDo } from '../../contract/roles.ts';
import type { MessageSummary, MessageTimeline, TimelineStore } from '../../observe/port.ts';
import type { Caller } from './services.ts';

/** RFC 5322 says nothing of what people may know: roles do. */
export function seesContent(caller: Caller | undefined): boolean {
  return caller !== undefined && mayDo(caller.role, 'content.read');
}

export function showRow(summary: MessageSummary, seesSubject: boolean): MessageRow {
  return seesSubject ? summary : { ...summary, subject: null };
}

export function showTimeline({ summary, events }: MessageTimeline, seesSubject: boolean): ShownTimeline {
  return { summary: showRow(summary, seesSubject), events };
}

/** Only what came for the person or went out from them. */
export async function withPlaces(
  timelines: Pick<TimelineStore, 'findPlaces'>,
  person: string,
  rows: readonly MessageRow[],
): Promise<readonly MessageRow[]> {
  const traceIds = rows.map(({ traceId }) => traceId);
  const places = await timelines.findPlaces(person, traceIds);
  return rows
    .map((row) => ({ ...row, mailbox: places.get(row.traceId) ?? null }))
    .filter((row) => row.mailbox !== null || isAbout(row, person));
}

function isAbout({ reversePath, author, recipients }: MessageRow, person: string): boolean {
  const wanted = person.toLowerCase();
  const addresses = [reversePath, author.replace(/^.*<([^<>]*)>$/su, '$1'), ...recipients];
  return addresses.some((address) => address.toLowerCase() === wanted);
}
