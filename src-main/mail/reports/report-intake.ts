/**
 * Report intake: looks at mail for the addresses that reports are asked for at, and keeps what reports in it say.
 *
 * Flow: reception's enqueue() → here, after its commit → store. Invariants: nobody waits for it, and nothing becomes of the message
 * because of it; one message is looked at after the other; too many at once are left in the mailbox.
 */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { parseAddress, addressKey } from '../../format/address.ts';
import type { ContentReader } from '../content/port.ts';
import type { MessageQueue, QueueEntry } from '../queue/port.ts';
import { MAX_WAITING } from './limits.ts';
import type { ReportStore } from './port.ts';
import { readReport } from './read-report.ts';

export interface ReportIntakeOptions {
  readonly store: Pick<ReportStore, 'addDmarc' | 'addTls'>;
  readonly content: ContentReader;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether reports are asked for at the address (as addressKey() has it). */
  readonly isReportAddress: (address: string) => boolean;
}

export class ReportIntake {
  readonly #options: ReportIntakeOptions;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(options: ReportIntakeOptions) {
    this.#options = options;
  }

  /** A queue that looks at what it has taken. */
  watch(queue: MessageQueue): MessageQueue {
    return {
      enqueue: async (entry) => {
        const queued = await queue.enqueue(entry);
        this.#consider(queued);
        return queued;
      },
    };
  }

  /** Resolves when everything so far has been looked at. */
  settled(): Promise<void> {
    return this.#last;
  }

  #consider(entry: QueueEntry): void {
    if (this.#waiting >= MAX_WAITING || !entry.recipients.some(({ address }) => this.#isForReports(address)))
      return;
    this.#waiting++;
    this.#last = this.#last
      .then(() => this.#look(entry))
      .catch((error: unknown) => {
        this.#options.logger.warn('A report could not be read', { traceId: entry.id, error });
      })
      .finally(() => this.#waiting--);
  }

  #isForReports(recipient: string): boolean {
    const address = parseAddress(recipient, { allowUtf8: true });
    return address.ok && this.#options.isReportAddress(addressKey(address.value));
  }

  async #look(entry: QueueEntry): Promise<void> {
    const { content, store, clock } = this.#options;
    const { contentId, sizeBytes, prefix = '' } = entry;
    const found = await readReport({
      sizeBytes,
      index: await content.readIndex(contentId),
      readRange: (start, end) => content.readRange(contentId, start, end),
    });
    const receipt = { receivedAt: clock.now(), isProved: /[\s;]dmarc=pass\b/.test(prefix) };
    if (found?.kind === 'dmarc') await store.addDmarc(found.report, receipt);
    if (found?.kind === 'tls') await store.addTls(found.reports, receipt);
  }
}
