/** Writes one message into a file of its own, dated as the message is. */
import { open, utimes } from 'node:fs/promises';
import { LineRewriter } from '../../../format/line-rewriter.ts';
import type { LeavingMessage } from '../port.ts';
import { OctetWriter } from './octet-writer.ts';

export async function writeMessageFile(
  path: string,
  message: LeavingMessage,
  format: { readonly before: string; readonly lineEnd: 'lf' | 'crlf' },
): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    const writer = new OctetWriter(handle);
    await writer.write(Buffer.from(format.before));
    const rewriter = new LineRewriter({ lineEnd: format.lineEnd });
    for await (const chunk of message.octets()) await writer.write(rewriter.push(chunk));
    await writer.write(rewriter.end());
    await writer.flush();
  } finally {
    await handle.close();
  }
  const at = new Date(message.internalDate);
  await utimes(path, at, at);
}
