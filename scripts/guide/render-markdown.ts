/**
 * The Markdown of the guide as HTML: headings, paragraphs, lists, tables, code blocks, pictures, links, strong and emphasised words.
 *
 * Invariants: all text is escaped, so nothing in it becomes markup by itself; `<a id="x"></a>` on a line of its own names the heading that
 * follows; links to other pages of the guide (`.md`) lead to their HTML.
 */
import { escapeHtml } from '../../src-main/format/escape-html.ts';

interface Rendered {
  readonly html: string;
  /** How many lines it was. */
  readonly lines: number;
}

const ANCHOR = /^<a id="([a-z0-9-]+)"><\/a>$/u;
const HEADING = /^(#{1,4}) (.+)$/u;
const ITEM = /^(?:[-*]|\d+\.) (.*)$/u;

export function renderMarkdown(markdown: string): string {
  const lines = markdown.split('\n');
  const parts: string[] = [];
  let anchor: string | null = null;
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const named = ANCHOR.exec(line)?.[1];
    if (named !== undefined) anchor = named;
    if (named !== undefined || line.trim() === '') {
      at++;
      continue;
    }
    const block = renderBlock(lines.slice(at), anchor);
    parts.push(block.html);
    at += block.lines;
    anchor = null;
  }
  return parts.join('\n');
}

function renderBlock(lines: readonly string[], anchor: string | null): Rendered {
  const [first = ''] = lines;
  const heading = HEADING.exec(first);
  if (heading !== null) return { html: renderHeading(heading, anchor), lines: 1 };
  if (first.startsWith('```')) return renderCode(lines);
  if (first.startsWith('|')) return renderTable(lines);
  if (ITEM.test(first)) return renderList(lines);
  return renderParagraph(lines);
}

function renderHeading([, marks = '', text = '']: RegExpExecArray, anchor: string | null): string {
  const id = anchor ?? slugOf(text);
  return `<h${marks.length} id="${id}">${renderInline(text)}</h${marks.length}>`;
}

/** As GitHub makes them. */
function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');
}

function renderCode(lines: readonly string[]): Rendered {
  const end = lines.indexOf('```', 1);
  const code = lines.slice(1, end === -1 ? undefined : end);
  const html = `<pre tabindex="0"><code>${escapeHtml(code.join('\n'))}</code></pre>`;
  return { html, lines: code.length + 2 };
}

function renderTable(lines: readonly string[]): Rendered {
  const rows = takeWhile(lines, (line) => line.startsWith('|'));
  const [head = '', , ...body] = rows;
  const row = (line: string, tag: 'td' | 'th'): string =>
    `<tr>${cellsOf(line)
      .map((cell) => `<${tag}>${renderInline(cell)}</${tag}>`)
      .join('')}</tr>`;
  const html = [
    '<div class="table" tabindex="0"><table>',
    `<thead>${row(head, 'th')}</thead>`,
    `<tbody>${body.map((line) => row(line, 'td')).join('\n')}</tbody>`,
    '</table></div>',
  ];
  return { html: html.join('\n'), lines: rows.length };
}

function cellsOf(line: string): readonly string[] {
  return line
    .replace(/^\|/u, '')
    .replace(/\|\s*$/u, '')
    .split(/(?<!\\)\|/u)
    .map((cell) => cell.replaceAll('\\|', '|').trim());
}

/** Lines that are indented belong to the item above. */
function renderList(lines: readonly string[]): Rendered {
  const taken = takeWhile(lines, (line) => ITEM.test(line) || /^ +\S/u.test(line));
  const items: string[] = [];
  for (const line of taken) {
    const text = ITEM.exec(line)?.[1];
    if (text !== undefined) items.push(text);
    else items.push(`${items.pop() ?? ''} ${line.trim()}`);
  }
  const tag = /^\d/u.test(taken[0] ?? '') ? 'ol' : 'ul';
  const html = items.map((item) => `<li>${renderInline(item)}</li>`).join('\n');
  return { html: `<${tag}>\n${html}\n</${tag}>`, lines: taken.length };
}

function renderParagraph(lines: readonly string[]): Rendered {
  const taken = takeWhile(lines, (line, at) => line.trim() !== '' && (at === 0 || !line.startsWith('```')));
  return { html: `<p>${renderInline(taken.join('\n'))}</p>`, lines: taken.length };
}

function takeWhile(
  lines: readonly string[],
  belongs: (line: string, at: number) => boolean,
): readonly string[] {
  const end = lines.findIndex((line, at) => !belongs(line, at));
  return end === -1 ? lines : lines.slice(0, end);
}

/** Code first: nothing in it is markup. */
function renderInline(text: string): string {
  const [code = [], rest] = takeCode(text);
  const html = escapeHtml(rest)
    .replaceAll(/!\[([^\]]*)\]\(([^)\s]+)\)/gu, (_, words: string, to: string) => picture(words, to))
    .replaceAll(/\[([^\]]*)\]\(([^)\s]+)\)/gu, (_, words: string, to: string) => link(words, to))
    .replaceAll(/&lt;(https?:\/\/[^\s&]+)&gt;/gu, (_, to: string) => link(to, to))
    .replaceAll(/\*\*([^*]+)\*\*/gu, '<strong>$1</strong>')
    .replaceAll(/\*([^*\s][^*]*)\*/gu, '<em>$1</em>');
  return html.replaceAll(/\uE000(\d+)\uE001/gu, (_, at: string) => `<code>${code[Number(at)] ?? ''}</code>`);
}

function takeCode(text: string): readonly [readonly string[], string] {
  const code: string[] = [];
  const rest = text.replaceAll(/`([^`]+)`/gu, (_, words: string) => {
    code.push(escapeHtml(words));
    return `\uE000${code.length - 1}\uE001`;
  });
  return [code, rest];
}

function picture(words: string, to: string): string {
  return `<img src="${to}" alt="${words}" loading="lazy">`;
}

function link(words: string, to: string): string {
  const isElsewhere = /^https?:/u.test(to);
  return `<a href="${to.replace(/\.md(?=#|$)/u, '.html')}"${isElsewhere ? ' rel="noreferrer"' : ''}>${words}</a>`;
}
