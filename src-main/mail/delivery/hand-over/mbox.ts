/**
 * Delivery into mbox files (RFC 4155, mboxrd), beside mail programs that read and change them.
 *
 * Flow: messages for one file gather while another writes; those that wait share a lock and a sync.
 * Invariants: a message is in the file whole or not at all: what a failed write left is cut off again while the lock is held; a
 * message is delivered once the file is synced; the file ends with an empty line before each `From ` line.
 */
import { open, type FileHandle } from 'node:fs/promises';
import type { Clock } from '../../../base/clock.ts';
import { createMboxWriter, formatFromLine } from '../../../format/mbox.ts';
import { MESSAGES_A_LOCK } from './limits.ts';
import { lockMailbox } from './mailbox-lock.ts';
import { deferred, deferredBy, delivered } from './outcome.ts';
import type { HandedMessage, HandOver, HandOverOutcome } from './port.ts';

interface Waiting {
  readonly message: HandedMessage;
  readonly settle: (outcome: HandOverOutcome) => void;
}

export function createMboxHandOver(options: { clock: Clock }): HandOver<{ method: 'mbox'; path: string }> {
  const files = new Map<string, Waiting[]>();
  const work = async (path: string, waiting: Waiting[]): Promise<void> => {
    while (waiting.length > 0) await writeTogether(path, waiting.splice(0, MESSAGES_A_LOCK), options.clock);
    files.delete(path);
  };
  return ({ path }, message) =>
    new Promise((settle) => {
      const waiting = files.get(path);
      if (waiting !== undefined) return void waiting.push({ message, settle });
      const first = [{ message, settle }];
      files.set(path, first);
      void work(path, first);
    });
}

async function writeTogether(path: string, batch: readonly Waiting[], clock: Clock): Promise<void> {
  const outcomes = await tryWrite(path, batch, clock).catch((error: unknown) =>
    batch.map(() => deferredBy(error, `${path} could not be written`)),
  );
  batch.forEach(({ settle }, index) => settle(outcomes[index] ?? deferred(`${path} could not be written`)));
}

async function tryWrite(path: string, batch: readonly Waiting[], clock: Clock): Promise<HandOverOutcome[]> {
  const handle = await open(path, 'a+', 0o600);
  try {
    const lock = await lockMailbox(path, clock);
    if (!lock.ok) return batch.map(() => deferred(lock.error));
    try {
      return await appendAll(handle, path, batch);
    } finally {
      await lock.value();
    }
  } finally {
    await handle.close();
  }
}

async function appendAll(
  handle: FileHandle,
  path: string,
  batch: readonly Waiting[],
): Promise<HandOverOutcome[]> {
  const before = (await handle.stat()).size;
  await partFromLast(handle, before);
  const outcomes: HandOverOutcome[] = [];
  for (const { message } of batch) outcomes.push(await append(handle, path, message));
  try {
    await handle.sync();
  } catch (error) {
    await handle.truncate(before);
    throw error;
  }
  return outcomes;
}

/** What other programs wrote may lack the empty line behind the last message. */
async function partFromLast(handle: FileHandle, size: number): Promise<void> {
  if (size === 0) return;
  const tail = Buffer.alloc(Math.min(2, size));
  await handle.read(tail, 0, tail.length, size - tail.length);
  const text = tail.toString('latin1');
  if (!text.endsWith('\n')) await handle.appendFile('\n\n');
  else if (text !== '\n\n') await handle.appendFile('\n');
}

async function append(handle: FileHandle, path: string, message: HandedMessage): Promise<HandOverOutcome> {
  const { size } = await handle.stat();
  try {
    const rewriter = createMboxWriter();
    await handle.appendFile(`${formatFromLine(message.reversePath, message.at)}\n`);
    let last: number | undefined;
    const write = async (octets: Uint8Array) => {
      if (octets.length === 0) return;
      last = octets.at(-1);
      await handle.appendFile(octets);
    };
    for await (const chunk of message.content()) await write(rewriter.push(chunk));
    await write(rewriter.end());
    await handle.appendFile(last === 0x0a ? '\n' : '\n\n');
    return delivered(`Written to ${path}`);
  } catch (error) {
    await handle.truncate(size);
    return deferredBy(error, `${path} could not be written`);
  }
}
