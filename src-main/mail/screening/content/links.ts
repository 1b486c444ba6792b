/**
 * Links of a text: the host each leads to, and the host that it shows, where they differ.
 *
 * Invariants: linear time; at most MAX_LINKS.
 */
import { isIpv4 } from '../../../format/domain.ts';
import { MAX_LINKS } from '../limits.ts';

export interface Link {
  /** Lower case. */
  readonly host: string;
  /** The host of the address that the reader sees, where the text of the link is one. */
  readonly shownHost: string | null;
}

const URL_TEXT = /\bhttps?:\/\/([^\s/?#"'<>()[\]{}\\|^`]{1,300})/giu;
const HREF = /\bhref\s{0,9}=\s{0,9}["']?\s{0,9}https?:\/\/([^\s/?#"'<>]{1,300})/iu;
/** An anchor's tag, and its text. */
const MAX_TAG_CHARACTERS = 4096;
const SHOWN = /^\s*(?:https?:\/\/)?((?:[a-z0-9-]{1,63}\.)+[a-z]{2,63})(?:[/?#:]|\s|$)/iu;

export function findLinks(text: string, isHtml: boolean): readonly Link[] {
  const links: Link[] = [];
  if (isHtml) links.push(...findAnchors(text));
  const known = new Set(links.map(({ host }) => host));
  for (const [, authority = ''] of text.matchAll(URL_TEXT)) {
    if (links.length === MAX_LINKS) break;
    const host = hostOf(authority);
    if (known.has(host)) continue;
    known.add(host);
    links.push({ host, shownHost: null });
  }
  return links.filter(({ host }) => host !== '');
}

/** A look at each tag once: what has no end within a few thousand characters is none. */
function* findAnchors(html: string): Generator<Link> {
  let count = 0;
  for (const { index } of html.matchAll(/<a\s/giu)) {
    const tagEnd = html.slice(index, index + MAX_TAG_CHARACTERS).indexOf('>');
    const tag = tagEnd < 0 ? '' : html.slice(index, index + tagEnd);
    const authority = HREF.exec(tag)?.[1];
    if (authority === undefined) continue;
    const [shown = ''] = html
      .slice(index + tagEnd + 1, index + tagEnd + 1 + MAX_TAG_CHARACTERS)
      .split('<', 1);
    yield { host: hostOf(authority), shownHost: SHOWN.exec(shown)?.[1]?.toLowerCase() ?? null };
    if (++count === MAX_LINKS) return;
  }
}

function hostOf(authority: string): string {
  const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/u, '');
  return host.toLowerCase().replace(/\.+$/u, '');
}

export function isNumericHost(host: string): boolean {
  return isIpv4(host) || /^(?:0x[0-9a-f]+|\d+)$/u.test(host);
}

/** Second levels under which countries give out names: good enough to ask lists and to compare, not the Public Suffix List. */
const SECOND_LEVELS = new Set([
  'ac',
  'co',
  'com',
  'edu',
  'gov',
  'ne',
  'net',
  'or',
  'org',
  'gob',
  'go',
  'nom',
  'asso',
]);

/** The part of a name that was registered, as far as that can be seen. */
export function registeredDomain(host: string): string {
  const labels = host.split('.');
  const [second = '', top = ''] = labels.slice(-2);
  const depth = top.length === 2 && SECOND_LEVELS.has(second) ? 3 : 2;
  return labels.slice(-depth).join('.');
}
