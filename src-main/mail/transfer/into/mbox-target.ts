/** mbox files (mboxrd, RFC 4155): `INBOX.mbox`, `Archive/2026.mbox`; flags in Status fields, dates in From lines. */
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createMboxWriter, formatFromLine } from '../../../format/mbox.ts';
import { formatStatusFields } from '../../../format/status-fields.ts';
import { toPathLevels } from '../mailbox-paths.ts';
import type { ExportTarget, LeavingMessage } from '../port.ts';
import { OctetWriter } from './octet-writer.ts';

export class MboxTarget implements ExportTarget {
  readonly #folder: string;
  #open: { handle: FileHandle; writer: OctetWriter } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async openMailbox(name: string): Promise<void> {
    const path = `${join(this.#folder, ...toPathLevels(name))}.mbox`;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(path, 'wx', 0o600);
    this.#open = { handle, writer: new OctetWriter(handle) };
  }

  async write(message: LeavingMessage): Promise<void> {
    const { writer } = this.#opened;
    const rewriter = createMboxWriter();
    await writer.write(Buffer.from(`${formatFromLine(message.sender, message.internalDate)}\n`));
    await writer.write(rewriter.push(Buffer.from(formatStatusFields(message.flags))));
    for await (const chunk of message.octets()) await writer.write(rewriter.push(chunk));
    await writer.write(rewriter.end());
    if (!writer.endsLine) await writer.write(Buffer.from('\n'));
    await writer.write(Buffer.from('\n'));
  }

  async closeMailbox(): Promise<void> {
    const { handle, writer } = this.#opened;
    this.#open = undefined;
    try {
      await writer.flush();
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  get #opened() {
    if (this.#open === undefined) throw new Error('no mailbox is open');
    return this.#open;
  }
}
