/** Files as octets: read from anywhere, or from one end to the other. */
import { open, type FileHandle } from 'node:fs/promises';
import type { OctetSource } from '../../format/mbox.ts';
import type { LineRewriter } from '../../format/line-rewriter.ts';
import { PIECE_OCTETS } from './limits.ts';

/** Lets `use` read a file, and closes it whatever happens. */
export async function* withFile<T>(
  path: string,
  use: (source: OctetSource) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const handle = await open(path, 'r');
  try {
    yield* use({
      sizeBytes: (await handle.stat()).size,
      readRange: (start, end) => read(handle, start, end),
    });
  } finally {
    await handle.close();
  }
}

/** A range of octets through a rewriter, in pieces. */
export async function* rewrittenRange(
  source: OctetSource,
  range: { start: number; end: number },
  rewriter: LineRewriter,
): AsyncGenerator<Uint8Array> {
  for (let at = range.start; at < range.end; at += PIECE_OCTETS)
    yield rewriter.push(await source.readRange(at, Math.min(range.end, at + PIECE_OCTETS)));
  yield rewriter.end();
}

/** A file's first octets as text of one character each. */
export async function readHead(source: OctetSource, start: number, end: number): Promise<string> {
  return Buffer.from(await source.readRange(start, end)).toString('latin1');
}

async function read(handle: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const octets = Buffer.allocUnsafe(Math.max(0, end - start));
  let length = 0;
  while (length < octets.length) {
    const { bytesRead } = await handle.read(octets, length, octets.length - length, start + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return octets.subarray(0, length);
}
