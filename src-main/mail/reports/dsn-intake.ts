/**
 * DSN intake: what other servers report of messages that went out from here joins the timelines of those messages.
 *
 * RFC 3464. Flow: reception's enqueue() → here, after its commit → timelines of the message and of the DSN. Invariants: nobody waits for
 * it, and nothing becomes of either message because of it; a DSN is a stranger's word, shown as that; one is looked at after the
 * other, too many at once are left alone.
 */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { ContentReader } from '../content/port.ts';
import type { MailEventSink, TraceId } from '../events.ts';
import type { MessageQueue, QueueEntry } from '../queue/port.ts';
import { MAX_WAITING } from './limits.ts';
import { readDsn, type ForeignDsn } from './read-dsn.ts';

export interface DsnIntakeOptions {
  readonly content: ContentReader;
  /** Which message of ours the DSN is about; null: none that is known. */
  readonly findOrigin: (dsn: ForeignDsn) => Promise<TraceId | null>;
  readonly events: MailEventSink;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class DsnIntake {
  readonly #options: DsnIntakeOptions;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(options: DsnIntakeOptions) {
    this.#options = options;
  }

  /** A queue that looks at what it has taken. */
  watch(queue: MessageQueue): MessageQueue {
    return {
      enqueue: async (entry) => {
        const queued = await queue.enqueue(entry);
        // RFC 3464 §2: a DSN has the null reverse-path.
        if (queued.reversePath === '') this.#consider(queued);
        return queued;
      },
    };
  }

  /** Resolves when everything so far has been looked at. */
  settled(): Promise<void> {
    return this.#last;
  }

  #consider(entry: QueueEntry): void {
    if (this.#waiting >= MAX_WAITING) return;
    this.#waiting++;
    this.#last = this.#last
      .then(() => this.#look(entry))
      .catch((error: unknown) => {
        this.#options.logger.warn('A DSN could not be read', { traceId: entry.id, error });
      })
      .finally(() => this.#waiting--);
  }

  async #look({ id, contentId, sizeBytes }: QueueEntry): Promise<void> {
    const { content, findOrigin, events, clock } = this.#options;
    const dsn = await readDsn({
      sizeBytes,
      index: await content.readIndex(contentId),
      readRange: (start, end) => content.readRange(contentId, start, end),
    });
    const origin = dsn === null ? null : await findOrigin(dsn);
    if (dsn === null || origin === null || origin === id) return;
    const at = clock.now();
    const { reportingMta } = dsn;
    for (const recipient of dsn.recipients)
      events({ type: 'bouncedBack', traceId: origin, at, ...recipient, reportingMta, dsnTraceId: id });
    events({ type: 'follows', traceId: id, at, as: 'foreignDsn', originTraceId: origin });
  }
}
