/** API page: the API document for people: every call with what it needs and takes. Invariants: no script; all text escaped. */
import { createHash } from 'node:crypto';
import { escapeHtml } from '../../format/escape-html.ts';
import type { ApiDocument } from './api-document.ts';
import { API_PREFIX } from './paths.ts';

const STYLE =
  ':root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em}' +
  'code,pre{font:13px/1.45 ui-monospace,monospace}pre{overflow:auto;padding:.75em 1em;border:1px solid #8886;border-radius:6px;max-height:24em}' +
  'h2{margin:2em 0 .5em;border-bottom:1px solid #8886}summary{cursor:pointer;padding:.35em 0}nav a{margin-right:.75em}.need{opacity:.75}';
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
export const API_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'`;

export function renderApiPage(document: ApiDocument): string {
  const byArea = Map.groupBy(Object.entries(document.paths ?? {}), ([path]) => path.split('/')[1] ?? '');
  const areas = [...byArea.keys()];
  return [
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Postroom API</title><style>${STYLE}</style>`,
    `<h1>Postroom API</h1><p>${escapeHtml(document.info.description ?? '')}</p>`,
    `<p>For programs: <a href="${API_PREFIX}/openapi.json">openapi.json</a> (OpenAPI ${escapeHtml(document.openapi)}).</p>`,
    `<pre>curl -sS ${API_PREFIX}/accounts/list -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' -d '{"text":"tom"}'</pre>`,
    `<nav>${areas.map((area) => `<a href="#${escapeHtml(area)}">${escapeHtml(area)}</a>`).join('')}</nav>`,
    ...areas.map((area) => renderArea(area, byArea.get(area) ?? [])),
    '</html>',
  ].join('\n');
}

type PathItem = NonNullable<NonNullable<ApiDocument['paths']>[string]>;

function renderArea(area: string, calls: readonly (readonly [string, PathItem | undefined])[]): string {
  const rows = calls.map(([path, item]) => renderCall(path, item?.post));
  return `<h2 id="${escapeHtml(area)}">${escapeHtml(area)}</h2>${rows.join('')}`;
}

function renderCall(path: string, operation: PathItem['post']): string {
  const body = operation?.requestBody;
  const input =
    body !== undefined && 'content' in body ? body.content['application/json']?.schema : undefined;
  const answer = operation?.responses?.['200'];
  const content = answer !== undefined && 'content' in answer ? answer.content : undefined;
  const [output] = Object.entries(content ?? {});
  return [
    `<details><summary><code>POST ${API_PREFIX}${escapeHtml(path)}</code></summary>`,
    `<p class="need">${escapeHtml(operation?.description ?? '')}</p>`,
    input === undefined ? '<p>Takes nothing.</p>' : `<p>Takes</p>${renderSchema(input)}`,
    output === undefined
      ? '<p>Answers nothing.</p>'
      : `<p>Answers <code>${escapeHtml(output[0])}</code></p>${renderSchema(output[1].schema)}`,
    '</details>',
  ].join('');
}

function renderSchema(schema: unknown): string {
  return `<pre>${escapeHtml(JSON.stringify(schema, null, 1) ?? '')}</pre>`;
}
