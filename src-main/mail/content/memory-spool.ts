/** A spool in memory: for tests of the stages, and the reference that the contract suite holds the disk's spool against. */
import type { ContentSpool, SpoolFile, StagedContent } from './port.ts';

export class MemorySpool implements ContentSpool {
  readonly files = new Map<string, Uint8Array>();
  #next = 1;

  create(): Promise<SpoolFile> {
    const fileName = `spool-${this.#next++}`;
    const files = this.files;
    files.set(fileName, new Uint8Array(0));
    return Promise.resolve({
      fileName,
      write: (chunk: Uint8Array) => {
        const before = files.get(fileName) ?? new Uint8Array(0);
        const after = new Uint8Array(before.length + chunk.length);
        after.set(before);
        after.set(chunk, before.length);
        files.set(fileName, after);
        return Promise.resolve();
      },
      finish: () => Promise.resolve(),
      abort: () => {
        files.delete(fileName);
        return Promise.resolve();
      },
    });
  }

  discard(content: StagedContent): Promise<void> {
    if (content.body.kind === 'file') this.files.delete(content.body.fileName);
    return Promise.resolve();
  }

  readRange(content: StagedContent, start: number, end: number): Promise<Uint8Array> {
    return Promise.resolve(this.bytesOf(content).subarray(start, end));
  }

  /** All octets of a staged content, wherever they lie. */
  bytesOf(content: StagedContent): Uint8Array {
    if (content.body.kind === 'inline') return content.body.bytes;
    const bytes = this.files.get(content.body.fileName);
    if (bytes === undefined) throw new Error(`no spool file ${content.body.fileName}`);
    return bytes;
  }
}
