/**
 * XML: as much of it as reports need (XML 1.0): elements, text, CDATA and the five entities; and writing it.
 *
 * Flow: DMARC aggregate reports, in and out. Invariants: never throws, linear time; bounded depth and number of elements; a document
 * type declaration is refused, so that nothing can be defined, fetched or multiplied. Namespaces are read over.
 */
import { err, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  /** Its own text, trimmed. */
  readonly text: string;
  readonly children: readonly XmlElement[];
  /** What stands behind the name in its tag; attributeOf() reads it. */
  readonly attributeText: string;
}

/** Reports nest six deep. */
const MAX_DEPTH = 32;
/** A report of 20,000 sources has about half a million. */
const MAX_ELEMENTS = 600_000;

interface OpenElement {
  readonly qualifiedName: string;
  readonly attributeText: string;
  text: string;
  readonly children: XmlElement[];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** XML 1.0 §3.1 */
const ATTRIBUTE = /([^\s="'/]{1,64})\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
/** A name ends at white space, `/` or the end of the tag. */
const TAG_NAME = /^[^\s/]+/;

/** The root element. The error is a sentence without its full stop. */
export function parseXml(text: string): Result<XmlElement, string> {
  const root: OpenElement = { qualifiedName: '', attributeText: '', text: '', children: [] };
  const open: OpenElement[] = [root];
  let count = 0;
  for (let at = 0; at < text.length;) {
    const start = text.indexOf('<', at);
    const current = open.at(-1) ?? root;
    current.text += decodeEntities(text.slice(at, start < 0 ? text.length : start));
    if (start < 0) break;
    const markup = readMarkup(text, start);
    if (markup === null) return err('the markup does not end');
    at = markup.end;
    if (markup.kind === 'declaration') return err('a document type declaration is not allowed');
    if (markup.kind === 'text') current.text += markup.text;
    if (markup.kind !== 'tag') continue;
    if (++count > MAX_ELEMENTS) return err('there are too many elements');
    const problem = passTag(markup.text, open);
    if (problem !== null) return err(problem);
  }
  const [only] = root.children;
  if (open.length > 1) return err('an element is not closed');
  return only === undefined ? err('there is no element') : ok(only);
}

type Markup =
  | { readonly kind: 'tag' | 'text'; readonly text: string; readonly end: number }
  | { readonly kind: 'declaration' | 'nothing'; readonly end: number };

/** What begins with `<`; null where it has no end. */
function readMarkup(text: string, start: number): Markup | null {
  const until = (mark: string): number => {
    const found = text.indexOf(mark, start);
    return found < 0 ? -1 : found + mark.length;
  };
  if (text.startsWith('<![CDATA[', start)) {
    const end = until(']]>');
    return end < 0 ? null : { kind: 'text', text: text.slice(start + 9, end - 3), end };
  }
  const mark = text.startsWith('<!--', start) ? '-->' : text.startsWith('<?', start) ? '?>' : '>';
  const end = until(mark);
  if (end < 0) return null;
  if (mark !== '>') return { kind: 'nothing', end };
  if (text.startsWith('<!', start)) return { kind: 'declaration', end };
  return { kind: 'tag', text: text.slice(start + 1, end - 1), end };
}

/** What is wrong with the tag, or null. */
function passTag(tag: string, open: OpenElement[]): string | null {
  if (tag.startsWith('/')) return closeElement(tag.slice(1).trim(), open);
  const qualifiedName = TAG_NAME.exec(tag)?.[0] ?? '';
  if (qualifiedName === '') return 'a tag has no name';
  if (open.length > MAX_DEPTH) return 'the elements are nested too deep';
  const attributeText = tag.slice(qualifiedName.length).replace(/\/$/, '');
  open.push({ qualifiedName, attributeText, text: '', children: [] });
  return tag.endsWith('/') ? closeElement(qualifiedName, open) : null;
}

function closeElement(qualifiedName: string, open: OpenElement[]): string | null {
  const element = open.at(-1);
  if (element === undefined || open.length === 1 || element.qualifiedName !== qualifiedName)
    return `the end of "${qualifiedName.slice(0, 40)}" has no beginning`;
  open.pop();
  const name = qualifiedName.slice(qualifiedName.indexOf(':') + 1);
  const { attributeText, children } = element;
  open.at(-1)?.children.push({ name, attributeText, text: element.text.trim(), children });
  return null;
}

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x?[0-9a-fA-F]{1,6}|[a-z]{2,4});/g, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole;
    const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** The value of an attribute; null where there is none. */
export function attributeOf(
  { attributeText }: Pick<XmlElement, 'attributeText'>,
  name: string,
): string | null {
  for (const [, found, double, single] of attributeText.matchAll(ATTRIBUTE))
    if (found === name) return decodeEntities(double ?? single ?? '');
  return null;
}

/** The first child of that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** Text of the first child of that name; empty where there is none. */
export function textOf(element: XmlElement | undefined, name: string): string {
  return childOf(element, name)?.text ?? '';
}

/** What is written: an element's name, and its text or its children; what is undefined is left out. */
export type XmlNode = readonly [name: string, content: string | number | readonly (XmlNode | undefined)[]];

export function formatXml(root: XmlNode): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${formatNode(root, '')}`;
}

function formatNode([name, content]: XmlNode, indent: string): string {
  if (typeof content !== 'object') return `${indent}<${name}>${escapeText(String(content))}</${name}>\n`;
  const children = content.map((child) => (child === undefined ? '' : formatNode(child, `${indent}  `)));
  return `${indent}<${name}>\n${children.join('')}${indent}</${name}>\n`;
}

/** Characters that XML does not have become question marks. */
function escapeText(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
    .replace(/[&<>]/g, (character) => (character === '&' ? '&amp;' : character === '<' ? '&lt;' : '&gt;'));
}
