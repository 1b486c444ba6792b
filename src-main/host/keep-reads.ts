/** What IMAP and POP3 tell of reading, kept on the timelines. */
import type { MailEventSink } from '../mail/events.ts';
import type { Storage } from '../storage/open-storage.ts';

/** These events belong to no commit of a stage, so they are written here; the page hears of them when they are there. */
export function keepReads(
  sink: MailEventSink,
  storage: Pick<Storage, 'timelines'>,
  onError: (error: unknown) => void,
): MailEventSink {
  return (event) => {
    if (event.type !== 'read' && event.type !== 'bouncedBack' && event.type !== 'follows') return sink(event);
    storage.timelines.append([event]).then(() => sink(event), onError);
  };
}
