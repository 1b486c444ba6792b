import { beforeEach, describe, expect, it } from 'vitest';
import { createMessageIndexer } from '../../format/message-indexer.ts';
import { MemorySpool } from './memory-spool.ts';
import { createMessageReceiver, INLINE_CONTENT_OCTETS, type MessageReceiver } from './message-receiver.ts';

let spool: MemorySpool;
let receiver: MessageReceiver;

beforeEach(() => {
  spool = new MemorySpool();
  receiver = createMessageReceiver({ spool, createIndexer: createMessageIndexer });
});

async function receive(chunks: readonly string[]) {
  const writer = receiver.begin();
  for (const chunk of chunks) await writer.write(Buffer.from(chunk));
  return writer.finish();
}

describe('a message receiver', () => {
  it('keeps small content in memory, whole and indexed', async () => {
    const content = await receive(['Subject: he', 'llo\r\n\r\nbo', 'dy\r\n']);
    expect(content).toMatchObject({ sizeBytes: 24, index: { subject: 'hello', sizeBytes: 24 } });
    expect(Buffer.from(spool.bytesOf(content)).toString()).toBe('Subject: hello\r\n\r\nbody\r\n');
    expect(spool.files.size).toBe(0);
  });

  it('moves content into a file as soon as it is too large, losing nothing of what came before', async () => {
    const chunks = ['Subject: big\r\n\r\n', ...Array.from({ length: 9 }, (_, n) => String(n).repeat(20_000))];
    const content = await receive(chunks);
    expect(content.body.kind).toBe('file');
    expect(Buffer.from(spool.bytesOf(content)).toString()).toBe(chunks.join(''));
    expect(content.sizeBytes).toBe(chunks.join('').length);
  });

  it('takes content of exactly the limit inline', async () => {
    const content = await receive(['x'.repeat(INLINE_CONTENT_OCTETS)]);
    expect(content.body.kind).toBe('inline');
  });

  it('leaves nothing behind when it is aborted or discarded', async () => {
    const writer = receiver.begin();
    await writer.write(Buffer.alloc(INLINE_CONTENT_OCTETS + 1));
    expect(spool.files.size).toBe(1);
    await writer.abort();
    expect(spool.files.size).toBe(0);
    await receiver.discard(await receive(['y'.repeat(INLINE_CONTENT_OCTETS + 1)]));
    expect(spool.files.size).toBe(0);
  });
});
