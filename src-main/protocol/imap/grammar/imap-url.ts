/**
 * IMAP URLs that name a message or a part of one on this server, in this session (RFC 5092 §6, §7; used by CATENATE, RFC 4469 §3):
 * `/Drafts;UIDVALIDITY=385759045/;UID=20/;SECTION=1.MIME/;PARTIAL=0.1024`.
 *
 * Invariants: never throws; linear time; an absolute URL, or one with URLAUTH, is none of these.
 */
import { parseSection } from './fetch-item.ts';
import type { PartialRange, Section } from './fetch-item.ts';

export interface ImapUrl {
  /** Unicode; null means the mailbox that is selected. */
  readonly mailbox: string | null;
  /** False where the name is relative to the one that is selected (RFC 5092 §7.2). */
  readonly isAbsolute: boolean;
  readonly uidValidity: number | null;
  readonly uid: number;
  readonly section: Section;
  readonly partial: PartialRange | null;
}

const URL =
  /^(\/?)([^;]*?)(?:;UIDVALIDITY=(\d{1,10}))?\/?;UID=(\d{1,10})(?:\/;SECTION=([^;]+?))?(?:\/;PARTIAL=(\d{1,15})(?:\.(\d{1,15}))?)?$/i;

export function parseImapUrl(text: string): ImapUrl | null {
  const match = URL.exec(text);
  if (match === null) return null;
  const [, slash, path = '', uidValidity, uid, sectionText = '', first, count] = match;
  const mailbox = decodePercent(path);
  const sectionOctets = decodePercent(sectionText);
  const section = sectionOctets === null ? null : parseSection(sectionOctets);
  // `/;UID=1` and `;UIDVALIDITY=1/;UID=1` name no mailbox; `imap:` begins another server's URL.
  const isUnnamed = path === '' && (slash !== '' || uidValidity !== undefined);
  if (mailbox === null || section === null || isUnnamed || /^(?:\/|imaps?:)/i.test(path)) return null;
  return {
    mailbox: mailbox === '' ? null : mailbox,
    isAbsolute: slash !== '',
    uidValidity: uidValidity === undefined ? null : Number(uidValidity),
    uid: Number(uid),
    section,
    partial: first === undefined ? null : makePartial(first, count),
  };
}

/** RFC 5092 §11 partial-range: without a length it is the rest. */
function makePartial(first: string, count: string | undefined): PartialRange {
  return { first: Number(first), count: count === undefined ? Number.POSITIVE_INFINITY : Number(count) };
}

/** Percent-encoded UTF-8 as text, or null where it is not. */
function decodePercent(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
