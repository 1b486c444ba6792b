/**
 * Modifiers: the lists of options that SELECT, FETCH and STORE take (RFC 4466 §2), with those of RFC 7162 §7
 * and RFC 9394 §3.3.
 */
import type { Cursor } from './cursor.ts';
import { parseResultRange, type ResultRange } from './result-range.ts';
import { parseSequenceSet } from './sequence-set.ts';
import type { SequenceSet } from './sequence-set.ts';

/** What a client remembers of a mailbox, from `QRESYNC (…)`. */
export interface QresyncParameter {
  readonly uidValidity: number;
  readonly modSeq: number;
  /** null: every UID of the mailbox. */
  readonly knownUids: SequenceSet | null;
  /** There was seq-match-data, which only spares servers that forget. */
  readonly hasSequenceMatch: boolean;
}

export interface SelectParameters {
  readonly condStore: boolean;
  readonly qresync: QresyncParameter | null;
}

export interface FetchModifiers {
  readonly changedSince: number | null;
  /** Expunged messages are wanted too (RFC 7162 §3.2.6). */
  readonly vanished: boolean;
  /** Only these of the messages that the set names, null for all. */
  readonly partial: ResultRange | null;
}

export const NO_SELECT_PARAMETERS: SelectParameters = { condStore: false, qresync: null };
export const NO_FETCH_MODIFIERS: FetchModifiers = { changedSince: null, vanished: false, partial: null };

/** ` (CONDSTORE)` or ` (QRESYNC (…))` after the mailbox of SELECT. */
export function parseSelectParameters(cursor: Cursor): SelectParameters {
  let parameters = NO_SELECT_PARAMETERS;
  if (!cursor.take(' ')) return parameters;
  cursor.list(() => {
    const name = cursor.keyword();
    if (name === 'CONDSTORE') parameters = { ...parameters, condStore: true };
    else if (name === 'QRESYNC') parameters = { ...parameters, qresync: parseQresync(cursor) };
    else cursor.fail('a parameter of SELECT');
  });
  return parameters;
}

/** ` ((uidvalidity modseq [known-uids] [(known-sequence-set known-uid-set)])` (RFC 7162 §3.2.5) */
function parseQresync(cursor: Cursor): QresyncParameter {
  cursor.space();
  cursor.expect('(');
  const uidValidity = cursor.nonZeroNumber();
  cursor.space();
  const modSeq = cursor.modSequence();
  if (modSeq === 0) cursor.fail('a mod-sequence above zero');
  let knownUids: SequenceSet | null = null;
  if (cursor.take(' ') && !cursor.sees('(')) {
    knownUids = knownSet(cursor);
    cursor.take(' ');
  }
  const hasSequenceMatch = cursor.sees('(');
  if (hasSequenceMatch) parseSequenceMatch(cursor);
  cursor.expect(')');
  return { uidValidity, modSeq, knownUids, hasSequenceMatch };
}

function parseSequenceMatch(cursor: Cursor): void {
  cursor.expect('(');
  knownSet(cursor);
  cursor.space();
  knownSet(cursor);
  cursor.expect(')');
}

/** RFC 7162 §7: neither `*` nor `$`, since the client names what it knows. */
function knownSet(cursor: Cursor): SequenceSet {
  const set = parseSequenceSet(cursor);
  const isKnown =
    set.kind === 'ranges' && set.ranges.every((range) => Number.isFinite(range.first + range.last));
  return isKnown ? set : cursor.fail('a set without *');
}

/** ` (CHANGEDSINCE 12345 VANISHED)` after the items of FETCH. */
export function parseFetchModifiers(cursor: Cursor): FetchModifiers {
  let modifiers = NO_FETCH_MODIFIERS;
  if (!cursor.take(' ') || cursor.isAtEnd) return modifiers;
  cursor.list(() => {
    const name = cursor.keyword();
    if (name === 'CHANGEDSINCE') modifiers = { ...modifiers, changedSince: parseChangedSince(cursor) };
    else if (name === 'VANISHED') modifiers = { ...modifiers, vanished: true };
    else if (name === 'PARTIAL') modifiers = { ...modifiers, partial: parsePartial(cursor) };
    else cursor.fail('a modifier of FETCH');
  });
  // RFC 7162 §3.2.6: VANISHED goes with CHANGEDSINCE.
  if (modifiers.vanished && modifiers.changedSince === null) cursor.fail('CHANGEDSINCE with VANISHED');
  return modifiers;
}

function parsePartial(cursor: Cursor): ResultRange {
  cursor.space();
  return parseResultRange(cursor);
}

function parseChangedSince(cursor: Cursor): number {
  cursor.space();
  const modSeq = cursor.modSequence();
  return modSeq === 0 ? cursor.fail('a mod-sequence above zero') : modSeq;
}

/** `(UNCHANGEDSINCE 12345) ` before the item of STORE (RFC 7162 §3.1.3); null where it is absent. */
export function parseStoreModifier(cursor: Cursor): number | null {
  if (!cursor.sees('(')) return null;
  let unchangedSince: number | null = null;
  cursor.list(() => {
    if (cursor.keyword() !== 'UNCHANGEDSINCE') cursor.fail('UNCHANGEDSINCE');
    cursor.space();
    unchangedSince = cursor.modSequence();
  });
  cursor.space();
  return unchangedSince;
}
