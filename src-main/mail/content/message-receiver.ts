/**
 * MessageReceiver: takes a message's octets as they arrive, indexes them on the way, and stages them for the commit.
 *
 * Actor: MSA, MTA, MS (whoever accepts a message). Flow: DATA, APPEND → here → StagedContent → enqueue(), appendMessages().
 * Invariants: small content stays in memory; content above INLINE_CONTENT_OCTETS lies in a synced file before finish()
 * resolves, so memory does not grow with the message's size. abort() leaves nothing behind.
 */
import type { MessageIndex } from '../../format/message-index.ts';
import type { ContentSpool, SpoolFile, StagedContent } from './port.ts';

/** Above this, a file of its own is cheaper than pages of the database (architecture: about 128 KiB). */
export const INLINE_CONTENT_OCTETS = 128 * 1024;

export interface MessageIndexer {
  write(chunk: Uint8Array): void;
  end(): MessageIndex;
}

/** One message on its way in. Calls must not overlap: await each write that returns a promise. */
export interface ContentWriter {
  write(chunk: Uint8Array): void | Promise<void>;
  finish(): Promise<StagedContent>;
  abort(): Promise<void>;
}

export interface MessageReceiver {
  begin(): ContentWriter;
  /** Removes what a staged content left in the spool, when the commit it waited for did not happen. */
  discard(content: StagedContent): Promise<void>;
}

export function createMessageReceiver(options: {
  spool: ContentSpool;
  createIndexer: () => MessageIndexer;
}): MessageReceiver {
  return {
    begin: () => new StagingWriter(options.spool, options.createIndexer()),
    discard: (content) => options.spool.discard(content),
  };
}

class StagingWriter implements ContentWriter {
  readonly #spool: ContentSpool;
  readonly #indexer: MessageIndexer;
  #chunks: Uint8Array[] = [];
  #sizeBytes = 0;
  #file: SpoolFile | undefined;

  constructor(spool: ContentSpool, indexer: MessageIndexer) {
    this.#spool = spool;
    this.#indexer = indexer;
  }

  write(chunk: Uint8Array): void | Promise<void> {
    this.#indexer.write(chunk);
    this.#sizeBytes += chunk.length;
    if (this.#file !== undefined) return this.#file.write(chunk);
    this.#chunks.push(chunk);
    return this.#sizeBytes > INLINE_CONTENT_OCTETS ? this.#spill() : undefined;
  }

  async finish(): Promise<StagedContent> {
    const staged = { sizeBytes: this.#sizeBytes, index: this.#indexer.end() };
    if (this.#file === undefined) {
      return { ...staged, body: { kind: 'inline', bytes: joinChunks(this.#chunks, this.#sizeBytes) } };
    }
    await this.#file.finish();
    const { fileName, dataKey } = this.#file;
    return { ...staged, body: { kind: 'file', fileName, ...(dataKey !== undefined && { dataKey }) } };
  }

  async abort(): Promise<void> {
    this.#chunks = [];
    await this.#file?.abort();
  }

  async #spill(): Promise<void> {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#file = await this.#spool.create();
    for (const chunk of chunks) await this.#file.write(chunk);
  }
}

function joinChunks(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
