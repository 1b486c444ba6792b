/** The console's help: every page of it has a chapter in the guide, in both languages, and no link in the guide leads nowhere. */
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCodeBlocks } from '../../scripts/guide/code-blocks.ts';
import {
  CHAPTERS,
  GUIDE_LOCALES,
  makeHelp,
  readChapter,
  type HelpFile,
} from '../../scripts/guide/help-pages.ts';
import { renderMarkdown } from '../../scripts/guide/render-markdown.ts';
import { helpPath, helpPlace } from '../../src-renderer/features/help/help-links.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCS = join(ROOT, 'docs');
const MOST_PICTURE_OCTETS = 3 * 1024 * 1024;

/** Read as text: the router itself wants a browser. */
function readRoutes(): readonly { name: string; tabs: readonly string[] }[] {
  const text = readFileSync(join(ROOT, 'src-renderer/router.ts'), 'utf8');
  const found = text.matchAll(/path: '([^']+)',\s+name: '(\w+)'/gu);
  return [...found].map(([, path = '', name = '']) => ({
    name,
    tabs: /:tab\(([^)]+)\)/u.exec(path)?.[1]?.split('|') ?? [],
  }));
}

let files: ReadonlyMap<string, HelpFile['content']>;

beforeAll(() => {
  files = new Map(makeHelp(ROOT, '').map(({ path, content }) => [path, content]));
});

/** Whether the server has the page, and the page the anchor. */
function leads(to: string, from = ''): boolean {
  const { pathname, hash } = new URL(to, `http://server/help/${from}`);
  if (pathname === '/' || pathname === '/icon.svg') return true;
  const content = files.get(decodeURIComponent(pathname).replace(/^\/help\//u, ''));
  if (content === undefined) return false;
  return hash === '' || String(content).includes(`id="${decodeURIComponent(hash.slice(1))}"`);
}

describe('help of the console', () => {
  const routes = readRoutes();

  it('knows the pages', () => {
    expect(routes.map(({ name }) => name)).toEqual(expect.arrayContaining(['overview', 'settings', 'setup']));
    expect(routes.length).toBeGreaterThan(12);
  });

  it.each(GUIDE_LOCALES)('leads from every page and every tab to a chapter and an anchor (%s)', (locale) => {
    for (const { name, tabs } of routes)
      for (const tab of [null, ...tabs]) {
        const place = helpPlace(name, tab);
        expect([name, tab, place]).not.toEqual([name, tab, null]);
        expect([name, tab, leads(helpPath(locale, place))]).toEqual([name, tab, true]);
      }
  });

  it('has a route for each tab of the settings', () => {
    const text = readFileSync(join(ROOT, 'src-renderer/features/settings/SettingsPage.vue'), 'utf8');
    const tabs = [...(/const TABS = \[([^\]]+)\]/u.exec(text)?.[1]?.matchAll(/'(\w+)'/gu) ?? [])];
    const settings = routes.find(({ name }) => name === 'settings');
    expect(tabs.map(([, tab]) => tab).filter((tab) => tab !== 'general')).toEqual(settings?.tabs);
  });

  it('leads to the beginning from where there is no page yet', () => {
    for (const locale of GUIDE_LOCALES) expect(leads(helpPath(locale, null))).toBe(true);
  });
});

describe('the guide', () => {
  it('has no link and no picture that leads nowhere', () => {
    const broken = [...files].flatMap(([path, content]) =>
      path.endsWith('.html')
        ? [...String(content).matchAll(/(?:href|src)="([^"]+)"/gu)]
            .map(([, to = '']) => to)
            .filter((to) => !to.startsWith('http') && !leads(to, path))
            .map((to) => `${path}: ${to}`)
        : [],
    );
    expect(broken).toEqual([]);
  });

  it('needs no script and no style that its policy forbids, and tells no version', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    for (const [path, content] of files) {
      if (!path.endsWith('.html')) continue;
      expect([path, /<script(?! src=)|<style| style=| on\w+=/u.test(String(content))]).toEqual([path, false]);
      expect([path, String(content).includes(version)]).toEqual([path, false]);
    }
  });

  it.each(CHAPTERS)('says the same commands and has the same anchors in both languages: %s', (chapter) => {
    const [english, chinese] = GUIDE_LOCALES.map((locale) => readChapter(DOCS, locale, chapter));
    const anchors = (text = ''): readonly string[] =>
      [...text.matchAll(/<a id="([^"]+)">/gu)].map(([, id = '']) => id);
    const commands = (text = '') => readCodeBlocks(text).filter(({ language }) => language === 'sh');
    expect(anchors(chinese)).toEqual(anchors(english));
    expect(commands(chinese)).toEqual(commands(english));
  });

  it('has pictures of 3 MB at most, each of them shown', () => {
    const pictures = globSync('guide/pictures/*.png', { cwd: DOCS });
    const octets = pictures.reduce((sum, path) => sum + statSync(join(DOCS, path)).size, 0);
    expect(octets).toBeLessThan(MOST_PICTURE_OCTETS);
    const text = GUIDE_LOCALES.flatMap((locale) =>
      CHAPTERS.map((chapter) => readChapter(DOCS, locale, chapter)),
    ).join();
    for (const path of pictures) expect(text).toContain(path.replace('guide/', '../').replaceAll('\\', '/'));
  });
});

describe('Markdown as HTML', () => {
  it('escapes what is no markup', () => {
    expect(renderMarkdown('a < b & "c" `<x>`')).toBe(
      '<p>a &lt; b &amp; &quot;c&quot; <code>&lt;x&gt;</code></p>',
    );
  });

  it('leaves code as it is', () => {
    expect(renderMarkdown('`**a** [b](c)`')).toBe('<p><code>**a** [b](c)</code></p>');
    expect(renderMarkdown('```sh\n# a\n| b |\n```')).toBe('<pre tabindex="0"><code># a\n| b |</code></pre>');
  });

  it('names headings by the anchor before them, or by their words', () => {
    expect(renderMarkdown('<a id="x"></a>\n\n## Some words')).toBe('<h2 id="x">Some words</h2>');
    expect(renderMarkdown('## Exit codes')).toBe('<h2 id="exit-codes">Exit codes</h2>');
  });

  it('makes tables and lists', () => {
    expect(renderMarkdown('| a | b \\| c |\n|---|---|\n| 1 | **2** |')).toContain(
      '<tr><th>a</th><th>b | c</th></tr></thead>\n<tbody><tr><td>1</td><td><strong>2</strong></td></tr>',
    );
    expect(renderMarkdown('1. one\n   more\n2. two')).toBe('<ol>\n<li>one more</li>\n<li>two</li>\n</ol>');
  });

  it('leads to other chapters as HTML', () => {
    expect(renderMarkdown('[b](backups.md#key)')).toBe('<p><a href="backups.html#key">b</a></p>');
  });
});
