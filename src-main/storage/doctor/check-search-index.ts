/**
 * Checks what was made of contents beforehand: the search index and the summaries.
 *
 * Invariants: nothing here is the only copy of anything: what is wrong is made again, here (a block of the index, a summary) or
 * in the background (what neither has reached yet). A bit too many costs a search a look; one too few would hide a
 * message, so every bit that a text needs is looked for.
 */
import { BLOCK_CONTENTS, GramBlock, ROW_OCTETS, SLICE_OCTETS, SLICES } from '../mail-search/gram-block.ts';
import { summarizeContent, type ContentSummary } from '../mail-search/content-summary.ts';
import {
  forgetSummary,
  removeSearchBlock,
  writeSearchBlock,
  writeSummary,
} from '../mail-search/search-writes.ts';
import { openStored } from '../mail-search/stored-message.ts';
import type { Examination } from './findings.ts';

interface BlockRow {
  readonly number: number;
  readonly content_ids: Uint8Array;
}

/** After the contents are in order. */
export function checkSearchIndex(examination: Examination): void {
  const blocks = examination.connection.all<BlockRow>('SELECT number, content_ids FROM search_block');
  const covered = new Set<number>();
  for (const block of blocks) checkBlock(examination, block, covered);
  checkStraySlices(examination);
}

function checkBlock(examination: Examination, block: BlockRow, covered: Set<number>): void {
  const ids = readIds(block.content_ids);
  if (ids === null || ids.some((id) => covered.has(id))) {
    return drop(examination, block.number, 'does not say which contents it covers');
  }
  for (const id of ids) covered.add(id);
  const remade = new GramBlock();
  for (const id of ids) addContent(examination, remade, id);
  const places = remade.contentIds.map((id) => ids.indexOf(id));
  if (hasAllBits(examination, block.number, { remade, places })) return;
  const text = `block ${block.number} of the search index has lost bits`;
  examination.found({ check: 'search', text, remedy: 'it is made again from its messages' });
  if (!examination.isRepairing) return;
  removeSearchBlock(examination.connection, block.number);
  const contentIds = Float64Array.from(remade.contentIds);
  if (contentIds.length > 0)
    writeSearchBlock(examination.connection, { number: block.number, contentIds, bits: remade.bits });
}

/** Null where the octets are no rising ids. */
function readIds(octets: Uint8Array): number[] | null {
  if (octets.length % 8 !== 0 || octets.length > BLOCK_CONTENTS * 8) return null;
  const ids = [...new Float64Array(Uint8Array.from(octets).buffer)];
  return ids.every((id, at) => Number.isSafeInteger(id) && id > (ids[at - 1] ?? 0)) ? ids : null;
}

/** Contents that are gone are left out. */
function addContent({ connection, contentFolder }: Examination, block: GramBlock, id: number): void {
  const message = unlessUnreadable(() => openStored({ connection, contentFolder }, id, ''));
  if (message === UNREADABLE || message === null) return;
  block.add(id, (visit) => unlessUnreadable(() => message.visitTexts(visit)));
}

const UNREADABLE = Symbol('unreadable');

/** What is wrong with the content itself was found before (check-contents.ts), and is mended by now where it is to be. */
function unlessUnreadable<T>(read: () => T): T | typeof UNREADABLE {
  try {
    return read();
  } catch {
    return UNREADABLE;
  }
}

/** Whether the stored block has every bit of the one that was made anew, whose content n is its content places[n]. */
function hasAllBits(
  { connection }: Examination,
  number: number,
  { remade, places }: { remade: GramBlock; places: readonly number[] },
): boolean {
  for (let slice = 0; slice < SLICES; slice++) {
    const row = connection.get<{ bits: Uint8Array }>(
      "SELECT unseal(bits, 'search', id) AS bits FROM search_slice WHERE id = ?",
      number * SLICES + slice,
    );
    // A slice that is not there hides nothing; a short one would.
    if (row === undefined) return false;
    const wanted = remade.bits.subarray(slice * SLICE_OCTETS, (slice + 1) * SLICE_OCTETS);
    if (row.bits.length !== SLICE_OCTETS || !covers(row.bits, wanted, places)) return false;
  }
  return true;
}

/** Whether `bits` has what `wanted` has; content n of `wanted` is content places[n] of `bits`. */
function covers(bits: Uint8Array, wanted: Uint8Array, places: readonly number[]): boolean {
  for (let at = 0; at < wanted.length; at++) {
    let left = wanted[at] ?? 0;
    while (left !== 0) {
      const low = left & -left;
      left ^= low;
      const place = places[(at % ROW_OCTETS) * 8 + (31 - Math.clz32(low))] ?? -1;
      const octet = bits[at - (at % ROW_OCTETS) + (place >> 3)] ?? 0;
      if (place < 0 || (octet & (1 << (place & 7))) === 0) return false;
    }
  }
  return true;
}

function drop({ connection, isRepairing, found }: Examination, number: number, reason: string): void {
  const text = `block ${number} of the search index ${reason}`;
  found({
    check: 'search',
    text,
    remedy: 'it goes; its messages are read by each search until they are indexed again',
  });
  if (isRepairing) removeSearchBlock(connection, number);
}

function checkStraySlices({ connection, isRepairing, found }: Examination): void {
  const row = connection.get<{ slices: number }>(
    `SELECT count(*) AS slices FROM search_slice WHERE ${STRAY}`,
  );
  if (row === undefined || row.slices === 0) return;
  const text = `${row.slices} slices of the search index belong to no block`;
  found({ check: 'search', text, remedy: 'they go' });
  if (isRepairing) connection.run(`DELETE FROM search_slice WHERE ${STRAY}`);
}

/** Not as a parameter: that would be a real number, and the division too. */
const STRAY = `id / ${SLICES} NOT IN (SELECT number FROM search_block)`;

/** Summaries that are not what would be made of their contents now, or of none, or missing below the newest. */
export function checkSummaries(examination: Examination): void {
  const { connection, contentFolder, isRepairing, found } = examination;
  const rows = connection.all<{ id: number }>(
    `SELECT content_id AS id FROM content_summary UNION SELECT content_id FROM content_facts
       UNION SELECT id FROM content WHERE id < (SELECT max(content_id) FROM content_summary)`,
  );
  for (const { id } of rows) {
    const made = unlessUnreadable(() => summarizeContent({ connection, contentFolder }, id));
    if (made === UNREADABLE || (made !== null && isAsStored(examination, made))) continue;
    const text =
      made === null ? `a summary of content ${id}, which is gone` : `the summary of content ${id} is wrong`;
    found({ check: 'search', text, remedy: made === null ? 'it goes' : 'it is made again' });
    if (!isRepairing) continue;
    if (made === null) forgetSummary(connection, id);
    else writeSummary(connection, made);
  }
}

function isAsStored({ connection }: Examination, made: ContentSummary): boolean {
  const stored = connection.get<ContentSummary>(
    `SELECT content_id AS contentId, ${PARTS.map((part) => `unseal(${part}, 'summary ${part}', content_id) AS ${part}`).join(', ')}
       FROM content_summary JOIN content_facts USING (content_id) WHERE content_id = ?`,
    made.contentId,
  );
  return stored !== undefined && PARTS.every((part) => stored[part] === made[part]);
}

const PARTS = ['envelope', 'structure', 'fields', 'sorted', 'searched'] as const;
