/**
 * The guide as pages that the server serves at /help/: each chapter in each language, the reference, and the pictures.
 *
 * Flow: docs/ → here → out/renderer/help (electron.vite.config.ts). Invariants: no page names a version or anything of an
 * installation, since whoever reaches the console may read them; no page needs a script.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderMarkdown } from './render-markdown.ts';

export const GUIDE_LOCALES = ['en', 'zh-CN'] as const;
export type GuideLocale = (typeof GUIDE_LOCALES)[number];

export const CHAPTERS = [
  'first-hour',
  'moving-in',
  'backups',
  'pages',
  'what-to-do-when',
  'leaving',
] as const;
export type Chapter = (typeof CHAPTERS)[number];

/** A file of the help, by its path beneath /help/. */
export interface HelpFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

const WORDS = {
  en: {
    guide: 'Guide',
    back: 'To the console',
    other: '简体中文',
    reference: 'Operator’s reference',
    chapters: 'Chapters',
  },
  'zh-CN': {
    guide: '用户指南',
    back: '返回控制台',
    other: 'English',
    reference: '运维参考（英文）',
    chapters: '章节',
  },
} as const satisfies Record<GuideLocale, unknown>;

export function readChapter(docs: string, locale: GuideLocale, chapter: Chapter): string {
  return readFileSync(join(docs, 'guide', locale, `${chapter}.md`), 'utf8');
}

/** `root`: the folder of the project; `styles`: the console's tokens, so that both look alike. */
export function makeHelp(root: string, styles: string): readonly HelpFile[] {
  const docs = join(root, 'docs');
  const own = join(root, 'scripts/guide');
  const chapters = GUIDE_LOCALES.flatMap((locale) =>
    CHAPTERS.map((chapter) => ({
      path: `${locale}/${chapter}.html`,
      content: chapterPage(docs, locale, chapter),
    })),
  );
  return [
    ...chapters,
    { path: 'reference.html', content: referencePage(docs) },
    { path: 'help.css', content: `${styles}\n${readFileSync(join(own, 'help.css'), 'utf8')}` },
    { path: 'theme.js', content: readFileSync(join(own, 'theme.js'), 'utf8') },
    ...pictures(join(docs, 'guide/pictures')),
  ];
}

function pictures(folder: string): readonly HelpFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => ({
    path: `pictures/${name}`,
    content: readFileSync(join(folder, name)),
  }));
}

function chapterPage(docs: string, locale: GuideLocale, chapter: Chapter): string {
  const html = renderMarkdown(readChapter(docs, locale, chapter)).replaceAll(
    '../../reference.html',
    '../reference.html',
  );
  const other = GUIDE_LOCALES.find((each) => each !== locale) ?? locale;
  return page({
    ...{ locale, html, base: '', current: chapter },
    otherPath: `../${other}/${chapter}.html`,
    list: chapterList(docs, locale, chapter),
  });
}

function referencePage(docs: string): string {
  const markdown = readFileSync(join(docs, 'reference.md'), 'utf8');
  const html = renderMarkdown(markdown).replaceAll('href="guide/', 'href="');
  const list = chapterList(docs, 'en', null).replaceAll('href="', 'href="en/').replaceAll('en/../', '');
  return page({ locale: 'en', html, base: 'wide', current: null, otherPath: null, list });
}

interface PageParts {
  readonly locale: GuideLocale;
  readonly html: string;
  readonly base: string;
  readonly current: Chapter | null;
  readonly otherPath: string | null;
  readonly list: string;
}

function chapterList(docs: string, locale: GuideLocale, current: Chapter | null): string {
  const items = CHAPTERS.map((chapter) => {
    const markdown = readChapter(docs, locale, chapter);
    const title = /^# (.+)$/mu.exec(markdown)?.[1] ?? chapter;
    const mark = chapter === current ? ' aria-current="page"' : '';
    const parts = chapter === current ? partsList(markdown) : '';
    return `<li><a href="${chapter}.html"${mark}>${title}</a>${parts}</li>`;
  });
  const mark = current === null ? ' aria-current="page"' : '';
  items.push(`<li><a href="../reference.html"${mark}>${WORDS[locale].reference}</a></li>`);
  return `<ul>${items.join('')}</ul>`;
}

function partsList(markdown: string): string {
  const parts = [...markdown.matchAll(/^<a id="([a-z0-9-]+)"><\/a>\n\n## (.+)$/gmu)];
  const items = parts.map(([, id = '', title = '']) => `<li><a href="#${id}">${title}</a></li>`);
  return `<ul>${items.join('')}</ul>`;
}

function page({ locale, html, base, current, otherPath, list }: PageParts): string {
  const words = WORDS[locale];
  const root = current === null ? '' : '../';
  const title = /<h1[^>]*>(.*?)<\/h1>/u.exec(html)?.[1] ?? words.guide;
  const other =
    otherPath === null
      ? ''
      : `<a href="${otherPath}" lang="${locale === 'en' ? 'zh-CN' : 'en'}">${words.other}</a>`;
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Postroom</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="${root}help.css">
<script src="${root}theme.js"></script>
</head>
<body class="${base}">
<header><strong>Postroom</strong><span>${words.guide}</span><nav>${other}<a href="/">${words.back}</a></nav></header>
<div class="columns">
<nav class="chapters" aria-label="${words.chapters}">${list}</nav>
<main>
${html}
</main>
</div>
</body>
</html>
`;
}
