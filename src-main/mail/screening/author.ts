/** Author of a message (From), as far as screening goes by it. */
import type { MessageOctets } from '../content/message-octets.ts';
import type { Verdict } from '../verdict.ts';
import { registeredDomain } from './content/links.ts';

/** The author, where DMARC proves its domain; null otherwise. */
export function provenAuthor(verdict: Verdict, { index }: MessageOctets) {
  if (!verdict.findings.some(({ check, outcome }) => check === 'dmarc' && outcome === 'pass')) return null;
  return authorOf(index);
}

export function authorOf({ envelope }: MessageOctets['index']) {
  const [author] = envelope.from;
  if (author === undefined || author.host === null) return null;
  const host = author.host.toLowerCase();
  return { address: `${(author.mailbox ?? '').toLowerCase()}@${host}`, domain: registeredDomain(host) };
}
