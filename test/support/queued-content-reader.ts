/** Reads the content of entries in a memory queue, wherever its octets lie. */
import type { MessageIndex } from '../../src-main/format/message-index.ts';
import type { MemorySpool } from '../../src-main/mail/content/memory-spool.ts';
import type { ContentId, ContentReader, StagedContent } from '../../src-main/mail/content/port.ts';
import type { MemoryQueueStore } from '../../src-main/mail/queue/memory-queue-store.ts';

export class QueuedContentReader implements ContentReader {
  readonly #store: MemoryQueueStore;
  readonly #spool: MemorySpool;
  /** The most octets asked for at once. */
  largestRead = 0;

  constructor(store: MemoryQueueStore, spool: MemorySpool) {
    this.#store = store;
    this.#spool = spool;
  }

  async readIndex(id: ContentId): Promise<MessageIndex> {
    return (await this.#find(id)).index;
  }

  async readRange(id: ContentId, start: number, end: number): Promise<Uint8Array> {
    this.largestRead = Math.max(this.largestRead, end - start);
    return this.#spool.bytesOf(await this.#find(id)).subarray(start, end);
  }

  #find(id: ContentId): Promise<StagedContent> {
    const content = this.#store.findContent(id);
    return content === undefined ? Promise.reject(new Error(`no content ${id}`)) : Promise.resolve(content);
  }
}
