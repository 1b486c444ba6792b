/**
 * Delivery into a Maildir: written and synced in `tmp`, then linked into `new`.
 *
 * https://cr.yp.to/proto/maildir.html, names with Maildir++'s size (`,S=`). Lines end with LF, as programs on this machine expect.
 * Invariants: no lock is needed: a reader sees a message whole or not at all; delivered once file and folder are synced.
 */
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { MakeId } from '../../../base/ids.ts';
import { LineRewriter } from '../../../format/line-rewriter.ts';
import { deferredBy, delivered } from './outcome.ts';
import type { HandedMessage, HandOver } from './port.ts';

export interface MaildirOptions {
  readonly makeId: MakeId;
  readonly hostname: () => string;
}

export function createMaildirHandOver(
  options: MaildirOptions,
): HandOver<{ method: 'maildir'; path: string }> {
  return async ({ path }, message) => {
    try {
      for (const part of ['cur', 'new', 'tmp'])
        await mkdir(join(path, part), { recursive: true, mode: 0o700 });
      const name = `${Math.floor(message.at / 1000)}.${options.makeId()}.${hostPart(options.hostname())}`;
      const written = join(path, 'tmp', name);
      const size = await writeSynced(written, message);
      await rename(written, join(path, 'new', `${name},S=${size}`)).catch(async (error: unknown) => {
        await unlink(written).catch(() => undefined);
        throw error;
      });
      await syncFolder(join(path, 'new'));
      return delivered(`Put into ${path}`);
    } catch (error) {
      return deferredBy(error, `${path} could not be written`);
    }
  };
}

/** As the Maildir page asks: no slash and no colon in a name. */
function hostPart(hostname: string): string {
  return hostname.replaceAll('/', '\\057').replaceAll(':', '\\072');
}

/** Answers the octets written; leaves nothing where it fails. */
async function writeSynced(path: string, message: HandedMessage): Promise<number> {
  const handle = await open(path, 'wx', 0o600);
  try {
    const rewriter = new LineRewriter({ lineEnd: 'lf' });
    for await (const chunk of message.content()) await handle.appendFile(rewriter.push(chunk));
    await handle.appendFile(rewriter.end());
    await handle.sync();
    return (await handle.stat()).size;
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows has no way to sync a directory, and needs none.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
